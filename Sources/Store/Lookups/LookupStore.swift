package import Foundation
import GRDB
package import Model

/// Store of the lookups: which hashes are open, reserved and answered.
package struct LookupStore: Sendable {
    let pool: MeteredPool

    /// The running jobs, the oldest first.
    package func runningJobs() throws -> [RunningJob] {
        try pool.read { db in
            try Self.runningJobs("job.isPublished = 0 AND job.state = 'running' ORDER BY job.id", [], in: db)
        }
    }

    /// The job of this id, if it runs.
    package func runningJob(_ id: JobID) throws -> RunningJob? {
        try pool.read { db in
            try Self.runningJobs("job.name = ? AND job.state = 'running'", [id.description], in: db).first
        }
    }

    private static func runningJobs(
        _ condition: String, _ arguments: StatementArguments, in db: Database
    ) throws -> [RunningJob] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT job.id, job.name, job.user, coalesce(user.weight, 1), job.droppedName,
                        job.receivedAt, (SELECT count(*) FROM jobHash INDEXED BY jobHashOpen
                            WHERE jobID = job.id AND state = 0), job.sharedCount,
                        job.options, job.requestsSent
                    FROM job LEFT JOIN user ON user.name = job.user WHERE job.stage = 1 AND \(condition)
                    """), arguments: arguments
        ).compactMap { row in
            guard let id = JobID(row[1] as String), let user = UserName(row[2] as String) else { return nil }
            let (open, shared, sent): (Int, Int, Int) = (row[6], row[7], row[9])
            let options = JobRecord.options(row[8])
            let isUrgentByName = DroppedName(bytes: row[4] as Data).isUrgent
            return RunningJob(
                rowID: row[0], id: id, user: user, weight: row[3],
                priority: options.priority ?? (isUrgentByName ? .urgent : .normal),
                receivedAt: Date(milliseconds: row[5]), openHashes: open,
                sharedFraction: shared > 0 ? Double(shared) / Double(max(open, shared)) : 0,
                requestsLeft: options.budget.map { max(0, $0 - sent) })
        }
    }

    /// The next hashes of a job to ask, in the order of their bytes.
    ///
    /// By bytes rather than by line, because then three lists that name the same files by MD5, SHA-1 and
    /// SHA-256 are walked in unrelated orders: two of one file's names are rarely in flight together, before
    /// the answer to one could have served the other.
    package func openHashes(
        of jobRowID: Int64, after hash: FileHash?, limit: Int, at now: Date
    ) throws -> [FileHash] {
        try pool.read { db in
            try Data.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT hash FROM jobHash
                        WHERE jobID = ? AND state = 0 AND hash > ?
                            AND NOT EXISTS (
                                SELECT 1 FROM retry WHERE retry.hash = jobHash.hash AND \(Self.isPending))
                            AND NOT EXISTS (SELECT 1 FROM pendingOutcome o WHERE o.hash = jobHash.hash)
                        ORDER BY hash LIMIT ?
                        """),
                arguments: [jobRowID, hash?.data ?? Data(), now.milliseconds, now.milliseconds, limit]
            ).map(FileHash.init(column:))
        }
    }

    // A pause that began in the future began before the clock stepped back: it is over.
    private static let isPending = "notBefore > ? AND failedAt <= ?"

    /// When the next failed hash that has to wait at `now` may be tried again, if any waits.
    package func nextRetry(after now: Date) throws -> Date? {
        try pool.read { db in
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT min(notBefore) FROM retry WHERE \(Self.isPending)"),
                arguments: [now.milliseconds, now.milliseconds]
            ).map(Date.init(milliseconds:))
        }
    }

    /// What waits for its next attempt at `now`, by the job's row id. Costs as much as there are failed
    /// hashes.
    package func postponed(at now: Date) throws -> [Int64: PostponedHashes] {
        try pool.read { db in
            // From the few retries to their rows and not the other way, hence CROSS JOIN and the index's
            // name. SQLite takes the bare column from the row that has the minimum (its documentation,
            // "SELECT", 2.4).
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT jobID, count(*), min(notBefore), retry.reason FROM retry
                        CROSS JOIN jobHash INDEXED BY jobHashWanted
                            ON jobHash.hash = retry.hash AND state < 2 AND state = 0
                        WHERE \(Self.isPending) GROUP BY jobID
                        """), arguments: [now.milliseconds, now.milliseconds])
            return Dictionary(
                uniqueKeysWithValues: rows.map {
                    (
                        $0[0],
                        PostponedHashes(count: $0[1], nextAttemptAt: Date(milliseconds: $0[2]), reason: $0[3])
                    )
                })
        }
    }

    /// How often a hash has failed by its own fault, and when it failed last.
    package func failures(of hash: FileHash) throws -> (attempts: Int, failedAt: Date)? {
        try pool.read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "SELECT attempts, failedAt FROM retry WHERE hash = ?"),
                arguments: [hash.data]
            ).map { ($0[0], Date(milliseconds: $0[1])) }
        }
    }

    /// Writes requests into the ledger before they are sent, in one transaction.
    ///
    /// - Returns: each one's number, or nil where the hash has been answered or the job cancelled meanwhile,
    ///   and nothing is to be sent.
    package func reserve(_ reservations: [Reservation], at now: Date) throws -> [Int64?] {
        try pool.write { try Self.reserve(reservations, at: now, in: $0) }
    }

    static func reserve(_ reservations: [Reservation], at now: Date, in db: Database) throws -> [Int64?] {
        try reservations.map { reservation in
            let hash = reservation.hash.data
            try db.cachedStatement(
                sql: """
                    UPDATE job SET requestsSent = requestsSent + 1
                    WHERE id = ? AND \(JobRecord.isServed) AND EXISTS (
                        SELECT 1 FROM jobHash WHERE jobID = job.id AND hash = ? AND jobHash.state = 0)
                        AND NOT EXISTS (SELECT 1 FROM pendingOutcome WHERE hash = ?)
                    """
            ).execute(arguments: [reservation.jobRowID, hash, hash])
            guard db.changesCount == 1 else { return nil }
            return try QuotaLedger.write(hash: hash, jobID: reservation.jobRowID, at: now, in: db)
        }
    }

    /// Records how requests ended: cache, ledger and the jobs that wanted the file, in one transaction. Where
    /// hundreds did, `recordPending` serves the others.
    ///
    /// - Parameter inFlight: hashes whose own request has left and not ended; an answer under another name
    ///   comes too late to save it.
    package func record(
        _ outcomes: [LookupOutcome], inFlight: Set<FileHash> = []
    ) throws -> RecordedOutcomes {
        let recorded = try pool.write { db in
            var recorded = RecordedOutcomes()
            let sent = Set(inFlight.union(outcomes.map(\.reservation.hash)).map(\.data))
            for outcome in outcomes {
                try OutcomeRecorder.record(outcome, sent: sent, into: &recorded, in: db)
            }
            return recorded
        }
        pool.count(recorded.answers)
        return recorded
    }

    /// Serves further jobs that wait for an outcome, in one transaction; those that a kill left over as well.
    ///
    /// - Returns: nil if no job waits for one.
    package func recordPending() throws -> RecordedOutcomes? {
        // The writer is not asked for what a reader knows.
        let isPending = try pool.read { db in
            try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM pendingOutcome)"))!
        }
        guard isPending else { return nil }
        let recorded = try pool.write { db -> RecordedOutcomes? in
            guard let row = try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM pendingOutcome LIMIT 1"))
            else {
                return nil
            }
            let (hash, asked): (Data, Data) = (row["hash"], row["asked"])
            var recorded = RecordedOutcomes()
            let spread = OutcomeSpread(
                hash: hash, reason: row["reason"], endedAt: row["endedAt"], isAsked: hash == asked,
                wasSent: hash == asked, askedBy: nil, db: db)
            if try !spread.advance(recorded: &recorded) {
                try db.cachedStatement(sql: "DELETE FROM pendingOutcome WHERE hash = ?").execute(arguments: [
                    hash
                ])
            }
            recorded.isIncomplete = true
            return recorded
        }
        if let recorded { pool.count(recorded.answers) }
        return recorded
    }
}
