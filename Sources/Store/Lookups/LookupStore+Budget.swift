package import Foundation
import GRDB
import Model

extension LookupStore {
    /// Ends jobs that have sent all the requests that their lists allow, as a cancelled one ends: what has no
    /// answer is not asked. A job that does not run any more is left alone.
    ///
    /// - Parameter rowIDs: jobs without a request in flight.
    package func endSpent(_ rowIDs: [Int64], at now: Date) throws -> RecordedOutcomes {
        try pool.write { db in
            var recorded = RecordedOutcomes()
            for rowID in rowIDs {
                let row = try Row.fetchOne(
                    db.cachedStatement(
                        sql: """
                            SELECT name, user, openCount, options FROM job
                            WHERE id = ? AND state = 'running' AND stage = 1
                            """), arguments: [rowID])
                guard let row, let id = JobID(row[0] as String), let user = UserName(row[1] as String),
                    let budget = JobRecord.options(row[3]).budget
                else { continue }
                let open: Int = row[2]
                try db.cachedStatement(
                    sql: "UPDATE job SET state = 'cancelled', reason = ?, finishedAt = ? WHERE id = ?"
                ).execute(arguments: [
                    JobRecord.spentReason(budget, open: open), now.milliseconds, rowID,
                ])
                recorded.touched[id] = open
                recorded.users[id] = user
                recorded.finished.insert(id)
            }
            try JobRecord.forgetRetriesOfNone(in: db)
            return recorded
        }
    }
}
