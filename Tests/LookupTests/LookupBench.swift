import Curl
import Foundation
import Lookup
import Model
import Simulator
import Store
import Support
import TestSupport
import Testing
import VirusTotal

/// A real database, the real dispatcher and client, and a simulated VirusTotal over loopback, all in virtual
/// time.
final class LookupBench: Sendable {
    let clock: VirtualClock
    let simulator: SimulatedVirusTotal
    let database: HashdropDatabase
    let dispatcher: LookupDispatcher
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
        var readsQuotas = false
        /// Real time; long, because a busy machine is slow and not wrong.
        var requestTimeout: Duration = .seconds(600)
        /// The time stands still after the first failure until this test lets it go on: it may look around.
        var freezesAfterFailure = false

        init() {}
    }

    /// Runs `body` while the dispatcher works.
    static func run(
        _ options: LookupOptions, _ world: World = World(), start: Date = Samples.now,
        _ body: (LookupBench) async throws -> Void
    ) async throws {
        let clock = VirtualClock(start: start)
        var simulation = SimulatorOptions()
        simulation.accounts[0].limits = world.limits
        simulation.quotaRefusal = world.refusal
        simulation.clock = clock
        try await SimulatedVirusTotal.with(simulation) { simulator in
            for rule in world.faults { _ = simulator.addFault(rule) }
            let bench = try LookupBench(options, world, clock, simulator)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await clock.run() }
                group.addTask { await bench.dispatcher.run() }
                do {
                    try await body(bench)
                } catch {
                    bench.dispatcher.stop()
                    group.cancelAll()
                    throw error
                }
                bench.dispatcher.stop()
                try await eventually("the dispatcher stops") {
                    await bench.dispatcher.health().requestsInFlight == 0
                }
                group.cancelAll()
            }
        }
    }

    private init(
        _ options: LookupOptions, _ world: World, _ clock: VirtualClock, _ simulator: SimulatedVirusTotal
    ) throws {
        self.clock = clock
        self.simulator = simulator
        folder = TemporaryFolder()
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        let endpoint = try VirusTotalEndpoint(simulator.baseURL)
        let key = try #require(APIKey(SimulatedAccount.demoKey))
        var curlOptions = CurlOptions()
        curlOptions.connectionsMax = options.connectionsMax
        curlOptions.requestTimeout = world.requestTimeout
        let client = VirusTotalClient(
            endpoint: endpoint, key: key, curl: try CurlClient(options: curlOptions), clock: clock)
        let freezer = Freezer()
        var source = LookupSource(
            ask: { hash in await Self.ask(hash, client, world, clock, freezer) },
            keyGeneration: world.keyGeneration)
        if world.readsQuotas { source.quotas = { await Self.quotas(client, clock) } }
        dispatcher = try LookupDispatcher(
            database: database, options: options, source: source, runtime: ServiceRuntime(clock: clock),
            onProgress: { _ in })
    }

    private static func quotas(
        _ client: VirusTotalClient, _ clock: VirtualClock
    ) async -> Result<ReportedQuotas, LookupFailure> {
        clock.begin()
        defer { clock.end() }
        do throws(VirusTotalError) {
            return .success(try await client.overallQuotas(user: "demo"))
        } catch {
            return .failure(LookupFailure(error))
        }
    }

    /// One request: half of the latency on the way there, half on the way back.
    private static func ask(
        _ hash: FileHash, _ client: VirusTotalClient, _ world: World, _ clock: VirtualClock,
        _ freezer: Freezer
    ) async -> Result<LookupAnswer.Answer, LookupFailure> {
        try? await clock.pass(world.latency / 2)
        if let failure = await world.intercept(hash, clock.now) { return .failure(failure) }
        clock.begin()
        let result: Result<LookupAnswer.Answer, LookupFailure>
        do throws(VirusTotalError) {
            result = .success(try await client.file(hash))
        } catch {
            result = .failure(LookupFailure(error))
        }
        if world.freezesAfterFailure, case .failure = result, freezer.isFirst() {
            // One `begin` too many, which `thaw` ends.
            return result
        }
        clock.end()
        try? await clock.pass(world.latency / 2)
        return result
    }

    /// Lets the time go on.
    func thaw() { clock.end() }

    /// Says yes once.
    private final class Freezer: Sendable {
        private let asked = Counter()

        func isFirst() -> Bool {
            asked.increment()
            return asked.value == 1
        }
    }

    // MARK: Lists

    /// Accepts a list whose lines hold these hashes.
    @discardableResult
    func drop(
        _ lines: [[FileHash]], user: String = "alice", name: String = "list.txt",
        ages: CacheAges = CacheAges()
    ) throws -> Job {
        clock.begin()
        defer { clock.end() }
        let job = Samples.job(user: user, name: name, receivedAt: clock.now.wall)
        let accepted = try database.jobs.accept(job, ages: ages) { writer in
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

    /// Waits, in real time, until the job is done in virtual time.
    func finish(_ id: JobID, within bound: Duration = .seconds(600)) async throws -> Job {
        try await eventually("job \(id) is done", within: bound) {
            let job = try self.job(id)
            return job.state == .running ? nil : job
        }
    }
}
