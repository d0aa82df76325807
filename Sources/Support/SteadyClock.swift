import Synchronization

/// The clock of the daemon's services: the machine's, with leaps of the wall clock believed only once they
/// have held (`ClockBelief`).
package final class SteadyClock: ServiceClock {
    private let base: any ServiceClock
    private let belief: Mutex<ClockBelief>

    package var bootID: String { base.bootID }

    /// - Parameter memory: of the run before; nil if there is none.
    package init(base: any ServiceClock, memory: ClockMemory?) {
        self.base = base
        belief = Mutex(ClockBelief(memory: memory, reading: base.now, bootID: base.bootID))
    }

    package var now: ClockReading {
        // Read under the lock, so that readings come in their order.
        belief.withLock { belief in belief.believe(base.now) }
    }

    package func sleep(for duration: Duration) async throws { try await base.sleep(for: duration) }

    /// How far the wall clock is ahead of what is believed; nil if there is no doubt.
    package var doubtedOffset: Duration? { belief.withLock(\.doubtedOffset) }

    /// What the next run must know.
    package var memory: ClockMemory { belief.withLock(\.memory) }
}
