package import Foundation
import GRDB
package import Model

// The end of jobs: cancelled by a command, removed by a command or by age.
extension JobStore {
    /// Whether the job's final report stands in its folder. False for a job that is not there.
    package func isPublished(_ id: JobID) throws -> Bool {
        try pool.read { db in try Self.isPublished(id, in: db) }
    }

    static func isPublished(_ id: JobID, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT isPublished FROM job WHERE name = ? AND stage = 1"),
            arguments: [id.description])
            ?? false
    }

    /// Ends a running job: what has no verdict yet is not asked for this job any more. Its rows stay as they
    /// are, however many they are: a cancelled job's open rows are those that were not asked.
    ///
    /// - Returns: the job as it is then, or nil if it was not running.
    /// - Throws: `StoreError` of kind `noSuchJob`.
    package func cancel(_ id: JobID, reason: String, at now: Date) throws -> Job? {
        try pool.write { db in
            guard let job = try JobRecord.fetch(db, "name = ?", [id.description]).first else {
                throw Self.noSuchJob(id)
            }
            guard job.state == .running else { return nil }
            try db.cachedStatement(
                sql: "UPDATE job SET state = 'cancelled', reason = ?, finishedAt = ? WHERE name = ?"
            ).execute(arguments: [reason, now.milliseconds, id.description])
            try JobRecord.forgetRetriesOfNone(in: db)
            return try JobRecord.fetch(db, "name = ?", [id.description]).first
        }
    }

    /// Jobs that ended before `date` and whose report stands in its folder, the oldest first, at most `limit`
    /// after the first `skipped` of them.
    package func finished(before date: Date, limit: Int, skipping skipped: Int = 0) throws -> [Job] {
        try pool.read { db in
            try JobRecord.fetch(
                db, "isPublished = 1 AND finishedAt < ? ORDER BY finishedAt, id LIMIT ? OFFSET ?",
                [date.milliseconds, limit, skipped])
        }
    }

    /// Forgets a job with its list; the verdicts stay in the cache and its requests in the ledger. A job that
    /// is not there is fine. From then on it is not shown; `purge` deletes its rows.
    package func remove(_ id: JobID) throws {
        try pool.write { db in
            try JobRecord.beginRemoval("name = ? AND stage = 1", [id.description], in: db)
        }
    }

    /// Removes jobs whose import an earlier run had begun: their claims are still there, and are imported
    /// again. Only to be called while nothing is imported.
    package func removeUnfinishedImports() throws {
        // "stage <> 1" is what the index holds, so SQLite looks at nothing else.
        try pool.write { db in try JobRecord.beginRemoval("stage <> 1 AND stage = 0", [], in: db) }
    }

    /// Deletes some rows of removed jobs, in a transaction that is short however long their lists are.
    ///
    /// - Returns: whether there may be more.
    package func purge() throws -> Bool { try pool.write(Self.purge) }

    private static func purge(in db: Database) throws -> Bool {
        guard
            let job = try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM job WHERE stage <> 1 AND stage = 2 LIMIT 1"))
        else { return false }
        try forget(job, rows: rowsAtOnce, in: db)
        for part in [
            "DELETE FROM jobHash WHERE jobID = :job AND hash IN"
                + " (SELECT hash FROM jobHash WHERE jobID = :job ORDER BY hash LIMIT \(rowsAtOnce))",
            "DELETE FROM unusableLine WHERE rowid IN"
                + " (SELECT rowid FROM unusableLine WHERE jobID = :job LIMIT \(rowsAtOnce))",
            "UPDATE request SET jobID = NULL WHERE id IN"
                + " (SELECT id FROM request WHERE jobID = :job LIMIT \(rowsAtOnce))",
        ] {
            try db.execute(sql: part, arguments: ["job": job])
            if db.changesCount == rowsAtOnce { return true }
        }
        try db.cachedStatement(sql: "DELETE FROM job WHERE id = ?").execute(arguments: [job])
        return true
    }

    private static let rowsAtOnce = 2_000

    /// The error that names the job and where to look.
    package static func noSuchJob(_ id: JobID) -> StoreError {
        StoreError(
            .noSuchJob,
            "There is no job '\(id)'; 'hashdrop status' shows the latest ones, "
                + "and lists that are still being read."
        )
    }
}
