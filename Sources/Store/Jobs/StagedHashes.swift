import Foundation
import GRDB
import Model

/// Hashes of a long list on their way into the database, outside of it: sorted parts in a temporary file,
/// and their merge. In the order of the list each part of it would touch every page of the table and of its
/// indexes, and be written hundreds of times over.
///
/// The file has no name (SQLite's temporary database): it is gone with its last user, however that ends. A
/// value: a copy that is dropped leaves the merge where it was.
struct StagedHashes: Sendable {
    /// A sorted part, and how far the merge has got in it.
    private struct Run: Sendable {
        /// The next row to read.
        var next: Int64
        let last: Int64
        var buffer: ArraySlice<ListedHash> = []
        var hasMore: Bool { next <= last }
    }

    private let file: DatabaseQueue
    private var runs: [Run] = []
    private var rows: Int64 = 0
    /// Rows that the merge has taken from the runs.
    private var merged: Int64 = 0
    /// Hashes that are merged and not given out yet.
    private var ready: ArraySlice<ListedHash> = []

    /// Throws the system's error if there is no room for temporary files.
    init() throws {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            // Nothing of it is read again after a cut.
            try db.execute(
                sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000")
        }
        file = try DatabaseQueue(path: "", configuration: configuration)
        try file.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE mention (hash BLOB NOT NULL, position INTEGER NOT NULL,
                        occurrences INTEGER NOT NULL, leader BLOB, isLeadersFile INTEGER NOT NULL,
                        line INTEGER NOT NULL, comment TEXT)
                    """)
        }
    }

    /// How much of what is here has been given out, from 0 to 1.
    var fractionMerged: Double { rows > 0 ? Double(merged - Int64(ready.count)) / Double(rows) : 1 }

    /// Whether all of it has been given out.
    var isAtEnd: Bool { runs.isEmpty && ready.isEmpty }

    /// Adds a part, which `ListedHash.merged` has sorted. Throws the system's error, and then has added
    /// none of it.
    mutating func add(_ hashes: [ListedHash]) throws {
        guard !hashes.isEmpty else { return }
        let last = try file.write { db in
            let insertion = try BulkInsertion(columns: ListedHash.columns, in: db) {
                "INSERT INTO mention \($0)"
            }
            try insertion.insert(hashes) { $0.bind(to: $1, from: $2) }
            return db.lastInsertedRowID
        }
        runs.append(Run(next: last - Int64(hashes.count) + 1, last: last))
        rows += Int64(hashes.count)
    }

    /// The next distinct hashes of the whole list, at most `limit` of them, in their order; empty at the end.
    mutating func next(_ limit: Int) throws -> [ListedHash] {
        while ready.isEmpty, !runs.isEmpty { try merge() }
        let next = Array(ready.prefix(limit))
        ready = ready.dropFirst(next.count)
        return next
    }

    /// Takes from each run what comes before anything that is not read yet.
    private mutating func merge() throws {
        // All are filled again, not only those that are empty: this merge would come to the end at once of
        // those that have little left.
        let count = max(Self.runReadMin, Self.rowsRead / runs.count)
        for index in runs.indices { try fill(&runs[index], upTo: count) }
        // Beyond this one a run may have rows that are not read yet. Up to it everything is here, for a run
        // names each hash once.
        let bound = runs.filter(\.hasMore).compactMap(\.buffer.last?.hash).min()
        var mentions: [ListedHash] = []
        for index in runs.indices {
            let part =
                bound.map { bound in runs[index].buffer.prefix { $0.hash <= bound } } ?? runs[index].buffer
            mentions += part
            runs[index].buffer = runs[index].buffer[part.endIndex...]
        }
        merged += Int64(mentions.count)
        runs.removeAll { $0.buffer.isEmpty && !$0.hasMore }
        ready = ListedHash.merged(mentions)[...]
    }

    /// Rows that a merge has in memory, of all runs.
    private static let rowsRead = 20_000
    private static let runReadMin = 50

    private func fill(_ run: inout Run, upTo wanted: Int) throws {
        let count = wanted - run.buffer.count
        guard run.hasMore, count > 0 else { return }
        let end = min(run.last, run.next + Int64(count) - 1)
        run.buffer += try file.read { db in
            let selection = try RawStatement(
                "SELECT * FROM mention WHERE rowid BETWEEN ? AND ? ORDER BY rowid", in: db)
            selection.bind(Int(run.next), at: 1)
            selection.bind(Int(end), at: 2)
            var hashes: [ListedHash] = []
            hashes.reserveCapacity(count)
            try selection.run { row in
                hashes.append(
                    ListedHash(
                        hash: try row.hash(0), position: row.integer(1), occurrences: row.integer(2),
                        primary: try row.hashIfAny(3), isPrimarysFile: row.integer(4) != 0,
                        line: row.integer(5), comment: row.text(6)))
            }
            return hashes
        }
        run.next = end + 1
    }
}
