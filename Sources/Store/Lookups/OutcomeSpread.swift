import Foundation
import GRDB
import MetricNames
import Model

/// Spread of one hash's outcome over the jobs that wait for it, so many of them at a time: thousands of lists
/// may name one hash.
struct OutcomeSpread {
    let hash: Data
    /// Why there is no answer; nil if there is one.
    let reason: String?
    let endedAt: Int64
    /// Whether it is the hash that was asked, and not another name of its file.
    let isAsked: Bool
    /// Whether the hash had a request of its own.
    let wasSent: Bool
    /// The job in whose name it was asked; nil when that one has been served.
    let askedBy: Int64?
    let db: Database

    /// Some tenths of a second of the database's writer.
    static let jobsAtOnce = 200

    /// Serves the next jobs: marks their rows, resolves those rows' aliases and counts.
    ///
    /// - Returns: whether there may be more.
    func advance(recorded: inout RecordedOutcomes) throws -> Bool {
        let jobs = try Self.jobsWanting(hash, first: askedBy, limit: Self.jobsAtOnce, in: db)
        for job in jobs {
            try mark(job)
            let aliases = try AliasResolver.resolve(jobID: job, after: [hash], in: db)
            try count(job, aliases: aliases, recorded: &recorded)
        }
        return jobs.count == Self.jobsAtOnce
    }

    /// The jobs that wait for a hash, by row id; a negative limit is none.
    static func jobsWanting(
        _ hash: Data, first: Int64? = nil, limit: Int, in db: Database
    ) throws -> [Int64] {
        let jobs = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT jobID FROM jobHash CROSS JOIN job ON job.id = jobID
                    WHERE hash = ? AND jobHash.state < 2 AND \(JobRecord.isServed) LIMIT ?
                    """), arguments: [hash, limit])
        guard let first, !jobs.contains(first), try isWanted(hash, by: first, in: db) else { return jobs }
        return [first] + jobs.dropLast(jobs.count == limit ? 1 : 0)
    }

    private static func isWanted(_ hash: Data, by job: Int64, in db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM jobHash CROSS JOIN job ON job.id = jobID
                        WHERE jobID = ? AND hash = ? AND jobHash.state < 2 AND \(JobRecord.isServed))
                    """), arguments: [job, hash])!
    }

    private func mark(_ job: Int64) throws {
        try db.cachedStatement(
            sql: """
                UPDATE jobHash SET state = iif(?1 IS NULL, 2, 3), leader = NULL, reason = ?1
                WHERE jobID = ?2 AND hash = ?3 AND state < 2
                """
        ).execute(arguments: [reason, job, hash])
    }

    private func count(_ job: Int64, aliases: Int, recorded: inout RecordedOutcomes) throws {
        let byName = reason == nil && !wasSent ? 1 : 0
        let isShared = reason == nil && isAsked && job != askedBy
        if reason == nil {
            // Of a row whose own request is still in flight, that one was sent for it all the same.
            let source: AnswerSource = byName == 1 ? .alias : isShared ? .shared : .virusTotal
            recorded.answers[source, default: 0] += 1
            recorded.answers[.alias, default: 0] += aliases
        }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE job SET savedByAlias = savedByAlias + ?, savedBySharing = savedBySharing + ?,
                        openCount = openCount - ?
                    WHERE id = ? RETURNING name, openCount, user, stage
                    """), arguments: [byName + aliases, isShared ? 1 : 0, 1 + aliases, job])
        guard let row, let id = JobID(row[0] as String), let user = UserName(row[2] as String) else { return }
        // A job whose list is still being imported is not shown, and ends when all of it is there.
        guard row[3] == 1 else { return }
        let open: Int = row[1]
        recorded.touched[id] = open
        recorded.users[id] = user
        guard open == 0 else { return }
        try db.cachedStatement(
            sql: "UPDATE job SET state = 'done', finishedAt = ? WHERE id = ? AND state = 'running'"
        ).execute(arguments: [endedAt, job])
        recorded.finished.insert(id)
    }
}
