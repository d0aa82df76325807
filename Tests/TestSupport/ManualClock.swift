package import Foundation
package import Support
import Synchronization

/// Clock that stands still until a test moves it.
package final class ManualClock: ServiceClock {
    private struct Sleeper {
        var end: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var passed: Duration = .zero
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
    }

    private let start: Date
    private let state = Mutex(State())

    /// - Parameter start: the wall's time at the beginning.
    package init(start: Date = Samples.now) { self.start = start }

    package var now: ClockReading {
        let passed = state.withLock { $0.passed }
        return ClockReading(wall: start + passed.seconds, monotonic: passed)
    }

    /// How many tasks sleep.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves the time on and wakes the tasks whose sleep is over, the earliest first.
    package func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.passed += duration
            let woken = state.sleepers.filter { $0.value.end <= state.passed }
            for id in woken.keys { state.sleepers[id] = nil }
            return woken.values.sorted { $0.end < $1.end }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    package func sleep(for duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    // A cancellation that came before is not told again.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if duration <= .zero { return .success(()) }
                    state.sleepers[id] = Sleeper(end: state.passed + duration, continuation: continuation)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
