import Foundation
import TestSupport
import Testing

/// The whole pipeline under a manual clock and a seeded generator.
///
/// `make simulate SEED=42` repeats one seed, `make simulate SEEDS=1000` runs a thousand.
@Suite(.limited(.processor))
struct SimulationTests {
    /// Which seeds run: `HASHDROP_SIMULATION_SEED` alone, or `HASHDROP_SIMULATION_SEEDS` of them (default 20)
    /// from `HASHDROP_SIMULATION_FIRST` (default 1) on.
    private static let seeds: ClosedRange<UInt64> = {
        func number(_ name: String) -> UInt64? {
            ProcessInfo.processInfo.environment["HASHDROP_SIMULATION_\(name)"].flatMap(UInt64.init)
        }
        if let seed = number("SEED") { return seed...seed }
        let first = number("FIRST") ?? 1
        return first...(first + max(1, number("SEEDS") ?? 20) - 1)
    }()

    /// `HASHDROP_SIMULATION_VERBOSE=1` tells each seed's time, how often each step was drawn, and of a single
    /// seed all that happened.
    private static let isVerbose = ProcessInfo.processInfo.environment["HASHDROP_SIMULATION_VERBOSE"] != nil

    @Test func theInvariantsHold() async {
        var statistics = Statistics()
        let start = ContinuousClock.now
        for seed in Self.seeds {
            let began = ContinuousClock.now
            let outcome = await blocking { Simulation.run(seed: seed) }
            if Self.isVerbose {
                if Self.seeds.count == 1 { print(outcome.trace.joined(separator: "\n")) }
                print("seed \(seed): \(ContinuousClock.now - began)")
            }
            statistics += outcome.statistics
            if let failure = outcome.failure { Issue.record("\(failure)") }
        }
        let took = ContinuousClock.now - start
        print(
            "\(Self.seeds.count) seeds, \(statistics.steps) steps, \(statistics.jobs) jobs, "
                + "\(statistics.requests) requests, \(took / Self.seeds.count) a seed")
        // A simulation in which something never happens would not notice what that breaks.
        if Self.seeds.count >= 20 {
            for event in Simulation.Step.allCases.map(\.rawValue) + [
                "hintsLost", "hintsOverflow", "shortList",
            ] {
                #expect(statistics.events[event, default: 0] > 0, "never: \(event)")
            }
        }
        guard Self.isVerbose else { return }
        let events = statistics.events.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print(events.joined(separator: ", "))
    }

    /// Or a failing seed could not be repeated.
    @Test func theSameSeedIsTheSameRun() async {
        for seed in Self.seeds.prefix(2) {
            let first = await blocking { Simulation.run(seed: seed) }
            let second = await blocking { Simulation.run(seed: seed) }
            let difference = zip(first.trace, second.trace).first { $0 != $1 }
            #expect(difference == nil, "seed \(seed)")
            #expect(first.trace.count == second.trace.count, "seed \(seed)")
        }
    }
}
