package import Model

/// Options of the lookups.
package struct LookupOptions: Hashable, Sendable {
    package var limits: QuotaLimits
    /// Requests in flight at once; default 4, at least 1.
    package var connectionsMax: Int
    /// After so many bad answers for one hash, while others were answered well, it has failed; default 5.
    package var attemptsMax: Int
    /// How often a refused key is looked at again for a change; default 30 s.
    package var keyCheckInterval: Duration
    /// VirusTotal is asked for the quota that it counts at the start, and when in doubt at most this often;
    /// default 15 min.
    package var quotaCheckInterval: Duration

    package init(
        limits: QuotaLimits = .init(), connectionsMax: Int = 4, attemptsMax: Int = 5,
        keyCheckInterval: Duration = .seconds(30), quotaCheckInterval: Duration = .seconds(900)
    ) {
        self.limits = limits
        self.connectionsMax = connectionsMax
        self.attemptsMax = attemptsMax
        self.keyCheckInterval = keyCheckInterval
        self.quotaCheckInterval = quotaCheckInterval
    }
}
