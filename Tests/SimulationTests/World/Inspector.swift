import Foundation
import GRDB
import Model

@testable import Store

/// Looks at the database beside the daemon, and does in it what commands do.
struct Inspector: Sendable {
    /// A job as its row and its list's rows say, which must be the same.
    struct JobFacts: Sendable {
        var id: JobID
        var user: String
        var droppedName: DroppedName
        var digest: Data?
        var state: JobState
        var receivedAt: Date
        var finishedAt: Date?
        var isPublished: Bool
        var hashes: Int
        var open: Int
        var duplicates: Int
        var unusable: Int
        var requestsSent: Int
        var rows: Int
        var openRows: Int
        var failedRows: Int
        var mentions: Int
    }

    let database: HashdropDatabase

    /// The jobs that are there, the oldest first.
    func jobs() throws -> [JobFacts] {
        try database.pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT job.*, count(position) AS rows, coalesce(sum(jobHash.state < 2), 0) AS openRows,
                        coalesce(sum(jobHash.state = 3), 0) AS failedRows,
                        coalesce(sum(occurrences), 0) AS mentions
                    FROM job LEFT JOIN jobHash ON jobID = job.id WHERE stage = 1 GROUP BY job.id
                    """
            ).map(Self.facts)
        }
    }

    /// The sums that are kept of them.
    func countsByState() throws -> [JobState: Int] { try database.jobs.countsByState() }

    private static func facts(_ row: Row) throws -> JobFacts {
        guard let id = JobID(row["name"] as String), let state = JobState(rawValue: row["state"]) else {
            throw Violation("a job's row cannot be read: \(row)")
        }
        return JobFacts(
            id: id, user: row["user"], droppedName: DroppedName(bytes: row["droppedName"] as Data),
            digest: row["inputSHA256"], state: state, receivedAt: Date(milliseconds: row["receivedAt"]),
            finishedAt: (row["finishedAt"] as Int64?).map(Date.init(milliseconds:)),
            isPublished: row["isPublished"], hashes: row["hashCount"], open: row["openCount"],
            duplicates: row["duplicateCount"], unusable: row["unusableCount"],
            requestsSent: row["requestsSent"], rows: row["rows"], openRows: row["openRows"],
            failedRows: row["failedRows"], mentions: row["mentions"])
    }

    // MARK: Requests

    func requestsNotEnded(_ hash: FileHash) throws -> Int {
        try count("request WHERE hash = ? AND endedAt IS NULL", [hash.data])
    }

    /// When the lists were received that still wait for this hash.
    func receptions(ofListsWith hash: FileHash) throws -> [Date] {
        try database.pool.read { db in
            try Int64.fetchAll(
                db,
                sql: """
                    SELECT receivedAt FROM jobHash JOIN job ON job.id = jobID
                    WHERE hash = ? AND jobHash.state < 2 AND \(JobRecord.isServed)
                    """, arguments: [hash.data]
            ).map(Date.init(milliseconds:))
        }
    }

    /// Whether a hash could be asked now, as far as it is up to the hash.
    func hasAskable(at now: Date) throws -> Bool {
        try count(
            """
            jobHash JOIN job ON job.id = jobID WHERE job.state = 'running' AND stage = 1 AND jobHash.state = 0
            AND NOT EXISTS (SELECT 1 FROM retry WHERE retry.hash = jobHash.hash AND notBefore > ? AND failedAt <= ?)
            """, [now.milliseconds, now.milliseconds]) > 0
    }

    /// When the next failed hash is asked again, if one waits for that.
    func nextRetry(at now: Date) throws -> Date? { try database.lookups.nextRetry(after: now) }

    /// A job's hashes that are to be asked.
    func openHashes(of id: JobID) throws -> [FileHash] {
        try database.pool.read { db in
            try Data.fetchAll(
                db,
                sql: """
                    SELECT hash FROM jobHash JOIN job ON job.id = jobID WHERE name = ? AND jobHash.state < 2
                    """, arguments: [id.description]
            ).map(FileHash.init(column:))
        }
    }

    /// Whether none of a job's hashes waits for its next attempt.
    func areAllAskable(_ id: JobID, at now: Date) throws -> Bool {
        try count(
            """
            jobHash JOIN job ON job.id = jobID JOIN retry ON retry.hash = jobHash.hash
            WHERE job.name = ? AND jobHash.state < 2 AND notBefore > ? AND failedAt <= ?
            """, [id.description, now.milliseconds, now.milliseconds]) == 0
    }

    /// Requests by UTC day, as the ledger has them.
    func requestDays() throws -> [Int: Int] {
        try database.pool.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT day, requests FROM requestDay")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    private func count(_ source: String, _ arguments: StatementArguments = []) throws -> Int {
        try database.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM \(source)", arguments: arguments)!
        }
    }

    // MARK: The disk

    /// Lets the daemon's database grow no more, as on a full disk, or grow again.
    static func setFull(_ isFull: Bool, _ database: HashdropDatabase) throws {
        // SQLite takes the present size for the least limit.
        let pages = isFull ? 1 : 4_294_967_294
        try database.pool.writeWithoutTransaction { db in
            _ = try Int64.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
    }
}
