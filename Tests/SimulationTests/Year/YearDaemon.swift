import GRDB
import Logging
import Lookup
import Pipeline
import ServiceLifecycle
import Spool
import Support
import Synchronization
import TestSupport

@testable import Store

/// One life of the daemon in a year, on a scheduler of its own: what it leaves behind in this process would
/// count as its memory.
final class YearDaemon {
    let database: HashdropDatabase
    let watcher: ScriptedWatcher
    let scheduler: SeededScheduler
    private let group: ServiceGroup
    private let task: Task<Void, Never>
    private let ending = Ending()

    /// How its services ended.
    private final class Ending: Sendable {
        let result = Mutex<Result<Void, any Error>?>(nil)
    }

    /// As the program's `Services`: the bytes of a database that is looked through before any work.
    private static let checkedFirstMax: Int64 = 64 << 20

    /// Starts it.
    init(
        _ plan: YearPlan, in folder: TemporaryFolder, clock: ManualClock, source: LookupSource,
        logger: Logger, seed: UInt64
    ) throws {
        scheduler = SeededScheduler(seed: seed)
        database = try HashdropDatabase(
            path: folder.path("spool/.hashdrop/hashdrop.sqlite"), endpoint: "simulation")
        if try database.byteCount() <= Self.checkedFirstMax { try database.verify() }
        let spool = try SpoolFolder(path: folder.path("spool"))
        try ReportsFolder.begin(at: folder.path("reports"), database: database)
        watcher = ScriptedWatcher(spool: folder.path("spool"), isWatched: true)
        let runtime = ServiceRuntime(
            clock: clock, generator: SeededGenerator(seed: seed),
            makeExecutor: { [scheduler] _ in scheduler.makeExecutor() })
        let pipeline = try PipelineServices(
            plan.options(in: folder), database: database, spool: spool,
            claims: ClaimStore(spool: spool, sparesMax: 4), source: source, watcher: watcher,
            runtime: runtime, logger: logger)
        group = ServiceGroup(
            configuration: .init(
                services: pipeline.services.map {
                    .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: logger))
        task = scheduler.start { [group, ending] in
            do {
                try await group.run()
                ending.result.withLock { $0 = .success(()) }
            } catch {
                ending.result.withLock { $0 = .failure(error) }
            }
        }
    }

    /// Nil while it runs.
    var end: Result<Void, any Error>? { ending.result.withLock { $0 } }

    /// More jobs than this without a pause are a loop.
    private static let jobsMax = 500_000

    /// Lets everything run until it waits for the clock.
    func settle() throws {
        guard scheduler.run(jobs: Self.jobsMax) == .idle else {
            throw Violation("The daemon never comes to rest: \(Self.jobsMax) jobs without a pause.")
        }
        guard !scheduler.hasStrays else {
            throw Violation("A task was resumed by a thread that is not under the simulation's control.")
        }
    }

    /// Stops it gracefully, and closes what the process's end would.
    func stop(_ clock: ManualClock) throws {
        scheduler.start { [group] in await group.triggerGracefulShutdown() }
        let deadline = clock.passed + .seconds(60)
        try settle()
        while end == nil {
            guard let next = clock.nextDeadline, next <= deadline else {
                throw Violation("The daemon does not stop within a minute.")
            }
            clock.advance(to: next)
            try settle()
        }
        if case .failure(let error) = end { throw Violation("The daemon ended with an error: \(error)") }
        try database.pool.close()
    }

    /// Ends it between two of its jobs: nothing is written from here on.
    func kill() {
        try? database.pool.close()
        task.cancel()
        _ = scheduler.run()
    }
}
