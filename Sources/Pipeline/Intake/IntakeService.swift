import CoreMetrics
import FileSystem
import Foundation
import Glibc
package import Logging
package import Lookup
import MetricNames
import Model
import ServiceLifecycle
package import Spool
package import Store
package import Support

/// Picks up dropped files: told where to look, it scans, claims what is complete and makes jobs of it.
///
/// Events are hints and the scan is the truth: a folder is looked at when a hint says so, when something in
/// it becomes ready by time, every few seconds without a watch, and every safety scan in any case.
package actor IntakeService: Service {
    enum Event: Hashable, Sendable {
        /// The watcher has something to tell.
        case watcherNews
        case usersChanged
        case optionsChanged(IntakeOptions)
        case stop
    }

    let spool: SpoolFolder
    private let rules: ReadinessStateMachine.Rules
    private let watcher: any FolderWatcher
    let database: HashdropDatabase
    let claimProcessor: ClaimProcessor
    var options: IntakeOptions
    private let reports: Mailbox<ReportService.Change>
    private let jobsRemoved: @Sendable () -> Void
    let clock: any ServiceClock
    let logger: Logger
    let mailbox = Mailbox<Event>()
    private let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    var folders: [UserName: FolderState] = [:]
    /// Folders that the helper watches, those that are no user's yet among them.
    var watched: Set<UserName> = []
    /// Why no folder is watched.
    var watcherProblem: String?
    private let missedEvents = Metric.missedEvents.counter()
    private var unusable: [FolderHealth.Folder] = []
    private var missing = MissingFolders()
    private var listTrouble: String?
    private var reportedHealth = FolderHealth()
    var mustListFolders = true
    private var listPace = ScanPace()
    private var nextSafetyScan: Duration = .zero
    /// When the next part of a long list is read.
    private var nextReading: Duration = .zero
    /// How many transactions had been written at the end of the last part.
    private var commitsSeen = 0
    /// The spool folder is not in its place; when it is looked for again.
    private var nextSearch: Duration?
    var overflowLog = LogRateLimiter(linesMax: 1)
    private var isStopping = false
    var generator: any RandomNumberGenerator & Sendable

    /// - Parameter jobsRemoved: called when what an earlier run left has been removed.
    package init(
        spool: SpoolFolder, claims: ClaimStore, rules: ReadinessStateMachine.Rules,
        watcher: any FolderWatcher, database: HashdropDatabase, publisher: ReportPublisher,
        options: IntakeOptions, lookups: LookupDispatcher, reports: Mailbox<ReportService.Change>,
        jobsRemoved: @escaping @Sendable () -> Void, runtime: ServiceRuntime, logger: Logger
    ) {
        self.spool = spool
        self.rules = rules
        self.watcher = watcher
        self.database = database
        claimProcessor = ClaimProcessor(
            claims: claims, lists: ListImporter(jobs: database.jobs, options: options), publisher: publisher,
            lookups: lookups, reports: reports, clock: runtime.clock, logger: logger)
        self.options = options
        self.reports = reports
        self.jobsRemoved = jobsRemoved
        clock = runtime.clock
        generator = runtime.generator
        executor = runtime.makeExecutor("hashdrop.intake")
        self.logger = logger
    }

    /// The loop, for a watch.
    package nonisolated var loop: any ServiceLoop { mailbox }

    /// Users were added or removed.
    package nonisolated func usersChanged() { mailbox.post(once: .usersChanged) }

    /// Takes other options from now on; a list that is being read is read by the old ones.
    package nonisolated func use(_ options: IntakeOptions) { mailbox.post(.optionsChanged(options)) }

    /// Works until a graceful shutdown, or until the task is cancelled.
    package func run() async throws {
        try claimProcessor.recover()
        jobsRemoved()
        // Watched first and scanned then: what comes in between is seen by the scan. What the watcher tells
        // stays there, merged and bounded; the mailbox gets one wake-up.
        try watcher.start { [mailbox] in mailbox.post(once: .watcherNews) }
        defer { watcher.stop() }
        try await withGracefulShutdownHandler {
            while !isStopping, !Task.isCancelled {
                try work()
                handle(await mailbox.take(upTo: wait(), clock: clock))
            }
            if !Task.isCancelled { claimProcessor.removeSpares() }
        } onGracefulShutdown: {
            self.mailbox.post(once: .stop)
        }
    }

    // MARK: Events

    private func handle(_ events: [Event]) {
        for event in events {
            switch event {
            case .stop: isStopping = true
            case .usersChanged: mustListFolders = true
            case .optionsChanged(let options):
                self.options = options
                claimProcessor.use(options)
            case .watcherNews:
                for event in watcher.takeEvents() { handle(event) }
            }
        }
    }

    /// How long there is nothing to do without an event.
    private func wait() -> Duration {
        let now = clock.now.monotonic
        // No event tells that a mount over the spool folder came or went: whether it is in its place is asked
        // this often, by the watcher where it watches.
        var next = watched.isEmpty ? min(nextSafetyScan, now + options.poll) : nextSafetyScan
        if let nextSearch {
            next = nextSearch
        } else {
            if mustListFolders { next = min(next, listPace.notBefore) }
            for folder in folders.values { next = min(next, folder.due ?? next) }
            if claimProcessor.isReading { next = min(next, nextReading) }
        }
        for due in [claimProcessor.deadline, claimProcessor.sparesDue] { next = min(next, due ?? next) }
        return max(.zero, next - now)
    }

    // MARK: Work

    private func work() throws {
        let now = clock.now.monotonic
        claimProcessor.retry(at: now)
        if let due = claimProcessor.sparesDue, now >= due { claimProcessor.removeSpares() }
        defer { tellHealth() }
        guard try isSpoolInPlace(now) else { return }
        if now >= nextSafetyScan {
            nextSafetyScan = now + options.safetyScan * Double.random(in: 0.75...1.25, using: &generator)
            mustListFolders = true
            for user in folders.keys { folders[user]?.isDirty = true }
        }
        if mustListFolders, now >= listPace.notBefore { listFolders() }
        for user in folders.turns(at: now) {
            look(at: user)
            // It may be of a folder whose turn comes before the rest.
            if mailbox.hasMail { break }
        }
        if clock.now.monotonic >= nextReading { readOn() }
    }

    private func readOn() {
        let before = database.commitCount
        guard let (reader, usedWriter) = claimProcessor.goOn(hasNews: { mailbox.hasMail }) else { return }
        let after = database.commitCount
        let othersWrite = before > commitsSeen || after > before + 1
        commitsSeen = after
        nextReading = clock.now.monotonic + (usedWriter && othersWrite ? Self.readingRest : .zero)
        guard var folder = folders[reader] else { return }
        // Files may wait for the end of the lists that are read, and one that changed meanwhile is back.
        if claimProcessor.readingLines(of: reader).isEmpty { folder.isDirty = true }
        tell(reader, &folder)
        folders[reader] = folder
    }

    /// Between two parts that a long list writes the database's writer is free for so long, if others write:
    /// a short list needs it several times, and would wait for a part each time.
    private static let readingRest: Duration = .milliseconds(10)

    /// Nothing is taken from a spool folder that is no longer under its path: it is looked for until it is
    /// back.
    ///
    /// Throws if another spool stands there, for its database and its claims are other ones: the daemon has
    /// to be started again, for that one.
    private func isSpoolInPlace(_ now: Duration) throws -> Bool {
        switch spool.standing {
        case .inPlace:
            guard nextSearch != nil else { return true }
            nextSearch = nil
            listTrouble = nil
            nextSafetyScan = now
            watcher.startAfresh()
            logger.notice("The spool folder is back.", metadata: ["path": "\(spool.path)"])
            return true
        case .gone:
            let error = SpoolError.gone(path: spool.path)
            if nextSearch == nil {
                logger.error("Nothing is picked up.", metadata: ["reason": "\(error)"])
            }
            listTrouble = sentence(for: error)
            nextSearch = now + options.poll
            return false
        case .replaced:
            throw SpoolError.replaced(path: spool.path)
        }
    }

    private func listFolders() {
        mustListFolders = false
        let began = clock.now.monotonic
        defer {
            let now = clock.now.monotonic
            listPace.looked(until: now, lookTook: now - began, hasWork: false)
        }
        do {
            let listing = try FolderListing(of: spool, known: Set(database.users.all().map(\.name)))
            for user in folders.keys where !listing.users.contains(user) {
                folders[user] = nil
                reports.post(.waiting(user, []))
            }
            for user in listing.users where folders[user] == nil {
                var folder = FolderState(rules: rules)
                folder.isWatched = watched.contains(user)
                folder.watchProblem = watcherProblem
                folders[user] = folder
            }
            for (user, line) in missing.update(listing.missing, at: clock.now.wall) {
                reports.post(.waiting(user, line.map { [$0] } ?? []))
            }
            unusable = listing.unusable
            listTrouble = nil
        } catch {
            listTrouble = sentence(for: error)
        }
    }

    /// Scans one folder and claims what is ready there, at most `claimsAtOnce` files: then others have a
    /// turn.
    private func look(at user: UserName) {
        guard var folder = folders[user] else { return }
        defer { folders[user] = folder }
        let began = clock.now
        let now = began.monotonic
        folder.isDirty = false
        folder.lookedAt = now
        folder.nextPoll = now + options.poll
        if let pause = folder.pause, now >= pause.until { folder.pause = nil }
        let scan: FolderScan
        do {
            scan = try spool.scan(
                user, limit: options.waitingFilesMax, foldersDeepMax: rules.foldersDeepMax)
            folder.scanProblem = nil
            folder.scanProblemSince = nil
        } catch {
            folder.scanProblem = "\(error)"
            let end = clock.now.monotonic
            folder.pace.looked(until: end, lookTook: end - now, hasWork: false)
            folder.waiting = [folder.folderLine(error, at: began.wall)]
            tell(user, &folder)
            return
        }
        let decisions = folder.readiness.observe(entries: scan.entries, movedIn: folder.movedIn, now: now)
        folder.movedIn = []
        // The folders within it are not watched, so what is new there says nothing about its events.
        let newFiles = decisions.count { $0.firstSeen == now && !$0.entry.name.bytes.contains(0x2F) }
        let isFull = scan.leftOut > 0 || scan.hasMore
        // Names that were left out before come into view without news, and nothing was missed.
        let missedBefore = folder.trust.missedFiles
        if !isFull, !folder.wasFull { folder.trust.noteScan(newFiles: newFiles, at: now) }
        missedEvents.increment(by: folder.trust.missedFiles - missedBefore)
        folder.wasFull = isFull
        var claimsTook: Duration = .zero
        folder.waiting = act(on: decisions, of: user, &folder, began, &claimsTook)
        if let rest = folder.rest(of: scan, limit: options.waitingFilesMax, at: began.wall) {
            folder.waiting.append(rest)
        }
        let end = clock.now.monotonic
        folder.pace.looked(until: end, lookTook: end - now - claimsTook, hasWork: folder.isDirty)
        tell(user, &folder)
    }

    private func tell(_ user: UserName, _ folder: inout FolderState) {
        // Of many lines the first are shown, and these say that something goes on.
        let waiting = claimProcessor.readingLines(of: user) + folder.waiting
        guard waiting != folder.told else { return }
        folder.told = waiting
        reports.post(.waiting(user, waiting))
    }

    private func tellHealth() {
        var health = FolderHealth()
        health.folders = folders.sorted { $0.key < $1.key }.map { user, folder in
            var health = folder.health(of: user)
            health.reading = claimProcessor.readingLines(of: user).map { "\($0.name.display): \($0.reason)" }
            return health
        }
        health.folders += unusable
        health.folders += claimProcessor.damaged.map { .damagedClaim($0.path, $0.problem) }
        health.trouble = listTrouble ?? claimProcessor.trouble
        guard health != reportedHealth else { return }
        for folder in health.folders where folder.watching == .unwatched {
            if !reportedHealth.folders.contains(folder) {
                logger.warning(
                    "Not picked up.",
                    metadata: ["folder": "\(folder.user)", "reason": "\(folder.problem ?? "")"])
            }
        }
        reportedHealth = health
        reports.post(.folders(health))
    }
}
