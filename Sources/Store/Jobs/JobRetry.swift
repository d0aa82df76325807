import Foundation
import GRDB
package import Model

extension JobStore {
    /// Prepares to ask a job's failed hashes again; nothing is written yet.
    ///
    /// - Parameter rowsAtOnce: rows of the list that one slice looks at, whether they have failed or not.
    /// - Throws: `StoreError` of kind `noSuchJob`.
    package func retry(_ id: JobID, rowsAtOnce: Int = 10_000) throws -> JobRetry {
        try pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT id, state FROM job WHERE name = ? AND stage = 1",
                    arguments: [id.description])
            else { throw Self.noSuchJob(id) }
            guard [JobState.running, .done].map(\.rawValue).contains(row[1]) else {
                throw StoreError(
                    .noSuchJob,
                    "The job '\(id)' was \(row[1] as String) and cannot be asked again; "
                        + "drop its list once more."
                )
            }
            let job: Int64 = row[0]
            let hasFailed = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM jobHash WHERE jobID = ? AND state = 3)",
                arguments: [job])!
            let last = try Int.fetchOne(
                db, sql: "SELECT max(position) FROM jobHash WHERE jobID = ?", arguments: [job])
            return JobRetry(
                pool: pool, job: job, lastPosition: hasFailed ? last ?? 0 : 0, rowsAtOnce: rowsAtOnce)
        }
    }
}

/// Opens a job's failed hashes again, with all their attempts, slice by slice, each one transaction, so that
/// other writers have their turns. The job runs again from the first of them on, and its numbers are right
/// after each slice. Answers that were pruned from the cache since are asked for again too: the report is
/// written again and has to show them.
package struct JobRetry: Sendable {
    let pool: DatabasePool
    let job: Int64
    let lastPosition: Int
    let rowsAtOnce: Int
    private var position = 0

    init(pool: DatabasePool, job: Int64, lastPosition: Int, rowsAtOnce: Int) {
        self.pool = pool
        self.job = job
        self.lastPosition = lastPosition
        self.rowsAtOnce = rowsAtOnce
    }

    /// Opens the failed hashes of the next slice.
    ///
    /// - Returns: how many hashes are asked again; nil at the end of the list, or if the job was cancelled or
    ///   removed meanwhile.
    package mutating func advance() throws -> Int? {
        guard position < lastPosition else { return nil }
        let opened = try pool.write { db in try open(in: db) }
        position = opened == nil ? lastPosition : position + rowsAtOnce
        return opened
    }

    private func open(in db: Database) throws -> Int? {
        let isThere = try Bool.fetchOne(
            db, sql: "SELECT state IN ('running', 'done') FROM job WHERE id = ? AND stage = 1",
            arguments: [job])
        guard isThere == true else { return nil }
        let slice: StatementArguments = ["job": job, "from": position, "to": position + rowsAtOnce]
        let rows = "jobID = :job AND position > :from AND position <= :to"
        try db.execute(
            sql: "DELETE FROM retry WHERE hash IN (SELECT hash FROM jobHash WHERE \(rows) AND state = 3)",
            arguments: slice)
        try db.execute(
            sql: "UPDATE jobHash SET state = 0, reason = NULL WHERE \(rows) AND state = 3", arguments: slice)
        var opened = db.changesCount
        try db.execute(
            sql: """
                UPDATE jobHash SET state = 0, askedAs = NULL WHERE \(rows) AND state = 2 AND NOT EXISTS (
                    SELECT 1 FROM answer WHERE answer.hash = coalesce(askedAs, jobHash.hash))
                """, arguments: slice)
        opened += db.changesCount
        guard opened > 0 else { return 0 }
        try db.execute(
            sql: """
                UPDATE job SET state = 'running', finishedAt = NULL, isPublished = 0,
                    openCount = openCount + ?
                WHERE id = ?
                """, arguments: [opened, job])
        return opened
    }
}
