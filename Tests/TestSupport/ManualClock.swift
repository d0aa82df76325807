package import Foundation
package import Support
import Synchronization

/// Clock that stands still until a test moves it.
///
/// It knows what sleeps, so a test can move it from one deadline to the next, and each sleeper finds the
/// moment that it waited for.
package final class ManualClock: ServiceClock {
    private struct Sleeper {
        var id: Int
        var end: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var passed: Duration = .zero
        /// How far the wall clock is ahead of the true time.
        var wallOffset: Duration = .zero
        /// When the machine last started, and how often it has.
        var boot: (at: Duration, number: Int) = (.zero, 1)
        var sleepers: [Sleeper] = []
        var nextID = 0
    }

    private let start: Date
    private let state = Mutex(State())

    /// - Parameter start: the wall's time at the beginning.
    package init(start: Date = Samples.now) { self.start = start }

    package var now: ClockReading {
        state.withLock { state in
            ClockReading(
                wall: start + (state.passed + state.wallOffset).seconds,
                monotonic: state.passed - state.boot.at)
        }
    }

    package var bootID: String { "boot \(state.withLock { $0.boot.number })" }

    /// The machine starts again: its uptime begins at nothing.
    package func boot() { state.withLock { $0.boot = ($0.passed, $0.boot.number + 1) } }

    /// The true time since the beginning, whatever became of the machine.
    package var passed: Duration { state.withLock { $0.passed } }

    /// What a wall clock shows that was never put forward or back.
    package var trueTime: Date { start + state.withLock { $0.passed }.seconds }

    /// How far the wall clock is ahead of the true time.
    package var wallOffset: Duration { state.withLock { $0.wallOffset } }

    /// Puts the wall clock forward, or back; what sleeps does not notice.
    package func stepWall(by step: Duration) { state.withLock { $0.wallOffset += step } }

    /// How many tasks sleep.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// When the next sleep is over; nil if nothing sleeps.
    package var nextDeadline: Duration? { state.withLock { $0.sleepers.map(\.end).min() } }

    /// Moves the time on and wakes the tasks whose sleep is over, the earliest first.
    package func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.passed += duration
            let woken = state.sleepers.filter { $0.end <= state.passed }
            state.sleepers.removeAll { $0.end <= state.passed }
            return woken.sorted { ($0.end, $0.id) < ($1.end, $1.id) }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Moves the time on to a moment since the beginning; one that is over moves nothing.
    package func advance(to moment: Duration) { advance(by: max(.zero, moment - passed)) }

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
                    state.sleepers.append(
                        Sleeper(id: id, end: state.passed + duration, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
