import Foundation
import Lookup
import Model
import Monitoring
import Pipeline
import SharedStore
import Spool
import Store
import Support

/// Collects what the listener for metrics and health asks for.
///
/// On an executor of its own: the database or the spool's disk may hang, and nothing else waits for it then.
actor MonitoringSource {
    private let pipeline: PipelineServices
    private let database: HashdropDatabase
    private let spool: SpoolFolder
    private let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        pipeline: PipelineServices, database: HashdropDatabase, spool: SpoolFolder, runtime: ServiceRuntime
    ) {
        self.pipeline = pipeline
        self.database = database
        self.spool = spool
        executor = runtime.makeExecutor("hashdrop.monitoring")
    }

    nonisolated var queries: MonitoringQueries {
        let liveness = LivenessSource(watch: pipeline.watch, clock: pipeline.clock)
        return MonitoringQueries(
            state: { await self.state() }, stuckParts: { await liveness.stuckParts() })
    }

    private func state() async -> DaemonState {
        let live = pipeline.reports.liveStatus
        var state = DaemonState(
            lookups: lookups(await pipeline.lookups.health()), shared: live.sharing.map { shared($0) },
            spoolProblem: spoolProblem, isIntakeHeldUp: live.folders.trouble != nil,
            areReportsHeldUp: live.reportTrouble != nil)
        do {
            state.database = .init(
                jobs: try database.jobs.countsByState(), byteCount: try database.byteCount())
        } catch {
            state.database = nil
            state.databaseProblem = sentence(for: error)
        }
        return state
    }

    private func lookups(_ health: LookupHealth) -> DaemonState.Lookups {
        let wait = health.oldestReceivedAt.map { pipeline.clock.now.wall.timeIntervalSince($0) } ?? 0
        return DaemonState.Lookups(
            quotas: [.minute: health.minute, .day: health.day, .month: health.month],
            openHashes: health.openHashes, oldestWait: .seconds(max(0, wait)),
            isKeyRefused: health.isKeyRefused,
            waitReason: health.needsAttention ? health.waitReason : nil)
    }

    private func shared(_ standing: SharedStanding) -> DaemonState.Shared {
        guard standing.trouble == nil else { return DaemonState.Shared(isServed: false) }
        guard let view = standing.view else { return DaemonState.Shared() }
        // They have been silent to this daemon since its last look.
        let age = pipeline.clock.now.monotonic - view.at.monotonic
        return DaemonState.Shared(
            sites: view.sites.map { site in
                var site = site
                site.silence += age
                return site
            })
    }

    private var spoolProblem: String? {
        switch spool.standing {
        case .inPlace: nil
        case .gone: SpoolError.gone(path: spool.path).description
        case .replaced: SpoolError.replaced(path: spool.path).description
        }
    }
}

/// Tells which parts of the pipeline no longer turn; never waits for one of them.
private actor LivenessSource {
    /// A part that works at one thing for so long is taken for one that hangs.
    private static let period: Duration = .seconds(30)

    private var watch: PipelineWatch
    private let clock: any ServiceClock
    private var lookedAt: Duration?
    private var stuck: [String] = []

    init(watch: PipelineWatch, clock: any ServiceClock) {
        self.watch = watch
        self.clock = clock
    }

    /// As of the last look, which is made again when it is old enough.
    func stuckParts() -> [String] {
        let now = clock.now.monotonic
        guard lookedAt.map({ now - $0 >= Self.period }) ?? true else { return stuck }
        lookedAt = now
        stuck = watch.look()
        return stuck
    }
}
