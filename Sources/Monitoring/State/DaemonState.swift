import MetricNames
package import Model

/// The daemon's state at one moment, as it tells of itself: for the gauges of a scrape, and for `/readyz`.
package struct DaemonState: Hashable, Sendable {
    /// The lookups' part.
    package struct Lookups: Hashable, Sendable {
        package var quotas: [QuotaPeriod: Quota]
        /// Hashes still to be asked, by user.
        package var openHashes: [UserName: Int]
        /// For how long the oldest list has waited for answers; zero if none waits.
        package var oldestWait: Duration
        /// Whether VirusTotal refuses the API key.
        package var isKeyRefused: Bool
        /// Why nothing is asked, in a sentence; nil while hashes are asked, or wait for the minute alone.
        package var waitReason: String?

        package init(
            quotas: [QuotaPeriod: Quota] = [:], openHashes: [UserName: Int] = [:],
            oldestWait: Duration = .zero, isKeyRefused: Bool = false, waitReason: String? = nil
        ) {
            self.quotas = quotas
            self.openHashes = openHashes
            self.oldestWait = oldestWait
            self.isKeyRefused = isKeyRefused
            self.waitReason = waitReason
        }
    }

    /// What the database told.
    package struct Database: Hashable, Sendable {
        package var jobs: [JobState: Int]
        package var byteCount: Int64

        package init(jobs: [JobState: Int] = [:], byteCount: Int64 = 0) {
            self.jobs = jobs
            self.byteCount = byteCount
        }
    }

    /// What several daemons share.
    package struct Shared: Hashable, Sendable {
        /// Whether the shared database serves this daemon.
        package var isServed: Bool
        /// Empty while it does not: nothing is known of them then.
        package var sites: [SiteStatus]

        package init(isServed: Bool = true, sites: [SiteStatus] = []) {
            self.isServed = isServed
            self.sites = sites
        }
    }

    package var lookups: Lookups
    /// Nil for a daemon that is alone.
    package var shared: Shared?
    /// Nil if the database does not answer; then `databaseProblem` says why.
    package var database: Database?
    package var databaseProblem: String?
    /// Why the spool is not in its place, in a sentence; nil if it is.
    package var spoolProblem: String?
    /// Whether dropped files wait for something that is wrong, such as a full disk.
    package var isIntakeHeldUp: Bool
    /// Whether a report cannot be written.
    package var areReportsHeldUp: Bool

    package init(
        lookups: Lookups = .init(), shared: Shared? = nil, database: Database? = .init(),
        databaseProblem: String? = nil, spoolProblem: String? = nil, isIntakeHeldUp: Bool = false,
        areReportsHeldUp: Bool = false
    ) {
        self.lookups = lookups
        self.shared = shared
        self.database = database
        self.databaseProblem = databaseProblem
        self.spoolProblem = spoolProblem
        self.isIntakeHeldUp = isIntakeHeldUp
        self.areReportsHeldUp = areReportsHeldUp
    }
}

extension DaemonState {
    /// Users with a series of their own; those with most to ask.
    private static let usersMax = 100
    /// Sites with series; the first by their names.
    private static let sitesMax = 100
    /// No user's name has such characters.
    private static let otherUsers = "(others)"

    /// The gauges that are made of it.
    var series: [MetricSeries] {
        var series = [MetricSeries(.queueOldest, lookups.oldestWait / .seconds(1))]
        for (period, quota) in lookups.quotas {
            let limit = quota.limit == 0 ? Double.infinity : Double(quota.limit)
            series.append(MetricSeries(.quotaLimit, [period.rawValue], limit))
            series.append(MetricSeries(.quotaUsed, [period.rawValue], Double(quota.used)))
        }
        let users = lookups.openHashes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (user, hashes) in users.prefix(Self.usersMax) {
            series.append(MetricSeries(.queueHashes, [user.description], Double(hashes)))
        }
        if users.count > Self.usersMax {
            let others = users.dropFirst(Self.usersMax).reduce(0) { $0 + $1.value }
            series.append(MetricSeries(.queueHashes, [Self.otherUsers], Double(others)))
        }
        for site in (shared?.sites ?? []).sorted(by: { $0.name < $1.name }).prefix(Self.sitesMax) {
            series += site.series
        }
        guard let database else { return series }
        series += JobState.allCases.map {
            MetricSeries(.jobs, [$0.rawValue], Double(database.jobs[$0] ?? 0))
        }
        series.append(MetricSeries(.databaseBytes, Double(database.byteCount)))
        return series
    }
}

extension SiteStatus {
    fileprivate var series: [MetricSeries] {
        [
            MetricSeries(.siteSilence, [name], silence / .seconds(1)),
            MetricSeries(.siteDayRequests, [name], Double(today)),
            MetricSeries(.siteMonthRequests, [name], Double(thisMonth)),
            MetricSeries(.siteRequestsInFlight, [name], Double(requestsInFlight)),
            MetricSeries(.siteQueueHashes, [name], Double(openHashes)),
        ]
    }
}
