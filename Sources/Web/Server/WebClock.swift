package import Foundation

/// The time, as the page needs it; tests give their own.
package struct WebClock: Sendable {
    /// For sessions, which outlive the daemon.
    package var wall: @Sendable () -> Date
    /// For waits: goes on evenly whatever happens to the system's clock.
    package var monotonic: @Sendable () -> Duration

    package init(
        wall: @escaping @Sendable () -> Date, monotonic: @escaping @Sendable () -> Duration
    ) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// The machine's own.
    package static let system: WebClock = {
        let start = ContinuousClock.now
        return WebClock(wall: { Date() }, monotonic: { ContinuousClock.now - start })
    }()
}
