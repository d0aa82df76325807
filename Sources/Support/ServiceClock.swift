package import Foundation
import Glibc

/// One reading of two clocks: the wall clock, for days, months and what is shown, and one that never steps,
/// for minutes and waits.
package struct ClockReading: Hashable, Sendable {
    package var wall: Date
    /// The machine's uptime, suspension included: comparable between processes, and starts of the daemon,
    /// that read the same `ServiceClock.bootID`.
    package var monotonic: Duration
    /// The last leap of the wall clock that was believed, in this run of the daemon.
    package var leap: ClockLeap?

    package init(wall: Date, monotonic: Duration, leap: ClockLeap? = nil) {
        self.wall = wall
        self.monotonic = monotonic
        self.leap = leap
    }

    /// Whether the wall clock was put back since an earlier reading, by more than a second.
    package func isPutBack(since earlier: ClockReading) -> Bool {
        wall.timeIntervalSince(earlier.wall) < (monotonic - earlier.monotonic).seconds - 1
    }

    package static func + (moment: ClockReading, duration: Duration) -> ClockReading {
        ClockReading(
            wall: moment.wall + duration, monotonic: moment.monotonic + duration, leap: moment.leap)
    }
}

extension Duration {
    /// The duration in seconds, fractions among them.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    /// The duration in milliseconds, rounded towards zero; beyond Int64 the greatest or least of its numbers.
    ///
    /// Exact: a quotient of durations is a number of floating point, and 13 hours by it are 46,799,999 ms.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000)
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        guard !whole.overflow, !sum.overflow else { return seconds < 0 ? .min : .max }
        return sum.partialValue
    }
}

/// Clock of a service: tells the time and waits. A test's clock stands still until the test moves it.
package protocol ServiceClock: Sendable {
    var now: ClockReading { get }
    /// Which start of the machine `ClockReading.monotonic` counts from.
    var bootID: String { get }
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
    /// Source: random(4), "/proc/sys/kernel/random/boot_id".
    ///
    /// Without that file, as in some containers, all starts of the machine look like one: an uptime that has
    /// become shorter then says that it is another.
    package let bootID: String
    /// What a preloaded library has added to the clock, as libfaketime does to all of them.
    private let fakedUptime: Duration

    package init() {
        let file = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .ascii)
        bootID = file?.trimmingCharacters(in: .newlines) ?? ""
        let words = (try? String(contentsOfFile: "/proc/uptime", encoding: .ascii))?.split(separator: " ")
        let uptime = words?.first.flatMap { Double($0) }.map { Duration.seconds($0) }
        let difference = uptime.map { Self.uptime - $0 } ?? .zero
        // The file is as old as its reading.
        fakedUptime = difference.seconds.magnitude > 5 ? difference : .zero
    }

    package var now: ClockReading { ClockReading(wall: Date(), monotonic: Self.uptime - fakedUptime) }

    private static var uptime: Duration {
        var uptime = timespec()
        clock_gettime(CLOCK_BOOTTIME, &uptime)
        return .seconds(uptime.tv_sec) + .nanoseconds(uptime.tv_nsec)
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
