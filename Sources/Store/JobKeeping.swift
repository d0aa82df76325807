package import Foundation
import GRDB
package import Model

// What becomes of jobs when nobody needs them any more: cancelled by hand, removed by hand or by age.
extension JobStore {
    /// Whether the job's final report stands in its folder. False for a job that is not there.
    package func isPublished(_ id: JobID) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT isPublished FROM job WHERE name = ?", arguments: [id.description])
                ?? false
        }
    }

    /// Ends a running job: what has no verdict yet gets "not asked" and `reason` instead, and is not asked for this job any more.
    ///
    /// - Returns: the job as it is then, or nil if it was not running.
    /// - Throws: `StoreError` of kind `noSuchJob`.
    package func cancel(_ id: JobID, reason: String, at now: Date) throws -> Job? {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT id, state FROM job WHERE name = ?", arguments: [id.description])
            else { throw Self.noSuchJob(id) }
            guard row[1] == JobState.running.rawValue else { return nil }
            let rowID: Int64 = row[0]
            try db.execute(
                sql: "UPDATE jobHash SET state = 3, leader = NULL, reason = ? WHERE jobID = ? AND state < 2",
                arguments: ["not asked: \(reason)", rowID])
            try db.execute(
                sql: """
                    UPDATE job SET state = 'cancelled', reason = ?, finishedAt = ?, openCount = 0 WHERE id = ?
                    """, arguments: [reason, now.milliseconds, rowID])
            try Self.forgetRetriesOfNobody(in: db)
            return try JobRecord.job(rowID, in: db)
        }
    }

    /// Jobs that ended before `date` and whose report stands in its folder, the oldest first, at most `limit` after
    /// the first `skipped` of them.
    package func finished(before date: Date, limit: Int, skipping skipped: Int = 0) throws -> [Job] {
        try pool.read { db in
            try JobRecord.fetch(
                db, "WHERE isPublished = 1 AND finishedAt < ? ORDER BY finishedAt, id LIMIT ? OFFSET ?",
                [date.milliseconds, limit, skipped])
        }
    }

    /// Forgets a job with its list; the verdicts stay in the cache and its requests in the ledger. A job that is
    /// not there is fine.
    package func remove(_ id: JobID) throws {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM job WHERE name = ?", arguments: [id.description])
            try Self.forgetRetriesOfNobody(in: db)
        }
    }

    /// A hash that no job waits for any more begins anew when the next one brings it.
    private static func forgetRetriesOfNobody(in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM retry WHERE NOT EXISTS (
                    SELECT 1 FROM jobHash WHERE jobHash.hash = retry.hash AND state < 2)
                """)
    }

    /// The error that names the job and where to look.
    package static func noSuchJob(_ id: JobID) -> StoreError {
        StoreError(.noSuchJob, "There is no job '\(id)'; 'hashdrop status' shows the latest ones.")
    }
}
