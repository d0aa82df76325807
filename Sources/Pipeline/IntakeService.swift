import Foundation
package import Logging
package import Lookup
import Model
import ServiceLifecycle
package import Spool
package import Store

/// Picks up dropped files: told where to look, it scans, claims what is complete and makes jobs of it.
///
/// Events are hints and the scan is the truth: a folder is looked at when a hint says so, when something in it
/// becomes ready by time, when nobody watches it, and every safety scan, for ever.
package actor IntakeService: Service {
    private enum Event: Sendable {
        case watch(WatchEvent)
        case usersChanged
        case stop
    }

    private let spool: SpoolFolder
    private let rules: ReadinessStateMachine.Rules
    private let watcher: WatcherProcess
    private let database: HashdropDatabase
    private let desk: ClaimDesk
    private let options: IntakeOptions
    private let reports: Mailbox<ReportService.Change>
    private let clock: any LookupClock
    private let logger: Logger
    private let mailbox = Mailbox<Event>()
    private let executor = BlockingExecutor(label: "hashdrop.intake")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var folders: [UserName: FolderState] = [:]
    /// Folders that the helper watches, those that are no user's yet among them.
    private var watched: Set<UserName> = []
    /// Why no folder is watched.
    private var watcherProblem: String?
    private var unusable: [FolderHealth.Folder] = []
    private var listTrouble: String?
    private var reportedHealth = FolderHealth()
    private var mustListFolders = true
    private var nextSafetyScan: Duration = .zero
    private var isStopping = false
    private var generator = SystemRandomNumberGenerator()

    package init(
        spool: SpoolFolder, claims: ClaimStore, rules: ReadinessStateMachine.Rules,
        watcher: WatcherProcess, database: HashdropDatabase, publisher: ReportPublisher,
        options: IntakeOptions, lookups: LookupDispatcher, reports: Mailbox<ReportService.Change>,
        clock: any LookupClock = SystemLookupClock(), logger: Logger
    ) {
        self.spool = spool
        self.rules = rules
        self.watcher = watcher
        self.database = database
        desk = ClaimDesk(
            claims: claims, lists: ListIntake(jobs: database.jobs, options: options), publisher: publisher,
            lookups: lookups, reports: reports, clock: clock, logger: logger)
        self.options = options
        self.reports = reports
        self.clock = clock
        self.logger = logger
    }

    /// Users were added or removed.
    package nonisolated func usersChanged() { mailbox.post(.usersChanged) }

    package func run() async throws {
        try desk.recover()
        // Watched first and scanned then: what comes in between is seen by the scan.
        try watcher.start()
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [watcher, mailbox] in
                    for await event in watcher.events { mailbox.post(.watch(event)) }
                }
                while !isStopping {
                    work()
                    handle(await mailbox.take(upTo: wait(), clock: clock))
                }
                watcher.stop()
            }
        } onGracefulShutdown: {
            self.mailbox.post(.stop)
        }
    }

    // MARK: Events

    private func handle(_ events: [Event]) {
        for event in events {
            switch event {
            case .stop: isStopping = true
            case .usersChanged: mustListFolders = true
            case .watch(.started):
                watcherProblem = nil
                mustListFolders = true
            case .watch(.lookEverywhere): lookEverywhere()
            case .watch(.lost(let loss)): lose(loss)
            case .watch(.look(let hint)): note(hint)
            }
        }
    }

    private func lookEverywhere() {
        logger.notice("Events were lost, so every folder is looked through.")
        mustListFolders = true
        for user in folders.keys {
            folders[user]?.trust.noteNews()
            folders[user]?.isDirty = true
        }
    }

    private func lose(_ loss: WatcherLoss) {
        logger.warning("The watcher is not running.", metadata: ["reason": "\(loss)"])
        watched = []
        watcherProblem = "\(loss)"
        for user in folders.keys {
            folders[user]?.isWatched = false
            folders[user]?.watchProblem = watcherProblem
        }
    }

    private func note(_ hint: FolderHint) {
        guard let user = hint.user else {
            mustListFolders = true
            return
        }
        if folders[user] == nil { mustListFolders = true }
        folders[user]?.isDirty = true
        folders[user]?.movedIn.formUnion(hint.movedIn)
        if hint.tellsOfNews { folders[user]?.trust.noteNews() }
        switch hint.watch {
        case .armed:
            watched.insert(user)
            folders[user]?.isWatched = true
            folders[user]?.trust.noteNewWatch()
        case .failed:
            logger.warning("A folder is polled.", metadata: ["reason": "\(hint.watchProblem ?? "")"])
            watched.remove(user)
            folders[user]?.isWatched = false
            folders[user]?.watchProblem = hint.watchProblem
        case .gone:
            watched.remove(user)
            mustListFolders = true
        case nil: break
        }
    }

    /// How long there is nothing to do without an event.
    private func wait() -> Duration {
        let now = clock.now.monotonic
        if mustListFolders || folders.values.contains(where: \.isDirty) { return .zero }
        var next = nextSafetyScan
        for folder in folders.values { next = min(next, folder.deadline ?? next) }
        if let deadline = desk.deadline { next = min(next, deadline) }
        return max(.zero, next - now)
    }

    // MARK: Work

    private func work() {
        let now = clock.now.monotonic
        if now >= nextSafetyScan {
            nextSafetyScan = now + options.safetyScan * Double.random(in: 0.75...1.25, using: &generator)
            mustListFolders = true
            for user in folders.keys { folders[user]?.isDirty = true }
        }
        if mustListFolders { listFolders() }
        desk.retry(at: now)
        for user in folders.keys.sorted() {
            let isDue = folders[user]?.deadline.map { $0 <= now } ?? false
            if folders[user]?.isDirty == true || isDue { look(at: user) }
        }
        tellHealth()
    }

    private func listFolders() {
        mustListFolders = false
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
            unusable = listing.unusable
            listTrouble = nil
        } catch {
            listTrouble = "\(error)"
        }
    }

    /// Scans one folder and claims what is ready there, at most `claimsAtOnce` files: then others have a turn.
    private func look(at user: UserName) {
        guard var folder = folders[user] else { return }
        defer { folders[user] = folder }
        let now = clock.now.monotonic
        folder.isDirty = false
        folder.nextPoll = now + options.poll
        if let pause = folder.pause, now >= pause.until { folder.pause = nil }
        let scan: FolderScan
        do {
            scan = try spool.scan(
                user, limit: options.waitingFilesMax, foldersDeepMax: rules.foldersDeepMax)
            folder.scanProblem = nil
        } catch {
            folder.scanProblem = "\(error)"
            return
        }
        let decisions = folder.readiness.observe(entries: scan.entries, movedIn: folder.movedIn, now: now)
        folder.movedIn = []
        // Nobody watches the folders within it, so what is new there says nothing about its events.
        let newFiles = decisions.count { $0.firstSeen == now && !$0.entry.name.bytes.contains(0x2F) }
        folder.trust.noteScan(newFiles: newFiles, at: now)
        var waiting = act(on: decisions, of: user, &folder, now)
        if let rest = rest(of: scan, &folder) { waiting.append(rest) }
        if waiting != folder.waiting {
            folder.waiting = waiting
            reports.post(.waiting(user, waiting))
        }
    }

    private static let claimsAtOnce = 20

    /// Claims what is to be claimed and returns what waits.
    private func act(
        on decisions: [ReadinessDecision], of user: UserName, _ folder: inout FolderState, _ now: Duration
    ) -> [WaitingFile] {
        var waiting: [WaitingFile] = []
        var claimed = 0
        for decision in decisions {
            var reason: String?
            if case .wait(let why, _) = decision.action {
                reason = why.description
            } else if let pause = folder.pause?.reason ?? desk.reasonToPause {
                reason = "complete: \(pause)"
            } else if claimed == Self.claimsAtOnce {
                reason = "complete: waits for its turn"
                folder.isDirty = true
            } else {
                reason = take(decision, of: user, &folder)
                claimed += 1
            }
            if let reason { waiting.append(waitingFile(decision, reason, now)) }
        }
        return waiting
    }

    /// The line for the files beyond the limit, which wait for a turn of their own.
    private func rest(of scan: FolderScan, _ folder: inout FolderState) -> WaitingFile? {
        guard scan.leftOut > 0 else {
            folder.isFullSince = nil
            return nil
        }
        // One moment for all of the time, or the line would be another one at each scan.
        let since =
            folder.isFullSince ?? Date(timeIntervalSince1970: clock.now.wall.timeIntervalSince1970.rounded())
        folder.isFullSince = since
        return WaitingFile(
            name: DroppedName("… and \(scan.leftOut) more\(scan.hasMore ? " or still more" : "")"),
            reason: "more than \(options.waitingFilesMax) files in the folder: wait for their turn",
            firstSeenAt: since)
    }

    private func waitingFile(_ decision: ReadinessDecision, _ reason: String, _ now: Duration) -> WaitingFile
    {
        let age = now - decision.firstSeen
        // Whole seconds, so that the same file is the same value at each scan.
        let since = (clock.now.wall.timeIntervalSince1970 - age.seconds).rounded()
        return WaitingFile(
            name: decision.entry.name, reason: reason, firstSeenAt: Date(timeIntervalSince1970: since))
    }

    /// Takes one entry away.
    ///
    /// - Returns: why it still waits, or nil if it is taken or gone.
    private func take(_ decision: ReadinessDecision, of user: UserName, _ folder: inout FolderState)
        -> String?
    {
        if case .removeFolder = decision.action {
            do {
                try spool.removeEmptyFolder(decision.entry, of: user)
                return nil
            } catch {
                return "an empty folder that cannot be removed: \(error)"
            }
        }
        switch desk.take(decision, of: user) {
        case .taken: return nil
        case .waits(let reason):
            folder.readiness.postpone(decision.entry.name, reason, now: clock.now.monotonic)
            return reason.description
        case .failed(let error):
            if folder.pause == nil, folder.lastFailure != error.errorNumber {
                logger.error("A file cannot be taken; it is tried again.", metadata: ["reason": "\(error)"])
            }
            folder.lastFailure = error.errorNumber
            folder.pause = (error.summary, clock.now.monotonic + options.poll)
            return "complete: \(error.summary)"
        }
    }

    private func tellHealth() {
        var health = FolderHealth()
        health.folders = folders.sorted { $0.key < $1.key }.map { $0.value.health(of: $0.key) } + unusable
        health.trouble = listTrouble ?? desk.trouble
        guard health != reportedHealth else { return }
        for folder in health.folders where folder.watching == "nobody" {
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
