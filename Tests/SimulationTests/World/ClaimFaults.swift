import FileSystem
import Glibc
import Spool
import Synchronization

/// What the simulation does to claims between their steps: a full disk, and a kill.
final class ClaimFaults: Sendable {
    private struct State {
        var isDiskFull = false
        var killStep: ClaimStep?
        var isKilled = false
    }

    /// Thrown by the step at which the daemon is killed, and by every one that it would still reach.
    struct Killed: Error {}

    private let state = Mutex(State())

    /// Whether there is no space for a copy.
    var isDiskFull: Bool {
        get { state.withLock(\.isDiskFull) }
        set { state.withLock { $0.isDiskFull = newValue } }
    }

    /// The step at which the daemon is killed next, if at any.
    var killStep: ClaimStep? {
        get { state.withLock(\.killStep) }
        set { state.withLock { $0.killStep = newValue } }
    }

    var isKilled: Bool { state.withLock(\.isKilled) }

    /// The killed daemon is gone; the next one may live.
    func revive() {
        state.withLock { state in
            state.isKilled = false
            state.killStep = nil
        }
    }

    /// A claim has reached a step.
    ///
    /// - Parameter kill: must see to it that the daemon writes nothing more.
    func reach(_ step: ClaimStep, kill: () -> Void) throws {
        let (mustKill, isKilled, isDiskFull) = state.withLock { state in
            let mustKill = !state.isKilled && state.killStep == step
            if mustKill { state.isKilled = true }
            return (mustKill, state.isKilled, state.isDiskFull)
        }
        if mustKill { kill() }
        if isKilled { throw Killed() }
        if isDiskFull, step == .recordWritten {
            throw FileSystemError("reserve space for", ENOSPC, path: "input")
        }
    }
}
