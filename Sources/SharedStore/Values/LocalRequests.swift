package import Store
package import Support

/// Requests that a site's daemon has counted by itself: all that it has sent, alone and as a site.
package struct LocalRequests: Hashable, Sendable {
    /// By UTC day, the days as counted since 1970. A request that began in one and ended in the next counts
    /// in both.
    package var days: [Int: Int] = [:]
    /// How long ago the requests of VirusTotal's minute ended.
    package var lastMinute: [Duration] = []

    package init(days: [Int: Int] = [:], lastMinute: [Duration] = []) {
        self.days = days
        self.lastMinute = lastMinute
    }

    /// What a ledger has by `reading`, without that of other sites.
    package init(_ ledger: QuotaLedger, at reading: ClockReading) throws {
        let known = try ledger.requestDays()
        days = known.own.merging(known.endedLater, uniquingKeysWith: +)
        lastMinute = try ledger.spending(at: reading).lastMinute
    }
}
