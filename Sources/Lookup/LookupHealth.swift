package import Foundation
package import Model

/// The state of the lookups, for status, doctor and the operations page.
package struct LookupHealth: Hashable, Sendable {
    /// What keeps hashes from being asked at the moment; nil while they are.
    package var waitReason: String?
    /// Whether that is more than keeping to the limit of requests a minute.
    package var needsAttention: Bool
    /// When asking goes on; nil if nobody knows.
    package var waitsUntil: Date?
    package var limits: QuotaLimits
    package var spentThisMinute: Int
    package var spentToday: Int
    package var spentThisMonth: Int
    package var requestsInFlight: Int
    /// Open hashes by user.
    package var openHashes: [UserName: Int]
}
