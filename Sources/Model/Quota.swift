/// How much of one of VirusTotal's allowances is used.
package struct Quota: Hashable, Sendable, Codable {
    package var used: Int
    /// 0 is no limit.
    package var limit: Int

    package init(used: Int, limit: Int) {
        self.used = used
        self.limit = limit
    }

    /// What may still be used, never below 0; `Int.max` without a limit.
    package var left: Int { limit == 0 ? .max : max(0, limit - used) }
}

/// The periods that VirusTotal limits; days and months are those of UTC.
package enum QuotaPeriod: String, Hashable, Sendable, CaseIterable {
    case minute, day, month
}

/// What a key may spend; 0 means no limit.
package struct QuotaLimits: Hashable, Sendable {
    /// In any 60 seconds; default 4, a public key's.
    package var requestsPerMinuteLimit: Int
    /// From 00:00 to 24:00 UTC; default 500.
    package var requestsPerDayLimit: Int
    /// In a calendar month, UTC; default 15,500.
    package var requestsPerMonthLimit: Int

    package init(
        requestsPerMinuteLimit: Int = 4, requestsPerDayLimit: Int = 500, requestsPerMonthLimit: Int = 15_500
    ) {
        self.requestsPerMinuteLimit = requestsPerMinuteLimit
        self.requestsPerDayLimit = requestsPerDayLimit
        self.requestsPerMonthLimit = requestsPerMonthLimit
    }
}

/// What VirusTotal itself counts for a key, all programs that use it together; nil where it gives no figure.
///
/// It gives none for the minute.
package struct ReportedQuotas: Hashable, Sendable {
    package var day: Quota?
    package var month: Quota?

    package init(day: Quota? = nil, month: Quota? = nil) {
        self.day = day
        self.month = month
    }
}
