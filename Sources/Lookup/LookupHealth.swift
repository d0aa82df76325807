package import Foundation
package import Model

/// The state of the lookups, for `hashdrop status` and the operations page.
package struct LookupHealth: Hashable, Sendable {
    /// What keeps hashes from being asked at the moment; nil while they are.
    package var waitReason: String?
    /// The same for users, without what the operator is to do about it.
    package var usersWaitReason: String?
    /// Whether that is more than keeping to the limit of requests a minute.
    package var needsAttention: Bool
    /// When asking goes on; nil if that is not known.
    package var waitsUntil: Date?
    /// The requests in flight are among those of the minute.
    package var minute: Quota
    package var day: Quota
    package var month: Quota
    package var requestsInFlight: Int
    /// Open hashes by user.
    package var openHashes: [UserName: Int]
    /// When the oldest job with hashes to ask came in; nil if there is none.
    package var oldestReceivedAt: Date?
    /// The period whose requests are used up, if that is what keeps hashes from being asked.
    package var usedUpPeriod: QuotaPeriod?
    /// Whether VirusTotal refuses the key.
    package var isKeyRefused = false
}
