package import Foundation
import GRDB
import Model
import Support

// What is no end of a list, and is found by looking: lists without answers, a quota that is used up.
extension NotificationStore {
    /// Looks whether the next running jobs have had answers since the last look.
    ///
    /// - Parameter place: where the last slice has ended; 0 at the beginning.
    /// - Returns: where this one has; nil at the end.
    package func noteProgress(after place: Int64, at now: Date) throws -> Int64? {
        try pool.write { db in
            // "isPublished = 0" is what the index holds, so SQLite looks at no finished job.
            let jobs = "job WHERE isPublished = 0 AND state = 'running' AND stage = 1 AND id > :place"
            let slice: StatementArguments = ["place": place]
            let last = try Int64.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT max(id) FROM (SELECT id FROM \(jobs) ORDER BY id LIMIT \(Self.jobsAtOnce))
                        """), arguments: slice)
            guard let last else {
                try db.execute(
                    sql: """
                        DELETE FROM jobProgress WHERE jobID IN (
                            SELECT jobID FROM jobProgress LEFT JOIN job ON job.id = jobID
                            WHERE job.state IS NOT 'running' LIMIT \(Self.jobsAtOnce))
                        """)
                return nil
            }
            try db.cachedStatement(
                sql: """
                    INSERT INTO jobProgress (jobID, openCount, movedAt)
                        SELECT id, openCount, :now FROM \(jobs) AND id <= :last
                    ON CONFLICT (jobID) DO UPDATE
                        SET openCount = excluded.openCount, movedAt = excluded.movedAt, isTold = 0
                        WHERE jobProgress.openCount <> excluded.openCount
                    """
            ).execute(arguments: slice + ["now": now.milliseconds, "last": last])
            return last
        }
    }

    private static let jobsAtOnce = 2_000

    /// Queues that lists have had no answer since `date`: one notification a user, which names the oldest of
    /// them and how many more there are. None is told of again before it has moved.
    ///
    /// - Parameter reason: what the lookups wait for.
    /// - Returns: of how many lists.
    package func tellOfStuck(since date: Date, reason: String?, at now: Date) throws -> Int {
        try pool.write { db in
            let stuck = """
                jobProgress JOIN job ON job.id = jobID
                WHERE isTold = 0 AND movedAt <= ? AND state = 'running' AND stage = 1
                """
            let users = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT min(jobID), count(*) FROM \(stuck) GROUP BY user ORDER BY user"),
                arguments: [date.milliseconds])
            guard !users.isEmpty else { return 0 }
            for row in users {
                guard let job = try JobRecord.job(row[0], in: db) else { continue }
                try Outbox.tell(ofStuck: job, others: (row[1] as Int) - 1, reason: reason, at: now, in: db)
            }
            try db.cachedStatement(
                sql: "UPDATE jobProgress SET isTold = 1 WHERE jobID IN (SELECT jobID FROM \(stuck))"
            ).execute(arguments: [date.milliseconds])
            return users.reduce(0) { $0 + ($1[1] as Int) }
        }
    }

    /// Queues for the operator and the administrators what is wrong with the quota or the key; a second time
    /// of one subject does nothing.
    ///
    /// - Parameter subject: names the trouble and the day.
    package func tellOfQuota(_ reason: String, subject: String, at now: Date) throws {
        try pool.write { db in try Outbox.tell(ofQuota: reason, subject: subject, at: now, in: db) }
    }
}
