import Foundation
import Lookup
import Support
import Synchronization
import TestSupport

/// A clock that stands still while anything is under way, and then jumps to the next moment that somebody
/// waits for.
///
/// "Under way" is what was announced by `begin` (a real request to the simulator), and a dispatcher that does
/// not wait. So a day of pauses takes seconds, and a slow machine sees the same times as a fast one.
final class VirtualClock: ServiceClock {
    fileprivate struct Sleeper {
        var id: Int
        var until: Duration
        var isDispatcher: Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    fileprivate struct State {
        var now: Duration = .seconds(1000)
        /// What the wall's time was put forward by hand.
        var wallOffset: Duration = .zero
        var underWay = 0
        var sleepers: [Sleeper] = []
        var nextID = 0
        var isStopped = false
        /// Goes up with every change.
        var version = 0
    }

    private let state = Mutex(State())
    private let start: Date

    /// - Parameter start: the wall's time at the beginning.
    init(start: Date = Samples.now) { self.start = start }

    var now: ClockReading {
        let (monotonic, offset) = state.withLock { ($0.now, $0.wallOffset) }
        return ClockReading(
            wall: start.addingTimeInterval((monotonic - .seconds(1000) + offset).seconds),
            monotonic: monotonic)
    }

    /// Somebody puts the wall's clock forward, or back; nobody who sleeps notices.
    func stepWall(by offset: Duration) { change { $0.wallOffset += offset } }

    /// Something real begins, during which the time stands still.
    func begin() { change { $0.underWay += 1 } }

    func end() { change { $0.underWay -= 1 } }

    /// The dispatcher waits: nothing happens before an event or this moment.
    func sleep(for duration: Duration) async throws { try await sleep(duration, isDispatcher: true) }

    /// A part of the world outside takes its time.
    func pass(_ duration: Duration) async throws { try await sleep(duration, isDispatcher: false) }

    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        state.withLock { state in
            state.version += 1
            return body(&state)
        }
    }

    private func sleep(_ duration: Duration, isDispatcher: Bool) async throws {
        let id = change { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = change { state in
                    guard duration > .zero, !Task.isCancelled, !state.isStopped else { return true }
                    state.sleepers.append(
                        Sleeper(
                            id: id, until: state.now + duration, isDispatcher: isDispatcher,
                            continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = change { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the time on, for as long as the surrounding task is not cancelled.
    func run() async {
        while !Task.isCancelled {
            await untilQuiet()
            let woken = change { state -> Sleeper? in
                guard state.isQuiet,
                    let next = state.sleepers.indices.min(by: {
                        (state.sleepers[$0].until, state.sleepers[$0].id)
                            < (state.sleepers[$1].until, state.sleepers[$1].id)
                    })
                else { return nil }
                let sleeper = state.sleepers.remove(at: next)
                state.now = max(state.now, sleeper.until)
                return sleeper
            }
            woken?.continuation.resume()
        }
        let rest = change { state in
            state.isStopped = true
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for sleeper in rest { sleeper.continuation.resume() }
    }

    /// Returns when nothing has changed for a moment and everything waits.
    ///
    /// What was woken needs a while before it says what it does next. The longer the jump, the longer the
    /// moment: a second too early changes nothing, an hour would.
    private func untilQuiet() async {
        var version = -1
        while !Task.isCancelled {
            let (jump, newest) = state.withLock { ($0.nextJump, $0.version) }
            if jump != nil, newest == version { return }
            version = newest
            let moment = jump.map { min(Self.quietMomentMax, Self.quietMomentMin + $0 / 5000) }
            try? await ContinuousClock().sleep(for: moment ?? Self.quietMomentMin)
        }
    }

    private static let quietMomentMin: Duration = .microseconds(400)
    private static let quietMomentMax: Duration = .milliseconds(250)
}

extension VirtualClock.State {
    fileprivate var isQuiet: Bool { underWay == 0 && sleepers.contains(where: \.isDispatcher) }

    /// How far the time would move now; nil if something is under way.
    fileprivate var nextJump: Duration? {
        isQuiet ? sleepers.map { $0.until - now }.min() : nil
    }
}
