import Foundation
import GRDB
import Model
import Support

/// Writes what came of one hash to every table that it concerns, inside the caller's transaction.
struct OutcomeRecorder {
    let asked: FileHash
    /// The job in whose name it was asked; nil if another daemon has asked it.
    let askedBy: Int64?
    /// When that was known.
    let now: Date
    /// Hashes with a request of their own, ended just now or still in flight.
    let sent: Set<Data>
    let db: Database

    /// Records how a request ended.
    static func record(
        _ outcome: LookupOutcome, sent: Set<Data>, into recorded: inout RecordedOutcomes, in db: Database
    ) throws {
        try OutcomeRecorder(
            asked: outcome.reservation.hash, askedBy: outcome.reservation.jobRowID,
            now: outcome.endedAt.wall, sent: sent, db: db
        ).record(outcome, into: &recorded)
    }

    /// Records an answer that another daemon has got.
    func take(_ answer: LookupAnswer, into recorded: inout RecordedOutcomes) throws {
        // By a clock that is ahead of this one; what is from the future would be fresh for too long.
        try record(answer.answer, askedAt: min(answer.askedAt, now), into: &recorded)
    }

    private func record(_ outcome: LookupOutcome, into recorded: inout RecordedOutcomes) throws {
        if outcome.wasSent {
            try QuotaLedger.end(outcome.request, outcome.outcome, at: outcome.endedAt, in: db)
        } else {
            try QuotaLedger.withdraw(outcome.request, in: db)
        }
        switch outcome.result {
        case .answered(let answer): try record(answer, askedAt: now, into: &recorded)
        case .failedForNow(let reason, let notBefore, let countsAttempt):
            try postpone(reason: reason, notBefore: notBefore, countsAttempt: countsAttempt)
            recorded.postponed.formUnion(
                try OutcomeSpread.jobsWanting(asked.data, limit: -1, in: db))
            recorded.nextRetry = min(recorded.nextRetry ?? notBefore, notBefore)
        case .failedForGood(let reason):
            try forgetFailures(of: [asked])
            try spread(to: [asked], reason: reason, recorded: &recorded)
        }
    }

    private func record(
        _ answer: LookupAnswer.Answer, askedAt: Date, into recorded: inout RecordedOutcomes
    ) throws {
        let names = try remember(answer, askedAt: askedAt)
        try forgetFailures(of: names)
        try spread(to: names, reason: nil, recorded: &recorded)
    }

    /// The job that asked comes first, then the others that wait for one of `names`, as far as they are few.
    private func spread(
        to names: [FileHash], reason: String?, recorded: inout RecordedOutcomes
    ) throws {
        for name in names.map(\.data) {
            let spread = OutcomeSpread(
                hash: name, reason: reason, endedAt: now.milliseconds, isAsked: name == asked.data,
                wasSent: sent.contains(name), askedBy: askedBy, db: db)
            guard try spread.advance(recorded: &recorded) else { continue }
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO pendingOutcome (hash, asked, reason, endedAt)
                    VALUES (?, ?, ?, ?)
                    """
            ).execute(arguments: [name, asked.data, reason, now.milliseconds])
            recorded.isIncomplete = true
        }
    }

    /// Puts the answer into the cache under every name it is good for.
    private func remember(_ answer: LookupAnswer.Answer, askedAt: Date) throws -> [FileHash] {
        var names = [asked]
        var file: Int64?
        if case .known(let object) = answer {
            names = object.hashes
            file = try FileRecord.save(object, in: db)
        }
        let save = try RawStatement(
            """
            INSERT INTO answer (hash, fileID, askedAt) VALUES (?, ?, ?)
            ON CONFLICT (hash) DO UPDATE SET fileID = excluded.fileID, askedAt = excluded.askedAt
            """, in: db)
        save.bind(file.map { Int($0) }, at: 2)
        save.bind(askedAt, at: 3)
        for name in names {
            save.bind(name, at: 1)
            try save.run()
        }
        return names
    }

    private func forgetFailures(of names: [FileHash]) throws {
        let forget = try RawStatement("DELETE FROM retry WHERE hash = ?", in: db)
        for name in names {
            forget.bind(name, at: 1)
            try forget.run()
        }
    }

    private func postpone(reason: String, notBefore: Date, countsAttempt: Bool) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO retry (hash, attempts, failedAt, notBefore, reason) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET attempts = attempts + excluded.attempts,
                    failedAt = excluded.failedAt, notBefore = excluded.notBefore, reason = excluded.reason
                """
        ).execute(arguments: [
            asked.data, countsAttempt ? 1 : 0, now.milliseconds, notBefore.milliseconds, reason,
        ])
    }
}
