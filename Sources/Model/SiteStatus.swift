/// One of the daemons that share a key, as the shared database last told.
package struct SiteStatus: Hashable, Sendable {
    package var name: String
    /// How long ago it last gave a sign of life.
    package var silence: Duration
    /// Requests of this UTC day and month.
    package var today: Int
    package var thisMonth: Int
    package var requestsInFlight: Int
    /// Hashes that it would ask now.
    package var openHashes: Int
    /// What it is configured with; nil before its first sign of life.
    package var limits: QuotaLimits?

    package init(
        name: String, silence: Duration, today: Int = 0, thisMonth: Int = 0, requestsInFlight: Int = 0,
        openHashes: Int = 0, limits: QuotaLimits? = nil
    ) {
        self.name = name
        self.silence = silence
        self.today = today
        self.thisMonth = thisMonth
        self.requestsInFlight = requestsInFlight
        self.openHashes = openHashes
        self.limits = limits
    }
}
