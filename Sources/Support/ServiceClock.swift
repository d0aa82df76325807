package import Foundation

/// One reading of two clocks: the wall clock, for days, months and what is shown, and one that never steps,
/// for minutes and waits.
package struct ClockReading: Hashable, Sendable {
    package var wall: Date
    /// Since an arbitrary start; only differences mean something.
    package var monotonic: Duration

    package init(wall: Date, monotonic: Duration) {
        self.wall = wall
        self.monotonic = monotonic
    }

    package static func + (moment: ClockReading, duration: Duration) -> ClockReading {
        ClockReading(wall: moment.wall + duration, monotonic: moment.monotonic + duration)
    }
}

extension Duration {
    /// The duration in seconds, fractions among them.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// Clock of a service: tells the time and waits. A test's clock stands still until the test moves it.
package protocol ServiceClock: Sendable {
    var now: ClockReading { get }
    /// Returns after `duration`, or earlier by throwing if the task is cancelled.
    func sleep(for duration: Duration) async throws
}

extension ServiceClock {
    /// Calls `slice` until it says that nothing is left, and rests after each call for as long as it took:
    /// others that wait for the same resource have half of the time. Runs on the caller's actor.
    package func runSlices(
        isolation: isolated (any Actor)? = #isolation, _ slice: () throws -> Bool
    ) async throws {
        var began = now.monotonic
        while try slice() {
            try await sleep(for: now.monotonic - began)
            began = now.monotonic
        }
    }
}

/// The machine's clocks.
package struct SystemClock: ServiceClock {
    private let start = ContinuousClock.now

    package init() {}

    package var now: ClockReading {
        ClockReading(wall: Date(), monotonic: ContinuousClock.now - start)
    }

    package func sleep(for duration: Duration) async throws {
        let end = ContinuousClock.now + duration
        var left = duration
        repeat {
            try await CancellableTimer().wait(min(max(.zero, left), Self.longestWait))
            left = end - ContinuousClock.now
        } while left > .zero
    }

    /// A timer stands still while the machine is suspended; the clock does not, and is looked at this often.
    private static let longestWait: Duration = .seconds(60)
}
