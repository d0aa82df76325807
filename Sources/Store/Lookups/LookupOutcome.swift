package import Foundation
import MetricNames
package import Model
package import Support

/// Outcome of a request.
package struct LookupOutcome: Sendable {
    package enum Result: Sendable {
        case answered(LookupAnswer.Answer)
        /// Try again from `notBefore` on; `countsAttempt` says whether the hash is to blame.
        case failedForNow(reason: String, notBefore: Date, countsAttempt: Bool)
        case failedForGood(reason: String)
    }

    /// The request's number in the ledger.
    package var request: Int64
    package var reservation: Reservation
    package var result: Result
    /// A word for the ledger: `200`, `404`, `429`, `timed out`.
    package var outcome: String
    /// Whether the request may have left this machine; if not, the ledger forgets it.
    package var wasSent: Bool
    package var endedAt: ClockReading

    package init(
        request: Int64, reservation: Reservation, result: Result, outcome: String, wasSent: Bool = true,
        endedAt: ClockReading
    ) {
        self.request = request
        self.reservation = reservation
        self.result = result
        self.outcome = outcome
        self.wasSent = wasSent
        self.endedAt = endedAt
    }
}

/// What recorded outcomes changed.
package struct RecordedOutcomes: Hashable, Sendable {
    /// The jobs that got closer to their end, each with the rows that it still waits for.
    package var touched: [JobID: Int] = [:]
    /// Whose those jobs are.
    package var users: [JobID: UserName] = [:]
    package var finished: Set<JobID> = []
    /// The jobs, by row id, that still wait for a hash whose request failed for now.
    package var postponed: Set<Int64> = []
    /// When the first of those hashes may be asked again.
    package var nextRetry: Date?
    /// Whether more jobs wait for one of the outcomes: `LookupStore.recordPending` goes on.
    package var isIncomplete = false
    /// Rows that got their answer, by where it came from.
    var answers: [AnswerSource: Int] = [:]

    package init() {}
}
