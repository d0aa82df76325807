package import Foundation

/// Estimate of a running job's end.
package struct JobEstimate: Hashable, Sendable {
    /// When it should be done, by the quota, the queue before it and what it still needs; nil when that
    /// cannot be told.
    package var expectedAt: Date?
    /// What the job waits for at the moment, in words for its owner; nil while it simply goes on.
    package var waitReason: String?

    package init(expectedAt: Date? = nil, waitReason: String? = nil) {
        self.expectedAt = expectedAt
        self.waitReason = waitReason
    }
}
