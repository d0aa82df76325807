/// What an account has used of its quotas, by VirusTotal's own count (natural days and months in UTC).
///
/// VirusTotal gives no figure for the minute: 4 a minute show as 240 an hour.
package struct QuotaUsage: Hashable, Sendable {
    package struct Count: Hashable, Sendable {
        package var used: Int64
        package var allowed: Int64

        package init(used: Int64, allowed: Int64) {
            self.used = used
            self.allowed = allowed
        }

        /// Never below zero.
        package var left: Int64 { max(0, allowed - min(used, allowed)) }
    }

    /// Nil where the answer has no such figure.
    package var hourly: Count?
    package var daily: Count?
    package var monthly: Count?

    package init(hourly: Count? = nil, daily: Count? = nil, monthly: Count? = nil) {
        self.hourly = hourly
        self.daily = daily
        self.monthly = monthly
    }
}

/// `{"data": {"api_requests_daily": {"user": {"used": 2, "allowed": 500}, "group": {…}}, …}}`
/// (API v3, "Get a user's overall quotas").
struct QuotaPayload: Decodable {
    var data: Periods

    struct Periods: Decodable {
        var usage: QuotaUsage

        enum CodingKeys: String, CodingKey {
            case hourly = "api_requests_hourly"
            case daily = "api_requests_daily"
            case monthly = "api_requests_monthly"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func count(_ key: CodingKeys) -> QuotaUsage.Count? { container.lossy(Period.self, key)?.tightest }
            usage = QuotaUsage(hourly: count(.hourly), daily: count(.daily), monthly: count(.monthly))
        }
    }

    /// The user's own figure and, for members of a group, the group's: whichever leaves less is the limit.
    private struct Period: Decodable {
        var tightest: QuotaUsage.Count?

        enum CodingKeys: CodingKey {
            case user
            case group
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let counts = [CodingKeys.user, .group].compactMap { container.lossy(Figure.self, $0)?.count }
            tightest = counts.min { $0.left < $1.left }
        }
    }

    private struct Figure: Decodable {
        var count: QuotaUsage.Count?

        enum CodingKeys: CodingKey {
            case used
            case allowed
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard let used = container.integer(.used), let allowed = container.integer(.allowed), used >= 0,
                allowed >= 0
            else { return }
            count = QuotaUsage.Count(used: used, allowed: allowed)
        }
    }
}
