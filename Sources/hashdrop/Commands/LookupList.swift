import Foundation
import HashLists
import Model
import Pipeline
import Settings

/// What `hashdrop lookup` is given, as a list: its text, and the rows that a report of it has.
struct LookupList {
    /// The text, to be read from its beginning.
    let source: FileHandle
    /// One for each hash, in the order in which it is first named; nothing is answered yet.
    let rows: [ReportRow]
    /// Lines without a usable hash. Of arguments each was meant as one, whatever it looks like.
    let unusableLines: Int

    /// - Parameter arguments: hashes, or `-` for a list on standard input.
    /// - Throws: `CommandFailure` if there is no hash that can be looked up.
    init(_ arguments: [String], settings: HashdropSettings) throws {
        let bytesMax = settings.list.bytesMax
        source =
            try arguments == ["-"]
            ? SubmittedFile.open("-", bytesMax: bytesMax)
            : SubmittedFile.holding(arguments.map { $0 + "\n" }.joined())
        var content = Content(isEachLineMeant: arguments != ["-"])
        do {
            try content.read(source, limits: settings.intakeOptions.limits, bytesMax: bytesMax)
        } catch let error as HashListError {
            throw CommandFailure(.data, error.description)
        }
        guard !content.rows.isEmpty else {
            throw CommandFailure(
                .data, "There is no hash that VirusTotal can look up; 'hashdrop check' says why.")
        }
        (rows, unusableLines) = (content.rows, content.unusableLines)
        try source.seek(toOffset: 0)
    }

    /// A name for the list in the drop folder: no other list has it.
    var name: DroppedName {
        let random = String(UInt32.random(in: 0...UInt32.max), radix: 36)
        // A person waits, but not for so many that the user's other lists would.
        let urgent = rows.count <= Self.urgentMax ? DroppedName.urgentMark : ""
        return DroppedName("lookup-\(rows[0].hash.hexadecimal.prefix(8))-\(random)\(urgent).txt")
    }

    private static let urgentMax = 100

    private struct Content {
        let isEachLineMeant: Bool
        private(set) var rows: [ReportRow] = []
        private(set) var unusableLines = 0
        private var mentions = 0
        private var places: [FileHash: Int] = [:]

        init(isEachLineMeant: Bool) { self.isEachLineMeant = isEachLineMeant }

        private static let chunkBytes = 1 << 18

        mutating func read(_ source: FileHandle, limits: HashListLimits, bytesMax: Int) throws {
            var parser = HashListParser(limits: limits)
            var items: [HashListItem] = []
            var bytes = 0
            while let chunk = try source.read(upToCount: Self.chunkBytes), !chunk.isEmpty {
                bytes += chunk.count
                guard bytes <= bytesMax else {
                    throw CommandFailure(
                        .data, "That is more than \(bytesMax) bytes (list.bytesMax); split it.")
                }
                try chunk.withUnsafeBytes { try parser.consume($0) { items.append($0) } }
                add(&items)
            }
            try parser.finish { items.append($0) }
            add(&items)
        }

        private mutating func add(_ items: inout [HashListItem]) {
            for item in items {
                switch item {
                case .entry(let entry):
                    for hash in entry.hashes { add(hash, of: entry) }
                case .unusable(let line):
                    unusableLines += isEachLineMeant || line.kind.isProbablyMeant ? 1 : 0
                }
            }
            items.removeAll(keepingCapacity: true)
        }

        private mutating func add(_ hash: FileHash, of entry: HashListEntry) {
            mentions += 1
            if let place = places[hash] {
                rows[place].occurrences += 1
            } else {
                places[hash] = rows.count
                rows.append(
                    ReportRow(
                        hash: hash, state: .notAsked(stale: nil), position: mentions, comment: entry.comment,
                        line: entry.line))
            }
        }
    }
}
