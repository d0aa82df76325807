/// Why a request brought no answer, reduced to what the queue has to do about it.
package struct LookupFailure: Error, Hashable, Sendable {
    package enum Effect: Hashable, Sendable {
        /// The key is wrong or not allowed: ask nothing more with it.
        case stopAsking
        /// The quota is used up or too many came at once: wait, for as long as VirusTotal says if it does.
        case pause(Duration?)
        /// VirusTotal cannot be reached at all; no hash is to blame.
        case unreachable
        /// This answer was bad; the next one may be good.
        case retryLater
        /// Asking again would bring the same.
        case giveUp
    }

    package var effect: Effect
    /// A sentence for the reader of the report.
    package var reason: String
    /// A word for the ledger, such as `429` or `timed out`.
    package var outcome: String
    /// Whether the request may have reached VirusTotal and cost quota. Without a connection it has not.
    package var wasSent: Bool

    package init(effect: Effect, reason: String, outcome: String, wasSent: Bool = true) {
        self.effect = effect
        self.reason = reason
        self.outcome = outcome
        self.wasSent = wasSent
    }
}
