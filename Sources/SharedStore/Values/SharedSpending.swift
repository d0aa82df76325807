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

/// A time in which no site asks, after VirusTotal has refused the key or a request of one of them.
package struct SharedPause: Hashable, Sendable {
    package var left: Duration
    /// The outcome's word, such as `429`.
    package var reason: String

    package init(left: Duration, reason: String) {
        self.left = left
        self.reason = reason
    }
}

/// One site of a key.
package struct SiteStatus: Hashable, Sendable {
    package var name: String
    /// How long ago it last gave a sign of life.
    package var silence: Duration
    /// Requests of this UTC day and month.
    package var today: Int
    package var thisMonth: Int
    /// Requests in flight.
    package var underWay: Int
    /// Hashes that it would ask now.
    package var open: Int

    package init(
        name: String, silence: Duration, today: Int, thisMonth: Int, underWay: Int, open: Int
    ) {
        self.name = name
        self.silence = silence
        self.today = today
        self.thisMonth = thisMonth
        self.underWay = underWay
        self.open = open
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
