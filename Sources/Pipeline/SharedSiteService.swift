package import Logging
package import Lookup
package import Model
import ServiceLifecycle
package import SharedStore
package import Store
package import Support

/// Keeps one site of several in touch with the others: says that it is there and what it has to ask, and
/// copies home what they have answered.
package actor SharedSiteService: Service {
    private enum Event: Sendable, Equatable {
        case news, stop
    }

    private let site: any SharedSite
    private let ledger: SharedLookupLedger
    private let database: HashdropDatabase
    private let lookups: LookupDispatcher
    /// How long answers are kept; zero is for ever.
    private let keepAnswers: Duration
    private let clock: any ServiceClock
    private let logger: Logger
    private let onStanding: @Sendable (SharedStanding, _ isNews: Bool) -> Void
    private let mailbox = Mailbox<Event>()
    private let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The running jobs whose hashes are still to be looked up in the shared database, the oldest first.
    private var unknownJobs: ArraySlice<Int64> = []
    /// Where the first of them goes on.
    private var cursor: FileHash?
    private var lastJob: Int64 = 0
    private var nextBeat: Duration = .zero
    private var nextForgetting: Duration = .zero
    /// Whether the shared database failed this service last.
    private var hasFailed = false
    /// Whether there was nothing to ask at the last sign of life.
    private var isQuiet = true
    /// Since when a turn has failed for a reason of this machine's, and which.
    private var trouble: (since: ClockReading, error: any Error)?
    /// What the shared database told last of the sites and of what they have spent.
    private var view: SharedStanding.View?
    private var told: SharedStanding?

    /// Between two signs of life, and two looks for answers of which no hint has come.
    private static let interval: Duration = .seconds(5)
    /// Between two looks for answers that are too old to be kept.
    private static let forgettingInterval: Duration = .seconds(3_600)

    /// - Parameter onStanding: told after each turn how the site stands with the others, and whether the
    ///   shared database has come or gone with it; must not block.
    package init(
        site: any SharedSite, ledger: SharedLookupLedger, database: HashdropDatabase,
        lookups: LookupDispatcher, keepAnswers: Duration, runtime: ServiceRuntime, logger: Logger,
        onStanding: @escaping @Sendable (SharedStanding, _ isNews: Bool) -> Void = { _, _ in }
    ) {
        self.site = site
        self.ledger = ledger
        self.database = database
        self.lookups = lookups
        self.keepAnswers = keepAnswers
        clock = runtime.clock
        executor = runtime.makeExecutor("hashdrop.sharing")
        self.logger = logger
        self.onStanding = onStanding
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await work()
        } onGracefulShutdown: {
            self.mailbox.post(once: .stop)
        }
    }

    /// Takes other ages of answers and limits of the key from now on.
    package nonisolated func use(_ ages: CacheAges, _ limits: QuotaLimits) {
        ledger.use(ages)
        site.use(limits)
    }

    private func work() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.listen() }
            var wait = Duration.zero
            while !Task.isCancelled {
                if await mailbox.take(upTo: wait, clock: clock).contains(.stop) { break }
                wait = await turn()
            }
            group.cancelAll()
        }
        // Others need not leave it a turn any more, and what it has taken ahead is free. If it is not heard,
        // the turns are left for a while, and the requests stay spent.
        try? await site.heartbeat([:])
        try? await ledger.giveSlicesBack()
    }

    /// Waits for hints; what they are about is found by a look, which comes without them too.
    private func listen() async {
        // A server that is away says so with the first sign of life.
        guard let news = try? await site.news() else { return }
        for await _ in news { mailbox.post(once: .news) }
    }

    /// Does what is due.
    ///
    /// - Returns: how long until there is more to do.
    func turn() async -> Duration {
        do {
            try await ledger.deliver()
            let beats = clock.now.monotonic >= nextBeat
            if beats { try await beat() }
            try await ledger.collect { [lookups] in lookups.answersTaken($0) }
            try await copySome()
            try await forgetSome()
            trouble = nil
            // Where there is anything to ask, lookups see for themselves that what they have met has passed.
            if beats, isQuiet || hasFailed {
                ledger.noteThere()
                hasFailed = false
            }
            tell()
            return unknownJobs.isEmpty ? max(.zero, nextBeat - clock.now.monotonic) : .zero
        } catch {
            if error is SharedError {
                // One word for lookups and for this: since when, and why.
                ledger.noteAway(error)
                hasFailed = true
            } else if trouble == nil {
                logger.warning(
                    "This site's word does not reach the others; it is tried again every few seconds.",
                    metadata: ["reason": "\(sentence(for: error))"])
                trouble = (clock.now, error)
            }
            tell()
            nextBeat = clock.now.monotonic
            return Self.interval
        }
    }

    private func beat() async throws {
        let weights = Dictionary(uniqueKeysWithValues: try database.users.all().map { ($0.name, $0.weight) })
        let open = await lookups.health().openHashes
        var demand: [UserName: SharedDemand] = [:]
        for (user, open) in open where open > 0 {
            demand[user] = SharedDemand(open: open, weight: weights[user] ?? 1)
        }
        try await site.heartbeat(demand)
        isQuiet = demand.isEmpty
        try await ledger.keepSlice()
        view = SharedStanding.View(
            sites: try await site.sites(), spending: try await site.spending(), at: clock.now)
        nextBeat = clock.now.monotonic + Self.interval
        let jobs = try database.lookups.runningJobRowIDs(after: lastJob)
        unknownJobs += jobs
        lastJob = jobs.last ?? lastJob
    }

    private func tell() {
        var standing = SharedStanding(site: site.site, view: view)
        if let trouble = ledger.trouble ?? trouble {
            standing.trouble = SharedStanding.Trouble(
                since: trouble.since.wall, reason: sentence(for: trouble.error))
        }
        let isNews = told == nil || told?.trouble != standing.trouble
        told = standing
        onStanding(standing, isNews)
    }

    /// Copies home what is known of a list's next hashes: a long list holds up no sign of life.
    private func copySome() async throws {
        guard let job = unknownJobs.first else { return }
        cursor = try await ledger.copyAnswers(for: job, after: cursor) { [lookups] in
            lookups.answersTaken($0)
        }
        if cursor == nil { unknownJobs.removeFirst() }
    }

    /// Forgets old answers, some with each turn, so that nothing waits for it.
    private func forgetSome() async throws {
        let now = clock.now.monotonic
        guard keepAnswers > .zero, now >= nextForgetting else { return }
        if try await !site.forgetAnswers(olderThan: keepAnswers) {
            nextForgetting = now + Self.forgettingInterval
        }
    }

    /// Tells the log that the shared database is away, or back.
    static func log(_ trouble: (any Error)?, to logger: Logger) {
        if let trouble {
            logger.warning(
                "The shared database is away.", metadata: ["reason": "\(sentence(for: trouble))"])
        } else {
            logger.notice("The shared database is back.")
        }
    }
}
