import Foundation
import Lookup
import Support
import Synchronization
import TestSupport

// How time passes: from one moment for which something waits to the next.
extension Simulation {
    var now: Duration { clock.passed }

    /// More jobs than this without a pause are a loop.
    private static let jobsMax = 500_000

    /// Lets everything run until it waits for the clock or for the next step.
    func settle() throws {
        guard scheduler.run(jobs: Self.jobsMax) == .idle else {
            throw Violation("The daemon never comes to rest: \(Self.jobsMax) jobs without a pause.")
        }
        guard !scheduler.hasStrays else {
            throw Violation("A task was resumed by a thread that is not under the simulation's control.")
        }
        if claimFaults.isKilled { try buryDaemon() }
        if let end = daemon?.end { throw Violation("The daemon ended by itself: \(end)") }
        if daemon != nil, !isDatabaseFull { try noteRecorded() }
        if let complaint = virusTotal.complaints.first { throw Violation(complaint) }
    }

    /// What has been answered is recorded, unless the database could not be written.
    private func noteRecorded() throws {
        guard virusTotal.hasUnsettled,
            try health()?.waitReason?.contains("database cannot be written") != true
        else { return }
        virusTotal.settle()
    }

    /// Lets time pass; whatever waits for a moment of it has that moment.
    func pass(_ duration: Duration) throws {
        let end = now + duration
        var nextLook = now + Self.lookInterval
        while true {
            try settle()
            let next = min(clock.nextDeadline ?? end, end, nextLook)
            clock.advance(to: next)
            if next == nextLook {
                try settle()
                try checkWaits()
                nextLook = next + Self.lookInterval
            }
            guard next < end else { break }
        }
        try settle()
    }

    /// How often the waits are looked at.
    private static let lookInterval: Duration = .seconds(20)

    /// The machine sleeps: all clocks go on, and nothing runs meanwhile.
    func suspend(_ duration: Duration) throws {
        try noteJobs()
        virusTotal.machineSleeps()
        clock.advance(to: now + duration)
        calmSince = now
        try settle()
    }

    /// A moment at which something has just been woken and may be in the middle of its work.
    func stirUp() throws {
        guard daemon != nil, let next = clock.nextDeadline, next - now < .seconds(60) else { return }
        clock.advance(to: next)
        _ = scheduler.run(jobs: generator.below(60))
        if claimFaults.isKilled { try buryDaemon() }
    }

    /// The value of an actor's function; for a simulation at rest.
    func value<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) throws -> Value {
        let box = Box<Value>()
        scheduler.start { box.set(await body()) }
        _ = scheduler.run(jobs: Self.jobsMax)
        guard let value = box.value else { throw Violation("An actor does not answer.") }
        return value
    }

    private final class Box<Value: Sendable>: Sendable {
        private let state = Mutex<Value?>(nil)
        var value: Value? { state.withLock { $0 } }
        func set(_ value: Value) { state.withLock { $0 = value } }
    }
}
