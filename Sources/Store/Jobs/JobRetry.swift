package import Foundation
import GRDB
package import Model
import Support

extension JobStore {
    /// Prepares to ask a job's failed hashes again; nothing is written yet.
    ///
    /// - Parameters:
    ///   - ages: how old an answer of the cache may be to be taken instead of asking.
    ///   - rowsAtOnce: rows of the list that one slice looks at, whether they have failed or not.
    /// - Throws: `StoreError` of kind `noSuchJob`.
    package func retry(
        _ id: JobID, ages: CacheAges, at now: Date, rowsAtOnce: Int = 10_000
    ) throws -> JobRetry {
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
                pool: pool, job: job, lastPosition: hasFailed ? last ?? 0 : 0, rowsAtOnce: rowsAtOnce,
                knownSince: now - ages.known.seconds, unknownSince: now - ages.unknown.seconds)
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

    let pool: DatabasePool
    let job: Int64
    let lastPosition: Int
    let rowsAtOnce: Int
    /// Older answers are no longer fresh.
    private let knownSince: Date
    private let unknownSince: Date
    private var position = 0

    init(
        pool: DatabasePool, job: Int64, lastPosition: Int, rowsAtOnce: Int, knownSince: Date,
        unknownSince: Date
    ) {
        self.pool = pool
        self.job = job
        self.lastPosition = lastPosition
        self.rowsAtOnce = rowsAtOnce
        self.knownSince = knownSince
        self.unknownSince = unknownSince
    }

    /// Opens the failed hashes of the next slice.
    ///
    /// - Returns: nil at the end of the list, or if the job was cancelled or removed meanwhile.
    package mutating func advance() throws -> Slice? {
        guard position < lastPosition else { return nil }
        let slice = try pool.write { db in try open(in: db) }
        position = slice == nil ? lastPosition : position + rowsAtOnce
        return slice
    }

    private func open(in db: Database) throws -> Slice? {
        let isThere = try Bool.fetchOne(
            db, sql: "SELECT state IN ('running', 'done') FROM job WHERE id = ? AND stage = 1",
            arguments: [job])
        guard isThere == true else { return nil }
        let slice: StatementArguments = ["job": job, "from": position, "to": position + rowsAtOnce]
        let rows = "jobID = :job AND position > :from AND position <= :to"
        try db.execute(
            sql: "DELETE FROM retry WHERE hash IN (SELECT hash FROM jobHash WHERE \(rows) AND state = 3)",
            arguments: slice)
        let isFresh = CacheAges.hasFreshAnswer(
            to: "jobHash.hash", knownSince: ":knownSince", unknownSince: ":unknownSince")
        try db.execute(
            sql: "UPDATE jobHash SET state = 2, reason = NULL WHERE \(rows) AND state = 3 AND \(isFresh)",
            arguments: slice + [
                "knownSince": knownSince.milliseconds, "unknownSince": unknownSince.milliseconds,
            ])
        let answered = db.changesCount
        try db.execute(
            sql: "UPDATE jobHash SET state = 0, reason = NULL WHERE \(rows) AND state = 3", arguments: slice)
        var opened = db.changesCount
        try db.execute(
            sql: """
                UPDATE jobHash SET state = 0, askedAs = NULL WHERE \(rows) AND state = 2 AND NOT EXISTS (
                    SELECT 1 FROM answer WHERE answer.hash = coalesce(askedAs, jobHash.hash))
                """, arguments: slice)
        opened += db.changesCount
        if answered > 0 {
            try db.execute(sql: "UPDATE job SET isPublished = 0 WHERE id = ?", arguments: [job])
        }
        guard opened > 0 else { return Slice(answered: answered) }
        try db.execute(
            sql: """
                UPDATE job SET state = 'running', finishedAt = NULL, isPublished = 0,
                    openCount = openCount + ?
                WHERE id = ?
                """, arguments: [opened, job])
        return Slice(opened: opened, answered: answered)
    }
}
