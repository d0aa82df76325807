import Model

/// `{"data": {"api_requests_daily": {"user": {"used": 2, "allowed": 500}, "group": {…}}, …}}`
/// (API v3, "Get a user's overall quotas").
struct QuotaPayload {
    let quotas: ReportedQuotas

    /// Nil if the body has another form.
    init?(_ body: JSONValue) {
        guard let data = body["data"], data.isObject else { return nil }
        quotas = ReportedQuotas(
            day: Self.tightest(data["api_requests_daily"]), month: Self.tightest(data["api_requests_monthly"])
        )
    }

    /// The user's own figure and, for members of a group, the group's: the one that leaves less is the limit.
    private static func tightest(_ period: JSONValue?) -> Quota? {
        [period?["user"], period?["group"]].compactMap(quota).min { $0.left < $1.left }
    }

    private static func quota(_ figure: JSONValue?) -> Quota? {
        guard let used = figure?["used"]?.integer.flatMap({ Int(exactly: $0) }), used >= 0,
            let allowed = figure?["allowed"]?.integer.flatMap({ Int(exactly: $0) }), allowed >= 0
        else { return nil }
        return Quota(used: used, limit: allowed)
    }
}
