package import Foundation
import GRDB
package import Model
import Support

extension JobStore {
    /// Prepares to ask a job's failed hashes again; nothing is written yet.
    ///
    /// - Parameters:
    ///   - ages: how old an answer of the cache may be to be taken instead of asking; what the list says of
    ///     it goes first.
    ///   - rowsAtOnce: rows of the list that one slice looks at, whether they have failed or not.
    /// - Throws: `StoreError` of kind `noSuchJob`.
    package func retry(
        _ id: JobID, ages: CacheAges, at now: Date, rowsAtOnce: Int = 10_000
    ) throws -> JobRetry {
        try pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(
                        sql: "SELECT id, state, options, requestsSent FROM job WHERE name = ? AND stage = 1"),
                    arguments: [id.description])
            else { throw Self.noSuchJob(id) }
            guard [JobState.running, .done].map(\.rawValue).contains(row[1]) else {
                throw StoreError(
                    .noSuchJob,
                    "The job '\(id)' was \(row[1] as String) and cannot be asked again; "
                        + "drop its list once more."
                )
            }
            let options = JobRecord.options(row[2])
            if let budget = options.budget, budget <= row[3] {
                throw StoreError(
                    .noSuchJob,
                    "The job '\(id)' has spent its list's budget of requests (\(budget)); drop the list once "
                        + "more."
                )
            }
            let job: Int64 = row[0]
            let hasFailed = try Bool.fetchOne(
                db.cachedStatement(
                    sql: "SELECT EXISTS (SELECT 1 FROM jobHash WHERE jobID = ? AND state = 3)"),
                arguments: [job])!
            return JobRetry(
                pool: pool, job: job, hasFailed: hasFailed, rowsAtOnce: rowsAtOnce,
                ages: ages.taking(options), now: now)
        }
    }
}

/// Opens a job's failed hashes again, with all their attempts, slice by slice, each one transaction, so that
/// other writers have their turns. The job runs again from the first of them on, and its numbers are right
/// after each slice. A failed hash whose answer has come since, for another list or under another name of the
/// file, is answered without a request. Answers that were pruned from the cache since are asked for again
/// too: the report is written again and has to show them.
package struct JobRetry: Sendable {
    /// What became of the failed hashes of one slice.
    package struct Slice: Hashable, Sendable {
        /// Asked again.
        package var opened = 0
        /// Answered from the cache.
        package var answered = 0

        package init(opened: Int = 0, answered: Int = 0) {
            self.opened = opened
            self.answered = answered
        }
    }

    let pool: MeteredPool
    let job: Int64
    let rowsAtOnce: Int
    /// How old an answer may be, seen from `now`.
    private let ages: CacheAges
    private let now: Date
    /// The last hash of the slices before; nil at the end.
    private var place: Data?

    init(
        pool: MeteredPool, job: Int64, hasFailed: Bool, rowsAtOnce: Int, ages: CacheAges, now: Date
    ) {
        self.pool = pool
        self.job = job
        place = hasFailed ? Data() : nil
        self.rowsAtOnce = rowsAtOnce
        self.ages = ages
        self.now = now
    }

    /// Opens the failed hashes of the next slice.
    ///
    /// - Returns: nil at the end of the list, or if the job was cancelled or removed meanwhile.
    package mutating func advance() throws -> Slice? {
        guard let place else { return nil }
        let (slice, last) = try pool.write { db in
            let last = try Data.fetchOne(
                db.cachedStatement(
                    sql:
                        "SELECT hash FROM jobHash WHERE jobID = ? AND hash > ? ORDER BY hash LIMIT 1 OFFSET ?"
                ),
                arguments: [job, place, rowsAtOnce - 1])
            return (try open(after: place, upTo: last ?? AliasResolver.beyondHashes, in: db), last)
        }
        self.place = slice == nil ? nil : last
        return slice
    }

    private func open(after place: Data, upTo last: Data, in db: Database) throws -> Slice? {
        let isThere = try Bool.fetchOne(
            db.cachedStatement(
                sql: "SELECT state IN ('running', 'done') FROM job WHERE id = ? AND stage = 1"),
            arguments: [job])
        guard isThere == true else { return nil }
        let slice: StatementArguments = ["job": job, "after": place, "last": last]
        let rows = "jobID = :job AND hash > :after AND hash <= :last"
        try db.cachedStatement(
            sql: "DELETE FROM retry WHERE hash IN (SELECT hash FROM jobHash WHERE \(rows) AND state = 3)"
        ).execute(arguments: slice)
        let isFresh = ages.hasFreshAnswer(
            to: "jobHash.hash", knownSince: ":knownSince", unknownSince: ":unknownSince")
        try db.cachedStatement(
            sql: "UPDATE jobHash SET state = 2, reason = NULL WHERE \(rows) AND state = 3 AND \(isFresh)"
        ).execute(
            arguments: slice + [
                "knownSince": (now - ages.known).milliseconds,
                "unknownSince": (now - ages.unknown).milliseconds,
            ])
        let answered = db.changesCount
        try db.cachedStatement(sql: "UPDATE jobHash SET state = 0, reason = NULL WHERE \(rows) AND state = 3")
            .execute(arguments: slice)
        var opened = db.changesCount
        try db.cachedStatement(
            sql: """
                UPDATE jobHash SET state = 0, askedAs = NULL WHERE \(rows) AND state = 2 AND NOT EXISTS (
                    SELECT 1 FROM answer WHERE answer.hash = coalesce(askedAs, jobHash.hash))
                """
        ).execute(arguments: slice)
        opened += db.changesCount
        if answered > 0 {
            try db.cachedStatement(sql: "UPDATE job SET isPublished = 0 WHERE id = ?").execute(arguments: [
                job
            ])
        }
        guard opened > 0 else { return Slice(answered: answered) }
        try db.cachedStatement(
            sql: """
                UPDATE job SET state = 'running', finishedAt = NULL, isPublished = 0,
                    openCount = openCount + ?
                WHERE id = ?
                """
        ).execute(arguments: [opened, job])
        return Slice(opened: opened, answered: answered)
    }
}
