import Foundation
package import Logging
import Lookup
import Model
import ServiceLifecycle
package import Store
package import Support
import Synchronization

/// Removes finished jobs that are old enough, with their report folders, old answers of the cache, and old
/// requests of the ledger: at the start and every hour. Deletes the rows of jobs that were removed, by it or
/// by a command, and takes lists into their users' memory that a report has left.
package actor RetentionService: Service {
    private enum Event: Sendable {
        case jobsRemoved
        case listsLeft
        case stop
    }

    private let database: HashdropDatabase
    private let publisher: ReportPublisher
    private let keep: Duration
    private let keepAnswers: Duration
    private let reports: Mailbox<ReportService.Change>
    private let clock: any ServiceClock
    private let logger: Logger
    private let mailbox = Mailbox<Event>()
    private let isStopping = Mutex(false)
    private let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private static let interval: Duration = .seconds(3600)
    private static let jobsAtOnce = 100
    /// The quota needs single requests for a minute and the days' sums for a month; the last month's are kept
    /// for the operator.
    private static let requestsKept: Duration = .seconds(31 * 86_400)

    /// - Parameters:
    ///   - keep: how long a finished job stays; zero is for ever.
    ///   - keepAnswers: how long an answer stays in the cache; zero is for ever.
    package init(
        database: HashdropDatabase, publisher: ReportPublisher, keep: Duration, keepAnswers: Duration,
        reports: Mailbox<ReportService.Change>, runtime: ServiceRuntime, logger: Logger
    ) {
        self.database = database
        self.publisher = publisher
        self.keep = keep
        self.keepAnswers = keepAnswers
        self.reports = reports
        clock = runtime.clock
        executor = runtime.makeExecutor("hashdrop.retention")
        self.logger = logger
        publisher.listsLeft.value = { [mailbox] error in
            if let error {
                logger.warning(
                    "A list cannot be taken into memory with its report; it is tried again.",
                    metadata: ["reason": "\(sentence(for: error))"])
            }
            mailbox.post(once: .listsLeft)
        }
    }

    /// Jobs were removed: their rows may go.
    package nonisolated func jobsRemoved() { mailbox.post(once: .jobsRemoved) }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await work()
        } onGracefulShutdown: {
            self.isStopping.withLock { $0 = true }
            self.mailbox.post(once: .stop)
        }
    }

    private func work() async {
        var nextSweep = clock.now.monotonic
        while !Task.isCancelled, !isStopping.withLock(\.self) {
            if clock.now.monotonic >= nextSweep {
                await sweep()
                nextSweep = clock.now.monotonic + Self.interval
            }
            await inSlices("The rows of removed jobs cannot be deleted") { try database.jobs.purge() }
            await inSlices("Lists cannot be taken into memory") { try database.jobs.remember() }
            _ = await mailbox.take(upTo: nextSweep - clock.now.monotonic, clock: clock)
        }
    }

    /// Does what no user waits for, a little at a time.
    private func inSlices(_ complaint: String, _ slice: () throws -> Bool) async {
        do {
            // When the daemon stops, the rest is done at the next start.
            try await clock.runSlices { try !isStopping.withLock(\.self) && slice() }
        } catch is CancellationError {
        } catch {
            logger.error(
                "\(complaint); it is tried again in an hour.", metadata: ["reason": "\(sentence(for: error))"]
            )
        }
    }

    /// Whether the wall clock says how old a job is: after a leap, jobs from before it have another age, and
    /// the leap may be wrong. When as much time has passed as a job is kept, all of them are old enough. A
    /// machine that was off for days is likely to be right; its clock is given a day to be corrected.
    private func isClockTrusted(at now: ClockReading, for keep: Duration) -> Bool {
        do {
            let since = try database.ledger.sinceLeap(at: now)
            return since.leap.map { $0 >= keep } ?? true
                && since.gap.map { $0 >= min(keep, Self.correctionTime) } ?? true
        } catch {
            logger.error(
                "It is not known whether the clock has leapt; nothing is removed.",
                metadata: ["reason": "\(sentence(for: error))"])
            return false
        }
    }

    private static let correctionTime: Duration = .seconds(86_400)

    /// Removes what is old enough now.
    package func sweep() async {
        let now = clock.now
        await inSlices("A leap of the clock cannot be noted") {
            try database.ledger.note(leapOf: now)
            return false
        }
        await inSlices("Old requests cannot be dropped from the ledger") {
            try database.ledger.prune(olderThan: Self.requestsKept, at: now)
        }
        if keep > .zero, isClockTrusted(at: now, for: keep) { removeJobs(before: now.wall - keep) }
        if keepAnswers > .zero, isClockTrusted(at: now, for: keepAnswers) {
            await forgetAnswers(before: now.wall - keepAnswers)
        }
    }

    private func forgetAnswers(before limit: Date) async {
        var pruning = database.cache.pruning(before: limit)
        var forgotten = 0
        await inSlices("Old answers of the cache cannot be forgotten") {
            guard let count = try pruning.advance() else { return false }
            forgotten += count
            return true
        }
        guard forgotten > 0 else { return }
        logger.info(
            "Forgot old answers of the cache.",
            metadata: ["hashes": "\(forgotten)", "older-than": "\(limit)"])
    }

    private func removeJobs(before limit: Date) {
        var removed = 0
        // Jobs that cannot be removed stay the oldest, and must not keep the others.
        var kept: [(job: Job, error: any Error)] = []
        var users: Set<UserName> = []
        do {
            while case let jobs = try database.jobs.finished(
                before: limit, limit: Self.jobsAtOnce, skipping: kept.count), !jobs.isEmpty
            {
                for job in jobs {
                    do {
                        try publisher.remove(job, isTakenBack: false)
                        users.insert(job.user)
                        removed += 1
                    } catch {
                        kept.append((job, error))
                    }
                }
            }
        } catch {
            logger.error(
                "Old jobs cannot be looked for; it is tried again in an hour.",
                metadata: ["reason": "\(sentence(for: error))"])
        }
        if let first = kept.first {
            logger.error(
                "Old jobs cannot be removed; it is tried again in an hour.",
                metadata: ["jobs": "\(kept.count)", "first": "\(first.job.id)", "reason": "\(first.error)"])
        }
        for user in users { reports.post(.user(user)) }
        guard removed > 0 else { return }
        logger.info("Removed old jobs.", metadata: ["jobs": "\(removed)", "older-than": "\(limit)"])
    }
}
