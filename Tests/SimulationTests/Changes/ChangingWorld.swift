import Curl
import Foundation
import Logging
import Lookup
import Model
import Pipeline
import Reporting
import ServiceLifecycle
import Simulator
import Spool
import Store
import Support
import TestSupport
import Testing
import VirusTotal

/// The pipeline's services as the program puts them together, with the real client, and over loopback a
/// simulated VirusTotal whose world changes: all in virtual time.
final class ChangingWorld: Sendable {
    private static let user = Samples.user()
    let clock: ManualClock
    let simulator: SimulatedVirusTotal
    private let pipeline: PipelineServices
    private let watcher: ScriptedWatcher
    private let services: ServiceGroup
    private let scheduler: SeededScheduler
    private let lookers = Lookers()
    private let folder: TemporaryFolder

    /// Runs `body` while the services work; whenever nothing can happen, the time goes on.
    static func run(_ body: (ChangingWorld) async throws -> Void) async throws {
        let clock = ManualClock()
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.clock = clock
        try await SimulatedVirusTotal.with(options) { simulator in
            let world = try ChangingWorld(clock, simulator)
            async let time: Void = blocking {
                world.scheduler.run(moving: clock, lookers: world.lookers, atMost: Self.timeMax)
            }
            try await world.scheduler.enter {
                defer { world.scheduler.finish() }
                try await world.serve(body)
            }
            await time
        }
    }

    /// More than all lists of a test take.
    private static let timeMax: Duration = .seconds(400 * 86_400)

    private func serve(_ body: (ChangingWorld) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.services.run() }
            do {
                try await body(self)
            } catch {
                await services.triggerGracefulShutdown()
                throw error
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private init(_ clock: ManualClock, _ simulator: SimulatedVirusTotal) throws {
        self.clock = clock
        self.simulator = simulator
        // In memory where there is such a folder: the disk's flushes take longer than all else together.
        let folder = TemporaryFolder(inMemory: true)
        self.folder = folder
        for place in ["spool/\(Self.user)", "spool/.hashdrop", "reports"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(place), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        let database = try HashdropDatabase(
            path: folder.path("spool/.hashdrop/hashdrop.sqlite"), endpoint: simulator.baseURL)
        try ReportsFolder.begin(at: folder.path("reports"), database: database)
        try database.users.add(User(name: Self.user, createdAt: clock.now.wall))
        let scheduler = SeededScheduler(seed: 1)
        self.scheduler = scheduler
        watcher = ScriptedWatcher(spool: folder.path("spool"), isWatched: true)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let spool = try SpoolFolder(path: folder.path("spool"))
        pipeline = try PipelineServices(
            Self.options(VerdictPolicy(), in: folder), database: database, spool: spool,
            claims: ClaimStore(spool: spool), source: Self.source(simulator, clock, scheduler),
            watcher: watcher,
            runtime: ServiceRuntime(
                clock: clock, generator: SeededGenerator(seed: 1),
                makeExecutor: { _ in scheduler.makeExecutor() }), logger: logger)
        services = ServiceGroup(
            configuration: .init(
                services: pipeline.services.map {
                    .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: logger))
    }

    private static func options(
        _ policy: VerdictPolicy, in folder: TemporaryFolder
    ) -> PipelineServices.Options {
        let unlimited = QuotaLimits(
            requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0)
        return PipelineServices.Options(
            reportsDirectory: folder.path("reports"), statusFile: folder.path("spool/.hashdrop/daemon.json"),
            lookups: LookupOptions(limits: unlimited), readiness: .init(), intake: IntakeOptions(),
            reports: ReportOptions(
                policy: policy, isSimulated: true, version: "test", isCSVMarkedUTF8: false),
            partialReportInterval: .seconds(10), keepJobs: .zero, keepAnswers: .zero)
    }

    private static func source(
        _ simulator: SimulatedVirusTotal, _ clock: ManualClock, _ scheduler: SeededScheduler
    ) throws -> LookupSource {
        var options = CurlOptions()
        // Real time; long, because a busy machine is slow and not wrong.
        options.requestTimeout = .seconds(600)
        let client = VirusTotalClient(
            endpoint: try VirusTotalEndpoint(simulator.baseURL),
            key: try #require(APIKey(SimulatedAccount.demoKey)), curl: try CurlClient(options: options),
            clock: clock)
        return LookupSource(ask: { hash in await scheduler.outside { await Self.ask(hash, client) } })
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

    // MARK: What is done to it

    /// Reports that are written from now on follow this policy, as after a reload.
    func use(_ policy: VerdictPolicy) { pipeline.use(Self.options(policy, in: folder)) }

    /// So much time passes, in which the machine sleeps.
    func pass(_ duration: Duration) { clock.advance(by: duration) }

    /// Drops a list of these hashes and waits for its report.
    func drop(_ hashes: [FileHash], as name: String = "iocs.txt") async throws -> FinishedReport {
        let before = Set(reports())
        let outside = folder.path("new")
        try Data(hashes.map { "\($0)\n" }.joined().utf8).write(to: URL(filePath: outside))
        try FileManager.default.moveItem(
            atPath: outside, toPath: folder.path("spool/\(Self.user)/\(name)"))
        let own = DroppedName(Self.user.description)
        watcher.tell([WatchHint(.movedIn, folder: own, name: DroppedName(name))])
        let bound = clock.passed + .seconds(3_600)
        return try await lookers.until("a report of \(name)") {
            for place in reports() where !before.contains(place) {
                if let report = FinishedReport(folder: folder.path("reports/\(Self.user)/\(place)")) {
                    return report
                }
            }
            guard clock.passed < bound else { throw Violation("There is no report within an hour.") }
            return nil
        }
    }

    private func reports() -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.path("reports/\(Self.user)"))
        return (names ?? []).filter { $0.contains("_") }
    }
}

/// The files of a list that is done.
struct FinishedReport {
    private let folder: String
    let status: StatusDocument

    /// Nil if the list is not done.
    init?(folder: String) {
        guard let bytes = FileManager.default.contents(atPath: folder + "/status.json"),
            let status = try? StatusDocument(json: bytes), status.state == "done"
        else { return nil }
        self.folder = folder
        self.status = status
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
    }

    /// The rows of `report.changes.csv`, each by the columns' names; no cell here needs quoting.
    func changes() throws -> [[String: String]] {
        let lines = try text("report.changes.csv").split(separator: "\r\n")
        let cells = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let names = try #require(cells.first)
        return try cells.dropFirst().map { row in
            try #require(row.count == names.count, "\(row)")
            return Dictionary(uniqueKeysWithValues: zip(names, row))
        }
    }
}
