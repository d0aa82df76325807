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
        case stop
    }

    private let spool: SpoolFolder
    private let claims: ClaimStore
    private let rules: ReadinessStateMachine.Rules
    private let watcher: WatcherProcess
    private let database: HashdropDatabase
    private let publisher: ReportPublisher
    private let lists: ListIntake
    private let options: IntakeOptions
    private let lookups: LookupDispatcher
    private let reports: Mailbox<ReportService.Change>
    private let clock: any LookupClock
    private let logger: Logger
    private let mailbox = Mailbox<Event>()
    private let executor = BlockingExecutor(label: "hashdrop.intake")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var folders: [UserName: FolderState] = [:]
    private var unusable: [FolderHealth.Folder] = []
    private var reportedHealth = FolderHealth()
    /// Claims whose job is not stored, or whose input is not published yet.
    private var unfinished: [Claim] = []
    /// Claims that a full disk cut short.
    private var interrupted: Set<JobID> = []
    private var trouble: String?
    private var mustListFolders = true
    private var nextSafetyScan: Duration = .zero
    private var nextRetry: Duration = .zero
    private var isStopping = false
    private var generator = SystemRandomNumberGenerator()

    package init(
        spool: SpoolFolder, claims: ClaimStore, rules: ReadinessStateMachine.Rules,
        watcher: WatcherProcess, database: HashdropDatabase, publisher: ReportPublisher,
        options: IntakeOptions, lookups: LookupDispatcher, reports: Mailbox<ReportService.Change>,
        clock: any LookupClock = SystemLookupClock(), logger: Logger
    ) {
        self.spool = spool
        self.claims = claims
        self.rules = rules
        self.watcher = watcher
        self.database = database
        self.publisher = publisher
        lists = ListIntake(jobs: database.jobs, options: options)
        self.options = options
        self.lookups = lookups
        self.reports = reports
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        try recover()
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
            case .watch(.started): mustListFolders = true
            case .watch(.lookEverywhere):
                mustListFolders = true
                for user in folders.keys { folders[user]?.isDirty = true }
            case .watch(.lost(let loss)):
                logger.warning("The watcher is not running.", metadata: ["reason": "\(loss)"])
                for user in folders.keys {
                    folders[user]?.isWatched = false
                    folders[user]?.problem = "\(loss)"
                }
            case .watch(.look(let hint)): note(hint)
            }
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
        switch hint.watch {
        case .armed:
            watched.insert(user)
            folders[user]?.isWatched = true
            folders[user]?.problem = nil
        case .failed:
            logger.warning("A folder is polled.", metadata: ["reason": "\(hint.watchProblem ?? "")"])
            watched.remove(user)
            folders[user]?.isWatched = false
            folders[user]?.problem = hint.watchProblem
        case .gone:
            watched.remove(user)
            mustListFolders = true
        case nil: break
        }
    }

    /// Folders that the helper watches, those that are no user's yet among them.
    private var watched: Set<UserName> = []

    /// How long there is nothing to do without an event.
    private func wait() -> Duration {
        let now = clock.now.monotonic
        if mustListFolders || folders.values.contains(where: \.isDirty) { return .zero }
        var next = nextSafetyScan
        for folder in folders.values { next = min(next, folder.deadline ?? next) }
        if !unfinished.isEmpty || !interrupted.isEmpty { next = min(next, nextRetry) }
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
        if now >= nextRetry { retryUnfinished() }
        for user in folders.keys.sorted() {
            let isDue = folders[user]?.deadline.map { $0 <= now } ?? false
            if folders[user]?.isDirty == true || isDue { look(at: user) }
        }
        tellHealth()
    }

    private func listFolders() {
        mustListFolders = false
        do {
            let users = Set(try database.users.all().map(\.name))
            let (names, others) = try spool.users()
            for user in folders.keys where !names.contains(user) || !users.contains(user) {
                folders[user] = nil
                reports.post(.waiting(user, []))
            }
            for user in names where users.contains(user) && folders[user] == nil {
                var folder = FolderState(rules: rules)
                folder.isWatched = watched.contains(user)
                folders[user] = folder
            }
            unusable = names.filter { !users.contains($0) }.map { user in
                FolderHealth.Folder(
                    user: user.description, watching: "nobody",
                    problem: "there is no user '\(user)': 'hashdrop user add \(user)' makes one",
                    waitingFiles: 0)
            }
            unusable += others.map { name in
                FolderHealth.Folder(
                    user: name.display, watching: "nobody",
                    problem: "not a user's folder: files belong into the folders, whose names are "
                        + UserName.rule,
                    waitingFiles: 0)
            }
            for user in users where !names.contains(user) {
                unusable.append(
                    FolderHealth.Folder(
                        user: user.description, watching: "nobody",
                        problem: "the folder '\(spool.path)/\(user)' is missing: create it", waitingFiles: 0))
            }
            trouble = nil
        } catch {
            trouble = "\(error)"
        }
    }

    /// Scans one folder and claims what is ready there, at most `claimsAtOnce` files: then others have a turn.
    private func look(at user: UserName) {
        guard var folder = folders[user] else { return }
        let now = clock.now.monotonic
        folder.isDirty = false
        folder.nextPoll = now + options.poll
        defer { folders[user] = folder }
        let scan: FolderScan
        do {
            scan = try spool.scan(user, limit: options.waitingFilesMax)
        } catch {
            folder.problem = "\(error)"
            return
        }
        if folder.isWatched { folder.problem = nil }
        let decisions = folder.readiness.observe(entries: scan.entries, movedIn: folder.movedIn, now: now)
        folder.movedIn = []
        var waiting: [WaitingFile] = []
        var claimed = 0
        for decision in decisions {
            var reason: String?
            if case .wait(let why, _) = decision.action {
                reason = why.description
            } else if claimed == Self.claimsAtOnce {
                reason = "complete: waits for its turn"
                folder.isDirty = true
            } else {
                reason = claim(decision, of: user, &folder)
                claimed += 1
            }
            if let reason { waiting.append(waitingFile(decision, reason, now)) }
        }
        if scan.leftOut > 0 {
            waiting.append(
                WaitingFile(
                    name: DroppedName("… and \(scan.leftOut) more"),
                    reason: "more than \(options.waitingFilesMax) files in the folder: wait for their turn",
                    firstSeenAt: clock.now.wall))
            folder.isDirty = folder.isDirty || claimed > 0
        }
        if waiting != folder.waiting {
            folder.waiting = waiting
            reports.post(.waiting(user, waiting))
        }
    }

    private static let claimsAtOnce = 20

    private func waitingFile(_ decision: ReadinessDecision, _ reason: String, _ now: Duration) -> WaitingFile
    {
        let age = now - decision.firstSeen
        // Whole seconds, so that the same file is the same value at each scan.
        let since = (clock.now.wall.timeIntervalSince1970 - age.seconds).rounded()
        return WaitingFile(
            name: decision.entry.name, reason: reason, firstSeenAt: Date(timeIntervalSince1970: since))
    }

    // MARK: Claiming

    /// Claims one file and makes its job.
    ///
    /// - Returns: why it still waits, or nil if it is taken or gone.
    private func claim(_ decision: ReadinessDecision, of user: UserName, _ folder: inout FolderState)
        -> String?
    {
        do {
            while true {
                let id = JobID(claimedAt: clock.now.wall, using: &generator)
                switch try attempt(decision, of: user, as: id) {
                case .idInUse: continue
                case .vanished: return nil
                case .notYet(let reason):
                    folder.readiness.postpone(decision.entry.name, reason, now: clock.now.monotonic)
                    return reason.description
                case .done(let claim):
                    finish(claim)
                    return nil
                }
            }
        } catch let error as SpoolError {
            if let id = error.unfinishedClaim { interrupted.insert(id) }
            nextRetry = clock.now.monotonic + Self.retryInterval
            folder.readiness.postpone(decision.entry.name, .settling, now: clock.now.monotonic)
            return error.unfinishedClaim == nil ? "\(error)" : nil
        } catch {
            return "\(error)"
        }
    }

    private static let retryInterval: Duration = .seconds(5)

    private func attempt(_ decision: ReadinessDecision, of user: UserName, as id: JobID) throws
        -> ClaimOutcome
    {
        switch decision.action {
        case .ready(let evidence):
            try claims.claim(decision.entry, of: user, as: id, evidence: evidence, at: clock.now.wall)
        case .refuse(let reason):
            try claims.claimRefused(decision.entry, of: user, as: id, reason: reason, at: clock.now.wall)
        case .wait(let reason, _): .notYet(reason)
        }
    }

    /// Stores the job, tells the others, publishes the input and ends the claim. What fails is tried again; each
    /// step finds what was done before.
    private func finish(_ claim: Claim) {
        do {
            let job = try lists.accept(claim)
            if job.state == .running { lookups.jobAdded() }
            reports.post(.job(job.id, user: job.user, isFinal: job.state.isFinal))
            if let path = claim.inputPath { try publisher.publishInput(of: job, from: path) }
            try claims.release(job.id)
            logger.info(
                "Picked up.",
                metadata: [
                    "job": "\(job.id)", "user": "\(job.user)", "file": "\(job.droppedName.display)",
                    "state": "\(job.state.rawValue)", "hashes": "\(job.counts.hashes)",
                ])
        } catch {
            unfinished.append(claim)
            nextRetry = clock.now.monotonic + Self.retryInterval
            trouble = "\(error)"
            logger.error("A claimed file waits.", metadata: ["reason": "\(error)"])
        }
    }

    private func retryUnfinished() {
        let claims = unfinished
        unfinished = []
        if !claims.isEmpty || !interrupted.isEmpty {
            trouble = nil
            nextRetry = clock.now.monotonic + Self.retryInterval
        }
        for claim in claims { finish(claim) }
        for id in interrupted {
            do {
                if case .done(let claim)? = try self.claims.resume(id) { finish(claim) }
                interrupted.remove(id)
            } catch {
                trouble = "\(error)"
            }
        }
    }

    /// Finishes what the last stop, however sudden, left in the work folder.
    private func recover() throws {
        for recovered in try claims.recover() {
            switch recovered {
            case .recovered(let claim): finish(claim)
            case .unfinished(let error):
                if let id = error.unfinishedClaim { interrupted.insert(id) }
                trouble = "\(error)"
            case .damaged(let path, let problem):
                logger.error(
                    "A folder in the work folder is not ours to judge; look at it and remove it.",
                    metadata: ["path": "\(path)", "problem": "\(problem)"])
            }
        }
    }

    private func tellHealth() {
        var health = FolderHealth()
        health.folders = folders.sorted { $0.key < $1.key }.map { $0.value.health(of: $0.key) } + unusable
        health.trouble = trouble
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

extension Claim {
    /// The private copy of the dropped bytes, if they were read.
    fileprivate var inputPath: String? {
        switch self {
        case .claimed(let file): file.inputPath
        case .refused(let file): file.inputPath
        }
    }
}
