import Foundation
import GRDB
import Model
import Support

/// Writes one request's outcome to every table that it concerns, inside the caller's transaction.
struct OutcomeRecorder {
    let outcome: LookupOutcome
    /// Hashes with a request of their own, ended just now or still in flight.
    let sent: Set<Data>
    let db: Database

    private var asked: FileHash { outcome.reservation.hash }
    private var now: Int64 { outcome.endedAt.wall.milliseconds }

    func record(into recorded: inout RecordedOutcomes) throws {
        if outcome.wasSent {
            try QuotaLedger.end(outcome.request, outcome.outcome, at: outcome.endedAt, in: db)
        } else {
            try QuotaLedger.withdraw(outcome.request, in: db)
        }
        switch outcome.result {
        case .answered(let answer):
            let names = try remember(answer)
            try forgetFailures(of: names)
            try finish(names, recorded: &recorded) { wanted in
                try mark(wanted, "state = 2, leader = NULL", [])
            }
        case .failedForNow(let reason, let notBefore, let countsAttempt):
            try postpone(reason: reason, notBefore: notBefore, countsAttempt: countsAttempt)
            recorded.postponed.formUnion(try jobsWanting(asked))
            recorded.nextRetry = min(recorded.nextRetry ?? notBefore, notBefore)
        case .failedForGood(let reason):
            try forgetFailures(of: [asked])
            try finish([asked], recorded: &recorded) { wanted in
                try mark(wanted, "state = 3, leader = NULL, reason = ?", [reason])
            }
        }
    }

    /// Puts the answer into the cache under every name it is good for.
    private func remember(_ answer: LookupAnswer.Answer) throws -> [FileHash] {
        var names = [asked]
        var file: Int64?
        if case .known(let object) = answer {
            names = object.hashes
            file = try FileRecord.save(object, in: db)
        }
        let save = try db.cachedStatement(
            sql: """
                INSERT INTO answer (hash, fileID, askedAt) VALUES (?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET fileID = excluded.fileID, askedAt = excluded.askedAt
                """)
        for name in names { try save.execute(arguments: [name.data, file, now]) }
        return names
    }

    private func forgetFailures(of names: [FileHash]) throws {
        let forget = try db.cachedStatement(sql: "DELETE FROM retry WHERE hash = ?")
        for name in names { try forget.execute(arguments: [name.data]) }
    }

    private func postpone(reason: String, notBefore: Date, countsAttempt: Bool) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO retry (hash, attempts, failedAt, notBefore, reason) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET attempts = attempts + excluded.attempts,
                    failedAt = excluded.failedAt, notBefore = excluded.notBefore, reason = excluded.reason
                """
        ).execute(arguments: [
            asked.data, countsAttempt ? 1 : 0, now, notBefore.milliseconds, reason,
        ])
    }

    private struct Wanted {
        var jobID: Int64
        var hash: Data
    }

    /// Marks every row that waits for one of `names`, resolves those rows' aliases and counts.
    private func finish(
        _ names: [FileHash], recorded: inout RecordedOutcomes, mark: ([Wanted]) throws -> Void
    ) throws {
        var wanted: [Wanted] = []
        for name in names {
            wanted += try jobsWanting(name).map { Wanted(jobID: $0, hash: name.data) }
        }
        try mark(wanted)
        for (job, rows) in Dictionary(grouping: wanted, by: \.jobID) {
            let aliases = try AliasResolver.resolve(jobID: job, after: rows.map(\.hash), in: db)
            try count(job, rows, aliases: aliases, recorded: &recorded)
        }
    }

    private func jobsWanting(_ hash: FileHash) throws -> [Int64] {
        try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT jobID FROM jobHash CROSS JOIN job ON job.id = jobID
                    WHERE hash = ? AND jobHash.state < 2 AND \(JobRecord.isServed)
                    """), arguments: [hash.data])
    }

    private func mark(_ wanted: [Wanted], _ change: String, _ values: StatementArguments) throws {
        let update = try db.cachedStatement(
            sql: "UPDATE jobHash SET \(change) WHERE jobID = ? AND hash = ? AND state < 2")
        for row in wanted { try update.execute(arguments: values + [row.jobID, row.hash]) }
    }

    private func count(
        _ job: Int64, _ rows: [Wanted], aliases: Int, recorded: inout RecordedOutcomes
    ) throws {
        let isAnswer = if case .answered = outcome.result { true } else { false }
        let byName = isAnswer ? rows.count { !sent.contains($0.hash) } : 0
        let isShared =
            isAnswer && job != outcome.reservation.jobRowID && rows.contains { $0.hash == asked.data }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    UPDATE job SET savedByAlias = savedByAlias + ?, savedBySharing = savedBySharing + ?,
                        openCount = openCount - ?
                    WHERE id = ? RETURNING name, openCount, user, stage
                    """), arguments: [byName + aliases, isShared ? 1 : 0, rows.count + aliases, job])
        guard let row, let id = JobID(row[0] as String), let user = UserName(row[2] as String) else { return }
        // A job whose list is still being imported is not shown, and ends when all of it is there.
        guard row[3] == 1 else { return }
        let open: Int = row[1]
        recorded.touched[id] = open
        recorded.users[id] = user
        guard open == 0 else { return }
        try db.execute(
            sql: "UPDATE job SET state = 'done', finishedAt = ? WHERE id = ? AND state = 'running'",
            arguments: [now, job])
        recorded.finished.insert(id)
    }
}
