package import Logging
package import Lookup
package import Reporting
package import ServiceLifecycle
package import SharedStore
package import Spool
package import Store
package import Support

/// The pipeline's services put together: the one place that knows which of them talks to which. The program
/// adds its page and its signals, the simulation its scripts.
package struct PipelineServices: Sendable {
    /// What the settings say of them.
    package struct Options: Sendable {
        /// Where the users' report folders are; it must exist.
        package var reportsDirectory: String
        /// The file with the daemon's status, for `hashdrop status`.
        package var statusFile: String
        package var lookups: LookupOptions
        package var readiness: ReadinessStateMachine.Rules
        package var intake: IntakeOptions
        package var reports: ReportOptions
        /// The least time between two writings of one unfinished report.
        package var partialReportInterval: Duration
        /// How long a finished job stays; zero is for ever.
        package var keepJobs: Duration
        /// How long an answer stays in the cache; zero is for ever.
        package var keepAnswers: Duration
        /// Of the key's limits, what is taken ahead for a time without the shared database; nil for nothing.
        package var sliceShare: Double?

        package init(
            reportsDirectory: String, statusFile: String, lookups: LookupOptions,
            readiness: ReadinessStateMachine.Rules, intake: IntakeOptions, reports: ReportOptions,
            partialReportInterval: Duration, keepJobs: Duration, keepAnswers: Duration,
            sliceShare: Double? = nil
        ) {
            self.reportsDirectory = reportsDirectory
            self.statusFile = statusFile
            self.lookups = lookups
            self.readiness = readiness
            self.intake = intake
            self.reports = reports
            self.partialReportInterval = partialReportInterval
            self.keepJobs = keepJobs
            self.keepAnswers = keepAnswers
            self.sliceShare = sliceShare
        }
    }

    package let lookups: LookupDispatcher
    package let intake: IntakeService
    package let reports: ReportService
    package let retention: RetentionService
    package let publisher: ReportPublisher
    /// The clock of all services: the runtime's, by which leaps of the wall clock are doubted first.
    package let clock: SteadyClock
    private let keeper: ClockService
    private let sharing: SharedSiteService?
    private let changes: Mailbox<ReportService.Change>

    /// Builds everything and starts nothing. Throws what the database does.
    ///
    /// - Parameters:
    ///   - site: the connection to what several daemons share; nil if this one is alone.
    ///   - source: where verdicts come from.
    ///   - watcher: what tells which folders are worth a look.
    ///   - runtime: with the machine's clock.
    package init(
        _ options: Options, database: HashdropDatabase, site: (any SharedSite)? = nil, spool: SpoolFolder,
        claims: ClaimStore, source: LookupSource, watcher: any FolderWatcher, runtime: ServiceRuntime,
        logger: Logger
    ) throws {
        var runtime = runtime
        clock = try database.ledger.steadyClock(over: runtime.clock)
        runtime.clock = clock
        keeper = ClockService(database: database, clock: clock, runtime: runtime, logger: logger)
        let changes = Mailbox<ReportService.Change>()
        let ledger = site.map { [clock] site in
            SharedLookupLedger(
                database: site, lookups: database.lookups, ages: options.intake.ages,
                sliceShare: options.sliceShare, clock: clock,
                onChange: { SharedSiteService.log($0, to: logger) })
        }
        let lookups = try LookupDispatcher(
            database: database, ledger: ledger, options: options.lookups, source: source, runtime: runtime,
            logger: logger,
            onProgress: { recorded in
                for (id, user) in recorded.users {
                    changes.post(.job(id, user: user, isFinal: recorded.finished.contains(id)))
                }
            })
        let publisher = ReportPublisher(
            database: database, options: options.reports,
            reports: try ReportsFolder(path: options.reportsDirectory, database: database),
            cacheMaxAge: options.intake.ages.known, agesByKind: options.intake.ages.byKind,
            isInputPending: { claims.holds($0) })
        let retention = RetentionService(
            database: database, publisher: publisher, keep: options.keepJobs,
            keepAnswers: options.keepAnswers, reports: changes, runtime: runtime, logger: logger)
        self.changes = changes
        self.lookups = lookups
        self.publisher = publisher
        self.retention = retention
        let reports = ReportService(
            publisher: publisher, database: database, lookups: lookups,
            status: DaemonStatusFile(path: options.statusFile), mailbox: changes,
            interval: options.partialReportInterval, runtime: runtime, logger: logger)
        self.reports = reports
        let status = reports.liveStatus
        sharing = site.flatMap { site in
            ledger.map {
                SharedSiteService(
                    site: site, ledger: $0, database: database, lookups: lookups,
                    keepAnswers: options.keepAnswers, runtime: runtime, logger: logger,
                    onStanding: { standing, isNews in
                        status.sharing = standing
                        if isNews { changes.post(.sharingChanged) }
                    })
            }
        }
        intake = IntakeService(
            spool: spool, claims: claims, rules: options.readiness, watcher: watcher, database: database,
            publisher: publisher, options: options.intake, lookups: lookups, reports: changes,
            jobsRemoved: { retention.jobsRemoved() }, runtime: runtime, logger: logger)
    }

    /// Started in this order and stopped in the other: no more files, then no more requests, then the
    /// reports, and the time is remembered last.
    package var services: [any Service] {
        let shared: [any Service] = sharing.map { [$0] } ?? []
        return [keeper, reports, LookupService(dispatcher: lookups)] + shared + [intake, retention]
    }

    /// A watch over those of the services that lists pass through.
    package var watch: PipelineWatch {
        PipelineWatch([("intake", intake.loop), ("lookups", lookups.loop), ("reports", changes)])
    }

    /// Takes over what may change while the services run: limits, the verdicts' policy, vendors, formats. The
    /// folders, the connections and all that has a time are those of the start.
    package func use(_ options: Options) {
        lookups.use(options.lookups)
        sharing?.use(options.intake.ages, options.lookups.limits)
        intake.use(options.intake)
        publisher.use(options.reports)
    }

    /// A command changed jobs or users in the database: they are read again.
    package func reload() {
        lookups.jobsChanged()
        intake.usersChanged()
        changes.post(.jobsChanged)
        retention.jobsRemoved()
    }
}
