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

/// One life of the daemon: its services as the program puts them together, on the simulation's clock and
/// thread.
final class Daemon {
    /// What it lives in.
    struct Surroundings {
        var scenario: Scenario
        var folder: TemporaryFolder
        var clock: ManualClock
        var scheduler: SeededScheduler
        var source: LookupSource
        var claimFaults: ClaimFaults
        var logger: Logger
    }

    let database: HashdropDatabase
    let pipeline: PipelineServices
    let watcher: ScriptedWatcher
    private let scheduler: SeededScheduler
    private let group: ServiceGroup
    private let task: Task<Void, Never>
    private let ending = Ending()

    /// How its services ended.
    private final class Ending: Sendable {
        let result = Mutex<Result<Void, any Error>?>(nil)
    }

    /// Starts it.
    ///
    /// - Parameter seed: of what its services draw.
    init(_ world: Surroundings, seed: UInt64) throws {
        let spoolPath = world.folder.path("spool")
        let database = try HashdropDatabase(
            path: world.folder.path("spool/.hashdrop/hashdrop.sqlite"), endpoint: "simulation")
        try database.verify()
        let spool = try SpoolFolder(path: spoolPath)
        let claims = try ClaimStore(spool: spool, sparesMax: 2) { [faults = world.claimFaults] step in
            try faults.reach(step) { try? database.pool.close() }
        }
        watcher = ScriptedWatcher(spool: spoolPath, isWatched: world.scenario.isWatched)
        let runtime = ServiceRuntime(
            clock: world.clock, generator: SeededGenerator(seed: seed),
            makeExecutor: { [scheduler = world.scheduler] _ in scheduler.makeExecutor() })
        pipeline = try PipelineServices(
            world.scenario.options(in: world.folder), database: database, spool: spool, claims: claims,
            source: world.source, watcher: watcher, runtime: runtime, logger: world.logger)
        group = ServiceGroup(
            configuration: .init(
                services: pipeline.services.map {
                    .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: world.logger))
        self.database = database
        scheduler = world.scheduler
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

    /// Begins a graceful shutdown.
    func stop() {
        scheduler.start { [group] in await group.triggerGracefulShutdown() }
    }

    /// Ends it between two of its jobs: nothing is written from here on.
    func kill() {
        try? database.pool.close()
        task.cancel()
        _ = scheduler.run()
    }
}
