package import Model

/// Failure of a lookup, reduced to what the dispatcher has to know.
package struct LookupFailure: Error, Hashable, Sendable {
    package var disposition: FailureDisposition
    /// A sentence for the reader of the report.
    package var reason: String
    /// A word for the ledger, such as `429` or `timed out`.
    package var outcome: String
    /// Whether the request may have reached VirusTotal and cost quota. Without a connection it has not.
    package var wasSent: Bool

    package init(disposition: FailureDisposition, reason: String, outcome: String, wasSent: Bool = true) {
        self.disposition = disposition
        self.reason = reason
        self.outcome = outcome
        self.wasSent = wasSent
    }
}
