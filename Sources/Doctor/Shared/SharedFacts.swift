package import Model
import Reporting
import Support

/// What the database says that several daemons share.
package struct SharedFacts: Hashable, Sendable {
    /// Where its answers come from; nil if it has none and nothing was asked yet.
    var endpoint: String?
    /// How far its server's clock is ahead of this machine's; behind if negative.
    var clockAhead: Duration
    /// How long a question takes, by which the difference of the clocks may be wrong.
    var roundTrip: Duration
    /// Those that have the same key; nil if the database does not know this one yet.
    var sites: [SiteStatus]?
    /// What this machine's daemon is configured with.
    var limits: QuotaLimits
    /// What all of them together have spent of the day and the month, and may spend.
    var day: Quota
    var month: Quota
    /// Why and for how long no site asks.
    var pause: SharedPause?

    package init(
        endpoint: String?, clockAhead: Duration, roundTrip: Duration, sites: [SiteStatus]?,
        limits: QuotaLimits = QuotaLimits(), day: Quota = Quota(used: 0, limit: 0),
        month: Quota = Quota(used: 0, limit: 0),
        pause: SharedPause? = nil
    ) {
        self.endpoint = endpoint
        self.clockAhead = clockAhead
        self.roundTrip = roundTrip
        self.sites = sites
        self.limits = limits
        self.day = day
        self.month = month
        self.pause = pause
    }

    /// By more seconds the difference of two clocks is worth a word. Nothing is counted by it.
    private static let clockTolerance: Duration = .seconds(5)
    /// A site that works gives a sign of life every five seconds.
    private static let ownSilenceMax: Duration = .seconds(60)
    private static let silenceMax: Duration = .seconds(900)
    /// After this time a site is taken for one that is no more.
    private static let retirement: Duration = .seconds(7 * 86_400)

    func findings(of address: String, site: String, endpoint: String, isServed: Bool) -> [Finding] {
        [database(address, endpoint), clock(address)] + pauseFindings(address)
            + siteFindings(address, site, isServed: isServed)
    }

    private func pauseFindings(_ address: String) -> [Finding] {
        guard let pause else { return [] }
        return [
            .warning(
                .sites, address,
                "VirusTotal has refused a request (\(pause.reason)); no site asks for "
                    + Self.words(pause.left),
                advice: "Look at each site whether its key and its limits are right")
        ]
    }

    private func database(_ address: String, _ configured: String) -> Finding {
        if let endpoint, endpoint != configured {
            return .failed(
                .sharedDatabase, address,
                "its answers come from \(endpoint), and hashdrop asks \(configured)",
                advice: "Use another database for this endpoint, so that their verdicts never mix")
        }
        let time = Int((roundTrip / .milliseconds(1)).rounded(.up))
        return .ok(
            .sharedDatabase, address,
            "answers in \(time) ms by a way that is safe, has this version's schema and admits this role")
    }

    private func clock(_ address: String) -> Finding {
        guard Self.magnitude(clockAhead) > Self.clockTolerance + roundTrip else {
            return .ok(.sharedClock, address, "its clock goes with this machine's")
        }
        let difference = Wording.duration(Self.magnitude(clockAhead).seconds)
        let relation = clockAhead > .zero ? "ahead of" : "behind"
        return .warning(
            .sharedClock, address,
            "its clock is \(difference) \(relation) this machine's; requests are counted by it, rightly",
            advice: "Set the one that is wrong: sudo timedatectl set-ntp true (or chrony)")
    }

    private static func magnitude(_ duration: Duration) -> Duration { max(duration, .zero - duration) }

    private func siteFindings(_ address: String, _ own: String, isServed: Bool) -> [Finding] {
        guard let sites, let site = sites.first(where: { $0.name == own }) else {
            return [
                isServed
                    ? .warning(
                        .sites, own, "the shared database does not know it, and its daemon runs",
                        advice: "'hashdrop status' says since when; restart it if shared.site was changed")
                    : .ok(.sites, own, "not known there yet; the daemon's first start makes it")
            ]
        }
        var warnings: [Finding] = []
        if isServed, site.silence > Self.ownSilenceMax {
            warnings.append(
                .warning(
                    .sites, own,
                    "its daemon runs and has given no sign of life for \(Self.words(site.silence))",
                    advice: "'hashdrop status' says why"))
        }
        for other in sites where other.name != own {
            if let others = other.limits, others != limits, other.silence < Self.silenceMax {
                warnings.append(
                    .warning(
                        .sites, other.name,
                        "is configured with \(Wording.limits(others)), and this site with "
                            + Wording.limits(limits),
                        advice: "Give all sites of the key the same virustotal.requestsPerMinute, "
                            + "requestsPerDay and requestsPerMonth; each site asks by its own"))
            }
            guard other.silence > Self.silenceMax, other.silence < Self.retirement else { continue }
            warnings.append(
                .warning(
                    .sites, other.name,
                    "no sign of life for \(Self.words(other.silence)); \(Self.spent(by: other))",
                    advice: "Look there whether its daemon runs and reaches the database; what it has spent "
                        + "stays counted"))
        }
        guard warnings.isEmpty else { return warnings }
        let present = sites.filter { $0.silence < Self.retirement }
        var words = present.prefix(Self.sitesNamedMax).map {
            "\($0.name) (seen \(Self.words($0.silence)) ago, \(Self.spent(by: $0)))"
        }
        if present.count > words.count { words.append("\(Wording.number(present.count - words.count)) more") }
        return [
            .ok(
                .sites, address,
                "\(Wording.count(present.count, "site has", "sites have")) this key, with "
                    + "\(Self.used(day)) today and \(Self.used(month)) this month: "
                    + words.joined(separator: ", "))
        ]
    }

    private static let sitesNamedMax = 20

    private static func spent(by site: SiteStatus) -> String {
        "\(Wording.number(site.today)) today, \(Wording.number(site.thisMonth)) this month"
    }

    private static func used(_ quota: Quota) -> String {
        let used = Wording.count(quota.used, "request", "requests")
        return quota.limit == 0
            ? used : "\(Wording.number(quota.used)) of \(Wording.number(quota.limit)) requests"
    }

    private static func words(_ duration: Duration) -> String { Wording.duration(duration.seconds) }
}
