package import Foundation
import GRDB
package import Model
package import Support

// What daemons that share their answers need of each other's stores.
extension LookupStore {
    /// Whose a job is, and how old an answer may be that serves it.
    package struct Asker: Hashable, Sendable {
        package var user: UserName
        /// What the list itself says of it; nil if it says nothing.
        package var fresh: Duration?

        package init(user: UserName, fresh: Duration? = nil) {
            self.user = user
            self.fresh = fresh
        }
    }

    /// Those of jobs, by row id; a job that is gone is not among them.
    package func askers(_ jobRowIDs: Set<Int64>) throws -> [Int64: Asker] {
        try pool.read { db in
            var askers: [Int64: Asker] = [:]
            for rowID in jobRowIDs {
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: "SELECT user, options FROM job WHERE id = ?"),
                    arguments: [rowID])
                guard let row, let user = UserName(row[0] as String) else { continue }
                askers[rowID] = Asker(user: user, fresh: JobRecord.options(row[1]).fresh)
            }
            return askers
        }
    }

    /// The running jobs behind this one, by their row ids, which are in the order of their coming.
    package func runningJobRowIDs(after rowID: Int64) throws -> [Int64] {
        try pool.read { db in
            try Int64.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT id FROM job WHERE id > ? AND isPublished = 0 AND state = 'running'
                            AND stage = 1 ORDER BY id
                        """), arguments: [rowID])
        }
    }

    /// How long ago the daemon's requests ended that are not older, the oldest first; those under way have 0.
    package func requestAges(within time: Duration, at reading: ClockReading) throws -> [Duration] {
        try QuotaLedger(pool: pool).requestAges(within: time, at: reading)
    }

    /// Records answers that another daemon has got, by the hashes that are wanted here: cache and jobs, in
    /// one transaction and without a request. Where hundreds of jobs wait, `recordPending` serves the others.
    package func take(_ answers: [FileHash: LookupAnswer], at now: Date) throws -> RecordedOutcomes {
        try take(answers, reserving: [], at: now).recorded
    }

    /// The same, and reserves requests afterwards in the same transaction, as `reserve` does: what has been
    /// answered under another name is not wanted any more.
    package func take(
        _ answers: [FileHash: LookupAnswer], reserving reservations: [Reservation], at now: Date
    ) throws -> (recorded: RecordedOutcomes, requests: [Int64?]) {
        guard !answers.isEmpty || !reservations.isEmpty else { return (RecordedOutcomes(), []) }
        let taken = try pool.write { db in
            var recorded = RecordedOutcomes()
            for (hash, answer) in answers.sorted(by: { $0.key < $1.key }) {
                // The hash itself was asked, though not from here: it counts as shared, and its other names
                // as saved by it.
                try OutcomeRecorder(asked: hash, askedBy: nil, now: now, sent: [hash.data], db: db)
                    .take(answer, into: &recorded)
            }
            return (recorded: recorded, requests: try Self.reserve(reservations, at: now, in: db))
        }
        pool.count(taken.recorded.answers)
        return taken
    }
}
