import Curl
import Foundation
import Lookup
import Model
import SharedStore
import Simulator
import Store
import Support
import TestSupport
import Testing
import VirusTotal

/// A real database, the real dispatcher and client, and a simulated VirusTotal over loopback, all in virtual
/// time.
final class LookupBench: Sendable {
    let clock: ManualClock
    let simulator: SimulatedVirusTotal
    let database: HashdropDatabase
    let dispatcher: LookupDispatcher
    private let scheduler: SeededScheduler
    private let lookers = Lookers()
    private let folder: TemporaryFolder

    /// How the world outside behaves.
    struct World: Sendable {
        var limits = SimulatedLimits.unlimited
        var latency: Duration = .milliseconds(300)
        var faults: [FaultRule] = []
        var refusal: SimulatorOptions.QuotaRefusal = .plain
        /// Runs before each request reaches the simulator; an answer here takes the request's place.
        var intercept: @Sendable (FileHash, ClockReading) async -> LookupFailure? = { _, _ in nil }
        var keyGeneration: @Sendable () -> Int = { 0 }
        var keyAdvice: String?
        var readsQuotas = false
        var ledgerKind: BenchLedger
        /// What stands before the database's own ledger instead of one of `ledgerKind`.
        var ledger: (@Sendable (LookupStore, any ServiceClock) -> any LookupLedger)?
        /// Real time; long, because a busy machine is slow and not wrong.
        var requestTimeout: Duration = .seconds(600)

        init(_ ledger: BenchLedger = .own) { ledgerKind = ledger }
    }

    /// Runs `body` while the dispatcher works; whenever nothing can happen, the time goes on.
    static func run(
        _ options: LookupOptions, _ world: World = World(), start: Date = Samples.now,
        _ body: (LookupBench) async throws -> Void
    ) async throws {
        let clock = ManualClock(start: start)
        var simulation = SimulatorOptions()
        simulation.accounts[0].limits = world.limits
        simulation.quotaRefusal = world.refusal
        simulation.clock = clock
        let server: SharedFixture?
        if world.ledgerKind == .server {
            server = try await SharedFixture(clock: clock)
        } else {
            server = nil
        }
        try await SimulatedVirusTotal.with(simulation) { simulator in
            for rule in world.faults { _ = simulator.addFault(rule) }
            let bench = try LookupBench(options, world, clock, simulator, server)
            async let time: Void = blocking {
                bench.scheduler.run(moving: clock, lookers: bench.lookers, atMost: Self.timeMax)
            }
            try await bench.scheduler.enter {
                defer { bench.scheduler.finish() }
                try await bench.run(body)
            }
            await time
        }
    }

    /// More than any list takes.
    private static let timeMax: Duration = .seconds(400 * 86_400)

    private func run(_ body: (LookupBench) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.dispatcher.run() }
            defer { dispatcher.stop() }
            try await body(self)
        }
    }

    private init(
        _ options: LookupOptions, _ world: World, _ clock: ManualClock, _ simulator: SimulatedVirusTotal,
        _ server: SharedFixture?
    ) throws {
        self.clock = clock
        self.simulator = simulator
        let scheduler = SeededScheduler(seed: 1)
        self.scheduler = scheduler
        folder = TemporaryFolder()
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        let endpoint = try VirusTotalEndpoint(simulator.baseURL)
        let key = try #require(APIKey(SimulatedAccount.demoKey))
        var curlOptions = CurlOptions()
        curlOptions.connectionsMax = options.connectionsMax
        curlOptions.requestTimeout = world.requestTimeout
        let client = VirusTotalClient(
            endpoint: endpoint, key: key, curl: try CurlClient(options: curlOptions), clock: clock)
        var source = LookupSource(
            ask: { hash in
                try? await clock.sleep(for: world.latency / 2)
                if let failure = await world.intercept(hash, clock.now) { return .failure(failure) }
                let result = await scheduler.outside { await Self.ask(hash, client) }
                try? await clock.sleep(for: world.latency / 2)
                return result
            }, keyGeneration: world.keyGeneration, keyAdvice: world.keyAdvice)
        if world.readsQuotas {
            source.quotas = { await scheduler.outside { await Self.quotas(client) } }
        }
        var ledger = world.ledger?(database.lookups, clock)
        if ledger == nil,
            let shared = try world.ledgerKind.database(
                on: server, limits: options.limits, scheduler: scheduler)
        {
            ledger = SharedLookupLedger(
                database: shared, lookups: database.lookups, ages: CacheAges(), clock: clock)
        }
        dispatcher = try LookupDispatcher(
            database: database, ledger: ledger, options: options, source: source,
            runtime: ServiceRuntime(
                clock: clock, generator: SeededGenerator(seed: 1),
                makeExecutor: { _ in scheduler.makeExecutor() }), onProgress: { _ in })
    }

    private static func quotas(_ client: VirusTotalClient) async -> Result<ReportedQuotas, LookupFailure> {
        do throws(VirusTotalError) {
            return .success(try await client.overallQuotas(user: "demo"))
        } catch {
            return .failure(LookupFailure(error))
        }
    }

    private static func ask(
        _ hash: FileHash, _ client: VirusTotalClient
    ) async -> Result<LookupAnswer.Answer, LookupFailure> {
        do throws(VirusTotalError) {
            return .success(try await client.file(hash))
        } catch {
            return .failure(LookupFailure(error))
        }
    }

    // MARK: Lists

    /// Accepts a list whose lines hold these hashes.
    @discardableResult
    func drop(
        _ lines: [[FileHash]], user: String = "alice", name: String = "list.txt",
        ages: CacheAges = CacheAges(), options: JobOptions? = nil
    ) throws -> Job {
        let job = Samples.job(user: user, name: name, receivedAt: clock.now.wall)
        let accepted = try database.jobs.accept(job, ages: ages) { writer in
            writer.options = options
            for (index, hashes) in lines.enumerated() {
                writer.add(HashListEntry(line: index + 1, hashes: hashes))
            }
        }
        dispatcher.jobAdded(accepted.id)
        return accepted
    }

    func job(_ id: JobID) throws -> Job {
        try #require(try database.jobs.job(id))
    }

    func rows(_ id: JobID) throws -> [ReportRow] {
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: id, order: .list) { rows.append($0) }
        return rows
    }

    /// Waits until the job is done.
    func finish(_ id: JobID) async throws -> Job {
        try await until("job \(id) is done") {
            let job = try self.job(id)
            return job.state == .running ? nil : job
        }
    }

    /// Waits for a fact; looks whenever nothing else can happen before the time goes on.
    func until<Value>(_ what: String, _ fact: () async throws -> Value?) async throws -> Value {
        try await lookers.until(what, fact)
    }

    /// The same for a fact without a value.
    func until(_ what: String, _ fact: () async throws -> Bool) async throws {
        _ = try await until(what) { try await fact() ? true : nil } as Bool
    }
}
