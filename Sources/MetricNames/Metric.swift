/// Metric of the daemon: the one table of their names, units, labels and meanings.
///
/// Call sites make swift-metrics' instruments by it, the registry of `Monitoring` keeps no series of another
/// name, and tests compare the alert rules, the dashboard and `config/prometheus/README.md` with it. Names
/// follow Prometheus' rules: base units, and `_total` for what only goes up. Labels have few values; a hash
/// or a job is never one.
package enum Metric: String, Hashable, Sendable, CaseIterable {
    // Lookups.
    case requests = "hashdrop_virustotal_requests_total"
    case answers = "hashdrop_answers_total"
    case quotaLimit = "hashdrop_quota_limit"
    case quotaUsed = "hashdrop_quota_used"
    case queueHashes = "hashdrop_queue_hashes"
    case queueOldest = "hashdrop_queue_oldest_seconds"

    // Several daemons that share a database.
    case siteSilence = "hashdrop_site_silence_seconds"
    case siteDayRequests = "hashdrop_site_day_requests"
    case siteMonthRequests = "hashdrop_site_month_requests"
    case siteRequestsInFlight = "hashdrop_site_requests_in_flight"
    case siteQueueHashes = "hashdrop_site_queue_hashes"

    // Lists and reports.
    case jobs = "hashdrop_jobs"
    case claimDelay = "hashdrop_claim_delay_seconds"
    case reportDelay = "hashdrop_report_delay_seconds"
    case missedEvents = "hashdrop_spool_missed_events_total"
    case watcherRestarts = "hashdrop_watch_helper_restarts_total"
    case notifications = "hashdrop_notifications_total"

    // The database and the page.
    case writerHold = "hashdrop_database_writer_hold_seconds"
    case writerLongestHold = "hashdrop_database_writer_longest_hold_seconds"
    case databaseBytes = "hashdrop_database_bytes"
    case loginsRefused = "hashdrop_logins_refused_total"

    // The daemon itself.
    case buildInfo = "hashdrop_build_info"
    case checkOK = "hashdrop_check_ok"
    case seriesDropped = "hashdrop_metric_series_dropped_total"

    // As Prometheus' client libraries name them.
    case processCPU = "process_cpu_seconds_total"
    case processResident = "process_resident_memory_bytes"
    case processVirtual = "process_virtual_memory_bytes"
    case processOpenFiles = "process_open_fds"
    case processMaxFiles = "process_max_fds"
    case processStart = "process_start_time_seconds"
}

/// What one metric is.
package struct MetricDefinition: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Goes up only, from 0 at the daemon's start.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts values by size; the upper bounds of the sizes in the metric's unit, the smallest first.
        case histogram(bounds: [Double])
    }

    package enum Unit: String, Hashable, Sendable, CaseIterable {
        case seconds
        case bytes
        /// A number of things, which the name says.
        case number
        /// 1 for yes, 0 for no.
        case flag
        /// Seconds since 1970-01-01, UTC.
        case time = "seconds since 1970"
    }

    package var kind: Kind
    package var unit: Unit
    /// The names of its labels; empty for one series alone.
    package var labels: [String]
    /// One sentence, for the line HELP.
    package var meaning: String

    fileprivate init(_ kind: Kind, _ unit: Unit, _ labels: [String], _ meaning: String) {
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.meaning = meaning
    }
}

extension Metric {
    package var definition: MetricDefinition {
        switch self {
        case .requests:
            .init(
                .counter, .number, ["outcome"],
                "Requests to VirusTotal that have ended; all but those not_sent cost quota.")
        case .answers:
            .init(
                .counter, .number, ["source"],
                "Rows of lists that got their answer: from the cache, under another name of the file, by "
                    + "another list's request, or by a request of their own.")
        case .quotaLimit:
            .init(.gauge, .number, ["period"], "Requests that the period allows; +Inf is no limit.")
        case .quotaUsed:
            .init(.gauge, .number, ["period"], "Requests of the period that are used.")
        case .queueHashes:
            .init(
                .gauge, .number, ["user"],
                "Hashes that are still to be asked; users beyond the first hundred are one, (others).")
        case .queueOldest:
            .init(.gauge, .seconds, "For how long the oldest list has waited for answers; 0 if none waits.")
        case .siteSilence:
            .init(
                .gauge, .seconds, ["site"],
                "How long ago a site last gave a sign of life; sites by their names, a hundred at most.")
        case .siteDayRequests:
            .init(
                .gauge, .number, ["site"],
                "Requests that a site has spent of the UTC day.")
        case .siteMonthRequests:
            .init(
                .gauge, .number, ["site"],
                "Requests that a site has spent of the UTC month.")
        case .siteRequestsInFlight: .init(.gauge, .number, ["site"], "A site's requests that have not ended.")
        case .siteQueueHashes: .init(.gauge, .number, ["site"], "Hashes that a site would ask now.")
        case .jobs: .init(.gauge, .number, ["state"], "Lists that are kept.")
        case .claimDelay:
            .init(
                .histogram(bounds: Self.delays), .seconds,
                "From the last change of a dropped file, or its renaming into the folder, to its pick-up.")
        case .reportDelay:
            .init(
                .histogram(bounds: Self.delays + [14_400, 86_400]), .seconds, ["requests"],
                "From a list's pick-up to its last report, by whether requests were sent for it.")
        case .missedEvents:
            .init(.counter, .number, "Dropped files that a scan found and no event told of.")
        case .watcherRestarts: .init(.counter, .number, "Starts of hashdrop-watch but for the first.")
        case .notifications:
            .init(
                .counter, .number, ["result"],
                "Attempts to deliver a notification: one that failed is tried again, for some days.")
        case .writerHold:
            .init(
                .histogram(bounds: Self.holds), .seconds,
                "How long a transaction held the database's writer, the wait for the disk included.")
        case .writerLongestHold:
            .init(
                .gauge, .seconds,
                "The longest that a transaction has held the database's writer since the daemon's start.")
        case .databaseBytes: .init(.gauge, .bytes, "Size of the database, without its write-ahead log.")
        case .loginsRefused: .init(.counter, .number, ["reason"], "Logins at the page that were refused.")
        case .buildInfo: .init(.gauge, .flag, ["version"], "The version that runs.")
        case .checkOK:
            .init(
                .gauge, .flag, ["check"],
                "What /readyz judges: 1 if it is well; a check that was not made is missing.")
        case .seriesDropped:
            .init(
                .counter, .number,
                "Series that were not kept, because they were too many or not in the table of metrics.")
        case .processCPU: .init(.counter, .seconds, "Total user and system CPU time spent in seconds.")
        case .processResident: .init(.gauge, .bytes, "Resident memory size in bytes.")
        case .processVirtual: .init(.gauge, .bytes, "Virtual memory size in bytes.")
        case .processOpenFiles: .init(.gauge, .number, "Number of open file descriptors.")
        case .processMaxFiles: .init(.gauge, .number, "Maximum number of open file descriptors.")
        case .processStart: .init(.gauge, .time, "Start time of the process since unix epoch in seconds.")
        }
    }

    /// From what takes no time to an hour; a report that waits for the quota has some hours and days more.
    private static let delays = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600,
    ]
    /// From one short list to what other programs wait for at most.
    private static let holds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}

extension MetricDefinition {
    /// Of a metric without labels.
    fileprivate init(_ kind: Kind, _ unit: Unit, _ meaning: String) {
        self.init(kind, unit, [], meaning)
    }
}
