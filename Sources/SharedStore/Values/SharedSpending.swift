package import Model
package import Store

/// What all sites together have spent of a key's quota.
package struct SharedSpending: Hashable, Sendable {
    package var quota: QuotaSpending
    /// How much of each minute is kept for sites that have a slice, beyond what they have sent in this one.
    package var keptForSlices: Int
    /// Why and for how long no site asks.
    package var pause: SharedPause?

    package init(quota: QuotaSpending, keptForSlices: Int = 0, pause: SharedPause? = nil) {
        self.quota = quota
        self.keptForSlices = keptForSlices
        self.pause = pause
    }
}

/// What one of a site's users would ask now, if there were no limit.
package struct SharedDemand: Hashable, Sendable {
    package var open: Int
    /// The user's turns relative to others: 1 to 100.
    package var weight: Int

    package init(open: Int, weight: Int) {
        self.open = open
        self.weight = weight
    }
}
