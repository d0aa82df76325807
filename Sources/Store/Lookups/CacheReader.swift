import Foundation
import GRDB
import Glibc
package import Model
package import Support

/// What the verdict cache holds of one hash.
package struct CachedAnswer: Hashable, Sendable {
    package var answer: LookupAnswer
    /// Whether it is young enough to serve a list.
    package var isFresh: Bool
}

/// Reader of the verdict cache in a database's file, beside a daemon or without one: nothing is made,
/// migrated or changed by it.
package struct CacheReader {
    /// What its answers are not called malicious or suspicious by.
    package let allowList: AllowList
    private let freshness: RawStatement
    private let answers: RawStatement

    /// Calls `body` with the cache as it is at one moment. Blocks its thread; what `body` throws ends it.
    ///
    /// - Parameters:
    ///   - ages: how old a fresh answer may be.
    ///   - base: the machine's clock; the time is the one that the daemon believes.
    /// - Throws: `StoreError` if the database cannot be opened, or is not of this version.
    package static func read<Result>(
        at path: String, ages: CacheAges, by base: any ServiceClock, _ body: (CacheReader) throws -> Result
    ) throws -> Result {
        do {
            let queue = try HashdropDatabase.queueForReading(
                at: path, isWritable: access(path, W_OK) == 0)
            let result = try queue.read { db in
                try checkVersion(of: db, path: path)
                let clock = SteadyClock(base: base, memory: try QuotaLedger.clockMemory(in: db))
                return try body(CacheReader(ages: ages, now: clock.now.wall, db: db))
            }
            try queue.close()
            return result
        } catch let error as DatabaseError {
            throw HashdropDatabase.openingError(error, path: path)
        }
    }

    private static func checkVersion(of db: Database, path: String) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= Schema.version else { throw HashdropDatabase.tooNew(path, version) }
        guard version == Schema.version else {
            throw StoreError(
                .cannotOpen,
                "The database '\(path)' was made by an older hashdrop; the next 'hashdrop serve' brings it "
                    + "up to date.")
        }
    }

    private init(ages: CacheAges, now: Date, db: Database) throws {
        allowList = AllowList(try AllowStore.all(in: db), at: now)
        let isFresh = ages.hasFreshAnswer(to: "?1", knownSince: "?2", unknownSince: "?3")
        freshness = try RawStatement("SELECT \(isFresh)", in: db)
        answers = try RawStatement(
            """
            SELECT answer.askedAt, \(isFresh), \(FileRecord.columns)
            FROM answer LEFT JOIN file ON file.id = answer.fileID WHERE answer.hash = ?1
            """, in: db)
        for statement in [freshness, answers] {
            statement.bind(now - ages.known, at: 2)
            // With ages by kind there is no third parameter.
            if ages.byKind.isEmpty { statement.bind(now - ages.unknown, at: 3) }
        }
    }

    /// Whether a list that names the hash would be answered from the cache.
    package func hasFreshAnswer(to hash: FileHash) throws -> Bool {
        var isFresh = false
        freshness.bind(hash, at: 1)
        try freshness.run { isFresh = $0.integer(0) != 0 }
        return isFresh
    }

    /// The answer to the hash, however old; nil if there is none.
    package func answer(to hash: FileHash) throws -> CachedAnswer? {
        var found: CachedAnswer?
        answers.bind(hash, at: 1)
        try answers.run { row in
            guard let askedAt = row.date(0) else { return }
            let object = try FileRecord.object(from: row, at: 2)
            found = CachedAnswer(
                answer: LookupAnswer(
                    answer: object.map(LookupAnswer.Answer.known) ?? .unknown, askedAt: askedAt),
                isFresh: row.integer(1) != 0)
        }
        return found
    }
}
