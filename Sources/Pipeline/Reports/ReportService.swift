import Foundation
package import Logging
package import Lookup
package import Model
import Reporting
import ServiceLifecycle
package import Store
package import Support

/// Keeps the report folders up to date: told of changes, it writes reports, indexes and the daemon's own
/// status.
package actor ReportService: Service {
    package enum Change: Sendable {
        /// Accepted, advanced, refused, finished.
        case job(JobID, user: UserName, isFinal: Bool)
        /// A user's list of jobs is another one: some were removed.
        case user(UserName)
        /// What waits in a user's drop folder, and why.
        case waiting(UserName, [WaitingFile])
        /// The state of the folders, for the daemon's status.
        case folders(FolderHealth)
        /// The shared database has come or gone, as `LiveStatus.sharing` says.
        case sharingChanged
        /// A command changed jobs in the database.
        case jobsChanged
        /// A worker has written a long report, or could not.
        case workerFinished
        case stop

        /// Whose report or index is out of date by it; nil if of several or none.
        fileprivate var user: UserName? {
            switch self {
            case .job(_, let user, _), .user(let user), .waiting(let user, _): user
            case .folders, .sharingChanged, .jobsChanged, .workerFinished, .stop: nil
            }
        }
    }

    let publisher: ReportPublisher
    private let workers: [ReportWorker]
    private let database: HashdropDatabase
    let lookups: LookupDispatcher
    private let status: DaemonStatusFile
    let clock: any ServiceClock
    private let refreshInterval: Duration
    private let logger: Logger
    let mailbox: Mailbox<Change>
    private let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    var schedule: ReportSchedule
    var running: [JobID: (user: UserName, reported: JobEstimate)] = [:]
    /// For readers that must not wait while a report is written.
    package nonisolated let liveStatus = LiveStatus()
    /// Why something cannot be written or read at the moment, by what it is.
    var troubles: [String: String] = [:]
    private var loggedTrouble: String?
    private var nextRefresh: Duration = .zero
    /// Which workers write a report, by their place. Others wait in the schedule, where users take turns.
    private var busyWorkers: Set<Int> = []
    let indexWorker: IndexWorker
    var isWritingIndex = false
    /// What the indexes say of the daemon, and when they may say something else.
    var toldTroubles: (sentences: [String], until: Duration) = ([], .zero)
    /// Short reports that the latest turn wrote and left to the next one to complete, because it ended with
    /// news: another user's report need not wait for them.
    var left = ReportGroup()
    /// Whether the latest turn wrote something: then there may be more, made due by that or left by the
    /// turn's end. What was not written waits for its worker, which tells when it is free.
    private var hasWritten = false
    /// When it was last looked what is due.
    private var lookedAt: Duration = .zero
    /// How many rows the reports of running jobs have.
    var rows: [JobID: Int] = [:]
    private var isStopping = false
    private var writtenStatus: (status: DaemonStatus, at: Duration)?
    /// When it is looked at again, for what has changed since.
    var statusDue: Duration?
    private var latestEstimates: [JobID: JobEstimate] = [:]
    private var estimatesAreGoodUntil: Duration = .zero

    /// - Parameter mailbox: where others post changes; made outside because they exist before this service.
    package init(
        publisher: ReportPublisher, database: HashdropDatabase, lookups: LookupDispatcher,
        status: DaemonStatusFile, mailbox: Mailbox<Change>, interval: Duration, runtime: ServiceRuntime,
        logger: Logger
    ) {
        self.publisher = publisher
        workers = Self.workersRowsMax.map {
            ReportWorker(rowsMax: $0, publisher: publisher, runtime: runtime)
        }
        indexWorker = IndexWorker(publisher: publisher, runtime: runtime)
        self.database = database
        self.lookups = lookups
        self.status = status
        self.mailbox = mailbox
        clock = runtime.clock
        executor = runtime.makeExecutor("hashdrop.reports")
        refreshInterval = interval
        schedule = ReportSchedule(interval: interval)
        self.logger = logger
    }

    /// Works until a graceful shutdown, and then writes the indexes and some reports (`writeLast`): the next
    /// start writes what is missing. A cancelled task writes nothing more.
    package func run() async throws {
        try load()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                while !isStopping || !busyWorkers.isEmpty || isWritingIndex, !Task.isCancelled {
                    await refreshEstimates()
                    await write(&group)
                    note(await mailbox.take(upTo: wait(), clock: clock))
                }
                guard !Task.isCancelled else { return }
                // What finished while the others shut down is written before the end, and nothing claims to
                // go on.
                for (id, job) in running {
                    schedule.jobChanged(id, of: job.user, isFinal: false)
                    schedule.userChanged(job.user)
                }
                await writeLast()
            }
        } onGracefulShutdown: {
            self.mailbox.post(.stop)
        }
        status.remove()
    }

    /// Everything that was not reported to its end before the last stop.
    private func load() throws {
        for job in try database.jobs.unpublished() {
            note([.job(job.id, user: job.user, isFinal: job.state.isFinal)])
        }
        for (id, user) in try database.jobs.renewals() { schedule.jobRenewed(id, of: user) }
        let users = try database.users.all().map(\.name)
        for user in users { schedule.userChanged(user) }
        schedule.renewOnly(Set(users))
    }

    private func reload() {
        do {
            try load()
            troubles["jobs"] = nil
        } catch {
            troubles["jobs"] = sentence(for: error)
            logger.error("The jobs cannot be read.", metadata: ["reason": "\(sentence(for: error))"])
        }
    }

    private func note(_ changes: [Change]) {
        for change in changes {
            switch change {
            case .job(let id, let user, let isFinal):
                schedule.jobChanged(id, of: user, isFinal: isFinal)
                schedule.userChanged(user)
                running[id] = isFinal ? nil : (user, running[id]?.reported ?? JobEstimate())
            case .user(let user): schedule.userChanged(user)
            case .waiting(let user, let files):
                liveStatus.waitingFiles[user] = files.isEmpty ? nil : files
                schedule.userChanged(user)
            case .folders(let health): liveStatus.folders = health
            case .jobsChanged: reload()
            case .sharingChanged, .workerFinished: break
            case .stop: isStopping = true
            }
        }
    }

    private func wait() -> Duration? {
        let now = clock.now.monotonic
        if hasWritten { return .zero }
        var next = schedule.nextDue(after: lookedAt)
        if !running.isEmpty { next = min(next ?? nextRefresh, nextRefresh) }
        if let statusDue { next = min(next ?? statusDue, statusDue) }
        return next.map { max(.zero, $0 - now) }
    }

    /// Reports of jobs whose estimate is no longer what they say become out of date, although nothing was
    /// answered.
    private func refreshEstimates() async {
        let now = clock.now
        guard !running.isEmpty, now.monotonic >= nextRefresh else { return }
        nextRefresh = now.monotonic + refreshInterval
        let estimates = await estimates()
        for (id, job) in running
        where job.reported.isOutdated(by: estimates[id] ?? JobEstimate(), at: now.wall) {
            schedule.jobChanged(id, of: job.user, isFinal: false)
            schedule.userChanged(job.user)
        }
    }

    /// How far each running job is from its end. Looked up again when ten times as long has passed as it
    /// took: it costs as much as there are jobs.
    private func estimates() async -> [JobID: JobEstimate] {
        let began = clock.now.monotonic
        guard began >= estimatesAreGoodUntil else { return latestEstimates }
        latestEstimates = await lookups.estimates()
        let now = clock.now.monotonic
        estimatesAreGoodUntil = now + (now - began) * 10
        return latestEstimates
    }

    /// Reports of so many rows are written at once; each longer one in the first worker that takes it, so
    /// that it waits for none that is much longer.
    private static let shortRowsMax = 200
    private static let workersRowsMax = [10_000, 200_000, Int.max]

    /// For so long reports are written before it is looked again what is due.
    private static let writingSlice: Duration = .milliseconds(60)

    private func write(_ group: inout DiscardingTaskGroup) async {
        let end = clock.now.monotonic + Self.writingSlice
        hasWritten = false
        lookedAt = clock.now.monotonic
        let due = schedule.due(at: lookedAt)
        let (users, isAlone) = (schedule.users(of: due), schedule.jobs(in: due) == 1)
        let estimates = due.isEmpty ? [:] : await estimates()
        publisher.renewalPeriod.value = ReportRenewal.period(runningJobs: running.count)
        var earlier = left
        left = ReportGroup()
        var reports = ReportGroup()
        var isEndedByNews = false
        for item in due {
            switch item {
            case .job(let id):
                let estimate = isStopping ? Self.stopped : estimates[id] ?? JobEstimate()
                if let place = workerPlace(for: id) {
                    guard busyWorkers.insert(place).inserted else { continue }
                    schedule.jobBegun(id)
                    let worker = workers[place]
                    group.addTask {
                        await self.settle(id, by: place, worker.publish(id, estimate: estimate))
                    }
                } else {
                    schedule.jobBegun(id)
                    reports.write(
                        id, estimate: estimate, isAlone: isAlone, with: publisher, clock: clock)
                    if reports.isFull { complete(&reports) }
                }
            case .index(let user):
                guard !isWritingIndex, !isStopping else { continue }
                writeIndex(of: user, estimates: estimates, in: &group)
            }
            hasWritten = true
            isEndedByNews = hasNews(ofOthersThan: users)
            if isEndedByNews || clock.now.monotonic >= end { break }
        }
        if isEndedByNews, earlier.isEmpty {
            left = reports
        } else {
            complete(&reports)
            complete(&earlier)
        }
        await writeStatus()
    }

    /// Reads the mail between two reports: whether a user of whom nothing was due has something now, and
    /// so is next, or the daemon stops.
    private func hasNews(ofOthersThan users: Set<UserName>) -> Bool {
        let (changes, wasStopping) = (mailbox.takePosted(), isStopping)
        note(changes)
        return isStopping != wasStopping
            || changes.contains { change in change.user.map { !users.contains($0) } ?? false }
    }

    /// The least time between two writings of the status: each is synced, and each list changes it.
    private static let statusInterval: Duration = .milliseconds(500)

    func writeStatus(isLast: Bool = false) async {
        let now = clock.now.monotonic
        if !isLast, let writtenStatus, now - writtenStatus.at < Self.statusInterval {
            statusDue = writtenStatus.at + Self.statusInterval
            return
        }
        statusDue = nil
        do {
            let health = await lookups.health()
            if !isLast { tellTroubles(lookups: health) }
            let latest = DaemonStatus(
                folders: liveStatus.folders, lookups: health, reportTrouble: trouble,
                waiting: liveStatus.waitingFiles, sharing: liveStatus.sharing)
            if latest != writtenStatus?.status {
                try status.write(latest)
                writtenStatus = (latest, now)
            }
            troubles["status"] = nil
        } catch {
            troubles["status"] = sentence(for: error)
        }
        liveStatus.reportTrouble = trouble
        if let trouble, trouble != loggedTrouble {
            logger.error("A report cannot be written; it is tried again.", metadata: ["reason": "\(trouble)"])
        }
        loggedTrouble = trouble
    }

    /// One of them, the same until it is over.
    var trouble: String? { troubles.min { $0.key < $1.key }?.value }

    /// The place of the worker for a job's report; nil if it is short. What cannot be read is noted when it
    /// is written.
    func workerPlace(for id: JobID) -> Int? {
        guard let rows = rows[id] ?? (try? publisher.rows(of: id)) else { return nil }
        self.rows[id] = rows
        return rows > Self.shortRowsMax ? workers.firstIndex { rows <= $0.rowsMax } : nil
    }

    /// A worker has come to the end of a report.
    private func settle(_ id: JobID, by place: Int, _ outcome: ReportWorker.Outcome) {
        busyWorkers.remove(place)
        settle(id, outcome)
        mailbox.post(.workerFinished)
    }

    func complete(_ group: inout ReportGroup) {
        for (id, outcome) in group.complete(with: publisher, clock: clock) { settle(id, outcome) }
    }

    private func settle(_ id: JobID, _ outcome: ReportWorker.Outcome) {
        let now = clock.now.monotonic
        do {
            let published = try outcome.result.get()
            troubles["job \(id)"] = nil
            let isOver = published?.job.state.isFinal ?? true
            if isOver { rows[id] = nil }
            schedule.jobWritten(
                id, isOver: isOver, at: now, took: outcome.took, renewal: publisher.renewalPeriod.value)
            guard let job = published?.job else {
                running[id] = nil
                return
            }
            if isOver {
                running[id] = nil
                if let published, published.isNew {
                    logReported(job, isRewrite: published.isRewrite, took: outcome.took)
                }
            } else {
                running[id] = (job.user, outcome.estimate)
            }
            schedule.userChanged(job.user)
        } catch {
            troubles["job \(id)"] = sentence(for: error)
            schedule.jobFailed(id, at: now)
        }
    }

    private func logReported(_ job: Job, isRewrite: Bool, took: Duration) {
        logger.info(
            isRewrite ? "Reported again." : "Reported.",
            metadata: [
                "job": "\(job.id)", "user": "\(job.user)", "state": "\(job.state.rawValue)",
                "hashes": "\(job.counts.hashes)", "requests": "\(job.requestCost.requestsSent)",
                "seconds": "\(took / .seconds(1))",
            ])
    }
}
