import Foundation
import GRDB
package import Model

extension JobStore {
    /// Opens a job's failed hashes again, with all their attempts; the job runs again if there are any.
    /// Answers that were pruned from the cache since are asked for again too: the report is written anew and
    /// has to show them.
    ///
    /// - Returns: how many hashes are asked again.
    /// - Throws: `StoreError` of kind `noSuchJob`.
    package func retryFailed(_ id: JobID) throws -> Int {
        try pool.write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT id, state FROM job WHERE name = ? AND stage = 1",
                    arguments: [id.description])
            else { throw Self.noSuchJob(id) }
            guard [JobState.running, .done].map(\.rawValue).contains(row[1]) else {
                throw StoreError(
                    .noSuchJob,
                    "The job '\(id)' was \(row[1] as String) and cannot be asked again; drop its list once "
                        + "more."
                )
            }
            let job: Int64 = row[0]
            try db.execute(
                sql: """
                    DELETE FROM retry WHERE hash IN (
                        SELECT hash FROM jobHash WHERE jobID = ? AND state = 3)
                    """,
                arguments: [job])
            try db.execute(
                sql: "UPDATE jobHash SET state = 0, reason = NULL WHERE jobID = ? AND state = 3",
                arguments: [job])
            var opened = db.changesCount
            guard opened > 0 else { return 0 }
            try db.execute(
                sql: """
                    UPDATE jobHash SET state = 0, askedAs = NULL
                    WHERE jobID = ? AND state = 2 AND NOT EXISTS (
                        SELECT 1 FROM answer WHERE answer.hash = coalesce(askedAs, jobHash.hash))
                    """, arguments: [job])
            opened += db.changesCount
            try db.execute(
                sql: """
                    UPDATE job SET state = 'running', finishedAt = NULL, isPublished = 0,
                        openCount = openCount + ? WHERE id = ?
                    """, arguments: [opened, job])
            return opened
        }
    }
}
