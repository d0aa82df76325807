import Foundation
package import Logging
package import Lookup
import Model
import ServiceLifecycle
package import Store

/// Removes finished jobs that are old enough, with their report folders and rows: at the start and every hour.
package actor RetentionService: Service {
    private let database: HashdropDatabase
    private let publisher: ReportPublisher
    private let keep: Duration
    private let reports: Mailbox<ReportService.Change>
    private let clock: any LookupClock
    private let logger: Logger
    private let executor = BlockingExecutor(label: "hashdrop.retention")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private static let interval: Duration = .seconds(3600)
    private static let jobsAtOnce = 100

    /// - Parameter keep: how long a finished job stays; zero is for ever.
    package init(
        database: HashdropDatabase, publisher: ReportPublisher, keep: Duration,
        reports: Mailbox<ReportService.Change>, clock: any LookupClock = SystemLookupClock(), logger: Logger
    ) {
        self.database = database
        self.publisher = publisher
        self.keep = keep
        self.reports = reports
        self.clock = clock
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.sweep()
                try? await self.clock.sleep(for: Self.interval)
            }
        }
    }

    /// Removes what is old enough now.
    package func sweep() {
        guard keep > .zero else { return }
        let limit = clock.now.wall.addingTimeInterval(-keep.seconds)
        var removed = 0
        var users: Set<UserName> = []
        do {
            while case let jobs = try database.jobs.finished(before: limit, limit: Self.jobsAtOnce),
                !jobs.isEmpty
            {
                for job in jobs {
                    try publisher.remove(job)
                    users.insert(job.user)
                    removed += 1
                }
            }
        } catch {
            logger.error(
                "An old job cannot be removed; it is tried again in an hour.",
                metadata: ["reason": "\(error)"])
        }
        for user in users { reports.post(.user(user)) }
        guard removed > 0 else { return }
        logger.info("Removed old jobs.", metadata: ["jobs": "\(removed)", "older-than": "\(limit)"])
    }
}
