import Foundation
import GRDB
package import Model

// The memory of a user's lists: in how many earlier ones a file stood, and since when.
//
// A list is taken into it after its last report, in two passes in the order of its hashes. The first notes in
// the list's own rows what the memory tells of each, by which the report can be written again whatever came
// since; it writes only rows that were seen before. The second adds the rows to the memory. The import writes
// nothing of it, the first report looks it up (one look-up a row and name, none for a user's first list), and
// each row costs one row of the memory later: some 60 bytes for a SHA-256 that is new, none for a known one.
// The place of a pass is kept in the transaction of each slice, so that a kill neither loses nor counts a row
// twice. A row goes with the last list that named it, and with jobs.keep the memory is bounded.
extension JobStore {
    /// Lists of up to so many hashes are in the memory as soon as `save` has noted their last report.
    package static let hashesRememberedAtOnce = 500

    /// Takes some rows of reported lists into the memory, in a transaction that is short however long a list
    /// is.
    ///
    /// - Parameters:
    ///   - id: only this list; by default the oldest ones that are not in it.
    ///   - rowsMax: rows of lists that are looked at; each is twice.
    /// - Returns: whether there may be more.
    package func remember(_ id: JobID? = nil, rowsMax: Int = 4_000) throws -> Bool {
        try pool.write { db in try Self.remember(id, rowsMax: rowsMax, in: db) }
    }

    static func remember(_ id: JobID?, rowsMax: Int, in db: Database) throws -> Bool {
        var rest = rowsMax
        while let list = try UnrememberedList.next(id, in: db) {
            guard rest > 0 else { return true }
            // A list without rows is work, too.
            rest -= try max(1, list.advance(rowsMax: rest, in: db))
        }
        return false
    }

    /// Takes the first rows of a list that is being removed out of the memory again.
    static func forget(_ job: Int64, rows: Int, in db: Database) throws {
        guard
            let list = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT user, memoryStage, memoryPlace FROM job WHERE id = ?"),
                arguments: [job])
        else { return }
        let (user, stage, place): (String, Int, Data?) = (list[0], list[1], list[2])
        guard stage > 0 else { return }
        let end = stage == 1 ? place ?? Data() : AliasResolver.beyondHashes
        let hashes = try Data.fetchAll(
            db.cachedStatement(
                sql: "SELECT hash FROM jobHash WHERE jobID = ? AND hash <= ? ORDER BY hash LIMIT ?"),
            arguments: [job, end, rows])
        let row = "user = ?1 AND bytes = ?2 AND hash = ?3"
        let last = try RawStatement("DELETE FROM memory WHERE \(row) AND kept = 1", in: db)
        let others = try RawStatement("UPDATE memory SET kept = kept - 1 WHERE \(row)", in: db)
        for statement in [last, others] { statement.bind(user, at: 1) }
        for column in hashes {
            let hash = try FileHash(column: column)
            for statement in [last, others] {
                statement.bind(hash.kind.byteCount, at: 2)
                statement.bind(hash, at: 3)
                try statement.run()
            }
        }
    }
}

/// A list that is not, or not wholly, in its user's memory.
private struct UnrememberedList {
    private let job: Int64
    private let user: String
    private let receivedAt: Int64
    /// Whether its rows know what the memory tells of them: only then are they taken into it, because two of
    /// them may be names of one file.
    private let isCompared: Bool
    /// The last hash with which the pass is done.
    private let place: FileHash?

    static func next(_ id: JobID?, in db: Database) throws -> Self? {
        let isPending = "memoryStage < 2 AND isPublished = 1 AND stage = 1"
        let (place, arguments): (String, StatementArguments) =
            if let id {
                ("WHERE name = ? AND \(isPending)", [id.description])
            } else {
                ("INDEXED BY jobToRemember WHERE \(isPending) ORDER BY id LIMIT 1", [])
            }
        guard
            let found = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT id, user, receivedAt, memoryStage, memoryPlace FROM job \(place)"),
                arguments: arguments)
        else { return nil }
        return Self(
            job: found[0], user: found[1], receivedAt: found[2], isCompared: found[3] as Int == 1,
            place: try (found[4] as Data?).map(FileHash.init(column:)))
    }

    /// Returns how many rows were looked at.
    func advance(rowsMax: Int, in db: Database) throws -> Int {
        try isCompared ? takeIn(rowsMax, in: db) : compare(rowsMax, in: db)
    }

    private func compare(_ limit: Int, in db: Database) throws -> Int {
        guard let memory = try HashMemory(of: user, in: db) else {
            try note(stage: 1, after: nil, in: db)
            return 0
        }
        let rows = try RawStatement(
            """
            SELECT jobHash.hash, jobHash.askedAs, file.md5, file.sha1, file.sha256 FROM jobHash
            LEFT JOIN answer ON answer.hash = coalesce(jobHash.askedAs, jobHash.hash)
            LEFT JOIN file ON file.id = answer.fileID
            WHERE jobID = ?1 AND jobHash.hash > coalesce(?2, x'') ORDER BY jobHash.hash LIMIT ?3
            """, in: db)
        rows.bind(Int(job), at: 1)
        rows.bind(place, at: 2)
        rows.bind(limit, at: 3)
        var (count, last): (Int, FileHash?) = (0, nil)
        var found: [(hash: FileHash, seen: SeenBefore)] = []
        try rows.run { row in
            let hash = try row.hash(0)
            let names = try (Int32(1)...4).compactMap { try row.hashIfAny($0) }
            let seen = try memory.seen(hash, named: names)
            if seen.lists > 0 { found.append((hash, seen)) }
            (count, last) = (count + 1, hash)
        }
        let update = try RawStatement(
            "UPDATE jobHash SET seenBefore = ?1, seenSince = ?2 WHERE jobID = ?3 AND hash = ?4", in: db)
        update.bind(Int(job), at: 3)
        for row in found {
            update.bind(row.seen.lists, at: 1)
            update.bind(row.seen.since, at: 2)
            update.bind(row.hash, at: 4)
            try update.run()
        }
        let isEnd = count < limit
        try note(stage: isEnd ? 1 : 0, after: isEnd ? nil : last?.data, in: db)
        return count
    }

    private func takeIn(_ limit: Int, in db: Database) throws -> Int {
        let after = place?.data ?? Data()
        let last = try Data.fetchOne(
            db.cachedStatement(
                sql: "SELECT hash FROM jobHash WHERE jobID = ? AND hash > ? ORDER BY hash LIMIT 1 OFFSET ?"),
            arguments: [job, after, limit - 1])
        try db.cachedStatement(
            sql: """
                INSERT INTO memory (user, bytes, hash, lists, kept, since)
                    SELECT :user, length(hash), hash, 1, 1, :receivedAt FROM jobHash
                    WHERE jobID = :job AND hash > :after AND hash <= :last ORDER BY hash
                ON CONFLICT (user, bytes, hash) DO UPDATE SET lists = lists + 1, kept = kept + 1,
                    since = min(since, excluded.since)
                """
        ).execute(arguments: [
            "user": user, "receivedAt": receivedAt, "job": job, "after": after,
            "last": last ?? AliasResolver.beyondHashes,
        ])
        let count = db.changesCount
        try note(stage: last == nil ? 2 : 1, after: last, in: db)
        return count
    }

    private func note(stage: Int, after place: Data?, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE job SET memoryStage = ?, memoryPlace = ? WHERE id = ?")
            .execute(arguments: [stage, place, job])
    }
}
