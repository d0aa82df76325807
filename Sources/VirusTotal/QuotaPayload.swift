import Model

/// `{"data": {"api_requests_daily": {"user": {"used": 2, "allowed": 500}, "group": {…}}, …}}`
/// (API v3, "Get a user's overall quotas").
struct QuotaPayload: Decodable {
    var data: Periods

    struct Periods: Decodable {
        var quotas: ReportedQuotas

        enum CodingKeys: String, CodingKey {
            case daily = "api_requests_daily"
            case monthly = "api_requests_monthly"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func quota(_ key: CodingKeys) -> Quota? { container.lossy(Period.self, key)?.tightest }
            quotas = ReportedQuotas(day: quota(.daily), month: quota(.monthly))
        }
    }

    /// The user's own figure and, for members of a group, the group's: the one that leaves less is the limit.
    private struct Period: Decodable {
        var tightest: Quota?

        enum CodingKeys: CodingKey {
            case user
            case group
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let quotas = [CodingKeys.user, .group].compactMap { container.lossy(Figure.self, $0)?.quota }
            tightest = quotas.min { $0.left < $1.left }
        }
    }

    private struct Figure: Decodable {
        var quota: Quota?

        enum CodingKeys: CodingKey {
            case used
            case allowed
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard let used = container.integer(.used).flatMap({ Int(exactly: $0) }), used >= 0,
                let allowed = container.integer(.allowed).flatMap({ Int(exactly: $0) }), allowed >= 0
            else { return }
            quota = Quota(used: used, limit: allowed)
        }
    }
}
