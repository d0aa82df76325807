import Foundation
import Model
import Pipeline
import Spool
import Store
import Support
import TestSupport

/// The whole pipeline in a world of a seed's making: real files and a real database, a clock that stands
/// still, and VirusTotal, users, disk and kills by script. After each step the invariants hold.
///
/// TigerBeetle's VOPR is the model. Whatever happens is drawn from the seed, so the same seed is the same
/// run.
final class Simulation {
    /// How a run ended.
    struct Outcome: Sendable {
        var seed: UInt64
        /// Which invariant does not hold, and the last steps; nil if all do.
        var failure: String?
        var statistics: Statistics
        var trace: [String]
    }

    let seed: UInt64
    let scenario: Scenario
    let folder: TemporaryFolder
    let clock: ManualClock
    let scheduler: SeededScheduler
    let trace: Trace
    let inspector: Inspector
    let virusTotal: ScriptedVirusTotal
    let claimFaults = ClaimFaults()
    var generator: SeededGenerator
    var statistics = Statistics()

    /// Nil while it is stopped.
    var daemon: Daemon?
    var users: [UserName]
    var lists: [DroppedList] = []
    var isDatabaseFull = false
    /// The folder of the reports is not there.
    var areReportsAway = false
    /// The machine has started again, and no daemon has since looked at the clock.
    var isTimeForgotten = false
    /// Since when nothing has come between the pipeline and its work: no fault, no stop, no step of the
    /// clock.
    var calmSince = Duration.zero
    var witness = Witness()

    init(seed: UInt64) throws {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        scenario = Scenario(using: &generator)
        // In memory where there is such a folder: the disk's flushes take longer than all else together.
        folder = TemporaryFolder(inMemory: true)
        clock = ManualClock(start: scenario.start)
        scheduler = SeededScheduler(seed: generator.next())
        trace = Trace(clock: clock, folder: folder.path(""))
        try FileManager.default.createDirectory(
            atPath: folder.path("spool/.hashdrop"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try FileManager.default.createDirectory(
            atPath: folder.path("reports"), withIntermediateDirectories: true)
        let database = try HashdropDatabase(
            path: folder.path("spool/.hashdrop/hashdrop.sqlite"), endpoint: nil)
        try ReportsFolder.begin(at: folder.path("reports"), database: database)
        inspector = Inspector(database: database)
        virusTotal = ScriptedVirusTotal(
            scenario, clock: clock, inspector: inspector, trace: trace, using: &generator)
        users = scenario.users.map(\.name)
        for user in scenario.users { try add(user.name, weight: user.weight) }
    }

    /// Runs the seed to its end.
    static func run(seed: UInt64) -> Outcome {
        do {
            let simulation = try Simulation(seed: seed)
            var failure: String?
            do {
                try simulation.run()
            } catch {
                failure = simulation.account(of: error)
            }
            simulation.abandon()
            return Outcome(
                seed: seed, failure: failure, statistics: simulation.statistics,
                trace: simulation.trace.all)
        } catch {
            return Outcome(
                seed: seed, failure: "seed \(seed) cannot begin: \(error)", statistics: .init(), trace: [])
        }
    }

    private func run() throws {
        trace.note("\(scenario)")
        try startDaemon()
        try settle()
        for _ in 0..<scenario.steps {
            trace.beginStep()
            try act()
            try settle()
            try check()
        }
        trace.beginStep()
        try calmDown()
        try checkTheEnd()
    }

    /// Ends a daemon that a failed run has left.
    private func abandon() {
        virusTotal.lose()
        daemon?.kill()
        daemon = nil
    }

    private func account(of error: any Error) -> String {
        """
        Seed \(seed), step \(trace.step) of \(scenario.steps): \(error)
        Repeat it with: make simulate SEED=\(seed)
        The last steps:
        \(trace.last(steps: 12))
        """
    }
}

/// What a run has seen, so that a simulation in which nothing happens is noticed.
struct Statistics: Sendable {
    var steps = 0
    var requests = 0
    var jobs = 0
    var events: [String: Int] = [:]

    mutating func count(_ event: String) { events[event, default: 0] += 1 }

    static func += (a: inout Statistics, b: Statistics) {
        a.steps += b.steps
        a.requests += b.requests
        a.jobs += b.jobs
        a.events.merge(b.events, uniquingKeysWith: +)
    }
}
