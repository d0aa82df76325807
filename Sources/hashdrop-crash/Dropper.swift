import Foundation
import Glibc
import Support

/// A list that was dropped, and what its report must hold.
struct DroppedList: Sendable {
    let user: String
    let name: String
    /// In the list's order, each once.
    let hashes: [String]
    /// How often the list names all of them.
    let repetitions: Int

    // However often a list names a hash, it must be reported once.
    var text: String {
        String(repeating: hashes.map { $0 + "\n" }.joined(), count: repetitions)
    }
}

/// One user who drops lists, short ones and some long ones, in all the ways that programs do, until it is
/// told to stop.
struct Dropper: Sendable {
    enum Way: CaseIterable {
        /// Written under a name that waits, then renamed in the folder.
        case renamed
        /// Renamed into the folder from beside it.
        case movedIn
        /// Written in place, with a pause in the middle that is shorter than the quiet period.
        case writtenSlowly
        /// As OpenSSH's sftp-server renames: linked to the new name, then the old name removed.
        case linked
    }

    let user: String
    let number: Int
    let spool: URL
    /// On the spool's file system, and not watched.
    let outside: URL
    let seed: UInt64

    func dropUntilCancelled() async throws -> [DroppedList] {
        var generator = SeededGenerator(seed: seed)
        var lists: [DroppedList] = []
        try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
        while !Task.isCancelled {
            let way = Way.allCases[Int(generator.next() % UInt64(Way.allCases.count))]
            let list = makeList(lists.count, &generator)
            try await drop(list, way, &generator)
            lists.append(list)
            try? await Task.sleep(for: .milliseconds(Int.random(in: 50..<600, using: &generator)))
        }
        return lists
    }

    /// One to eight hashes, some of which other lists hold too.
    private func makeList(_ index: Int, _ generator: inout SeededGenerator) -> DroppedList {
        let hashes = (0..<Int.random(in: 1...8, using: &generator)).map { position in
            let isShared = generator.next() % 3 == 0
            var digest = SeededGenerator(
                seed: isShared ? generator.next() % 100 : UInt64(number << 40 + index << 8 + position + 1000))
            return (0..<2).map { _ in
                let text = String(digest.next(), radix: 16)
                return String(repeating: "0", count: 16 - text.count) + text
            }.joined()
        }
        var seen: Set<String> = []
        let different = hashes.filter { seen.insert($0).inserted }
        return DroppedList(
            user: user, name: "\(user)-\(index).txt", hashes: different,
            repetitions: generator.next() % Self.longListEvery == 0
                ? Self.longListMentions / different.count : 2)
    }

    /// One list in so many is read in more parts than one, between which a kill may come.
    private static let longListEvery: UInt64 = 50
    private static let longListMentions = 25_000

    private func drop(_ list: DroppedList, _ way: Way, _ generator: inout SeededGenerator) async throws {
        let folder = spool.appending(path: user)
        let final = folder.appending(path: list.name)
        let text = list.text
        let hidden = folder.appending(path: ".\(list.name).part")
        switch way {
        case .renamed:
            try Data(text.utf8).write(to: hidden)
            try Self.check(rename(hidden.path, final.path), "rename", final)
        case .movedIn:
            let beside = outside.appending(path: list.name)
            try Data(text.utf8).write(to: beside)
            try Self.check(rename(beside.path, final.path), "rename", final)
        case .writtenSlowly: try await writeSlowly(text, to: final, &generator)
        case .linked:
            try Data(text.utf8).write(to: hidden)
            try Self.check(link(hidden.path, final.path), "link", final)
            try Self.check(unlink(hidden.path), "unlink", hidden)
        }
    }

    private func writeSlowly(_ text: String, to url: URL, _ generator: inout SeededGenerator) async throws {
        let bytes = Array(text.utf8)
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        try Self.check(descriptor, "create", url)
        defer { close(descriptor) }
        for half in [bytes[..<(bytes.count / 2)], bytes[(bytes.count / 2)...]] {
            let written = half.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            try Self.check(written == half.count ? 0 : -1, "write", url)
            // Finished even when the trial ends meanwhile, for half a list is another list.
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0..<250, using: &generator)))
        }
    }

    private static func check(_ result: Int32, _ action: String, _ url: URL) throws {
        guard result >= 0 else {
            throw TrialError("Cannot \(action) \(url.path): \(String(cString: strerror(errno))).")
        }
    }
}
