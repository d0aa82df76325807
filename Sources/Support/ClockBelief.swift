package import Foundation

/// A leap of the wall clock that was believed, because it held.
package struct ClockLeap: Hashable, Sendable {
    /// How far the clock went: back if negative.
    package var offset: Duration
    /// When it was believed, on the clock that never steps.
    package var believedAt: Duration
    /// Whether the machine was off meanwhile, so that the clock may have gone on rightly.
    package var mayBeTime: Bool

    package init(offset: Duration, believedAt: Duration, mayBeTime: Bool = false) {
        self.offset = offset
        self.believedAt = believedAt
        self.mayBeTime = mayBeTime
    }
}

/// What is remembered of the time across starts: the newest moment that was believed.
package struct ClockMemory: Hashable, Sendable {
    package var wall: Date
    package var monotonic: Duration
    /// The start of the machine that `monotonic` counts from.
    package var bootID: String

    package init(wall: Date, monotonic: Duration, bootID: String) {
        self.wall = wall
        self.monotonic = monotonic
        self.bootID = bootID
    }
}

/// What time it is, by a wall clock that may be wrong: the time goes on steadily, and a leap is believed once
/// it has held for a minute. Pure: the readings are given.
///
/// | the wall clock | what is believed |
/// | --- | --- |
/// | differs by up to 2 s from the time that has passed | the wall clock |
/// | leaps, and is put right within a minute | nothing of it |
/// | leaps, and holds | the leap, after a minute; `ClockReading.leap` says so from then on |
/// | is ahead at a start of the machine, which may have been off | the wall clock; over a day is a leap |
/// | is behind the newest moment at a start of the machine | that moment goes on; the leap after a minute |
///
/// A leap that is believed may still be wrong. What must not be done on a wrong one, such as to delete or to
/// spend a quota again, asks `ClockReading.leap` and counts on the clock that never steps.
package struct ClockBelief: Sendable {
    private var anchor: ClockReading
    private var doubt: Doubt?
    private let bootID: String

    /// A leap that is not believed yet.
    private struct Doubt {
        var offset: Duration
        var since: Duration
    }

    /// A correction by NTP may step so far; a quota's period begins 2 s late for the same reason.
    package static let tolerance: Duration = .seconds(2)
    /// How long a leap must hold.
    package static let hold: Duration = .seconds(60)
    /// Leaps up to this are followed without a note: they move no day worth the name.
    package static let noticed: Duration = .seconds(60)
    /// How long a machine may be off without a doubt about its clock.
    package static let offMax: Duration = .seconds(86_400)

    /// - Parameters:
    ///   - memory: of the run before; nil if there is none.
    ///   - reading: of the machine's clocks, now.
    package init(memory: ClockMemory?, reading: ClockReading, bootID: String) {
        self.bootID = bootID
        anchor = reading
        guard let memory else { return }
        if memory.bootID == bootID, reading.monotonic >= memory.monotonic {
            anchor.wall = memory.wall + (reading.monotonic - memory.monotonic)
            return
        }
        let gap = Duration.seconds(reading.wall.timeIntervalSince(memory.wall))
        if gap < .zero - Self.tolerance {
            anchor.wall = memory.wall
        } else if gap > Self.offMax {
            anchor.leap = ClockLeap(offset: gap, believedAt: reading.monotonic, mayBeTime: true)
        }
    }

    /// What is believed at a reading of the machine's clocks; readings come in their order.
    package mutating func believe(_ reading: ClockReading) -> ClockReading {
        let passed = reading.monotonic - anchor.monotonic
        var believed = ClockReading(
            wall: anchor.wall + passed, monotonic: reading.monotonic, leap: anchor.leap)
        let offset = Duration.seconds(reading.wall.timeIntervalSince(believed.wall))
        if abs(offset) <= Self.tolerance {
            believed.wall = reading.wall
            doubt = nil
        } else if let doubt, abs(offset - doubt.offset) <= Self.tolerance {
            if reading.monotonic - doubt.since >= Self.hold {
                believed.wall = reading.wall
                if abs(offset) > Self.noticed {
                    believed.leap = ClockLeap(offset: offset, believedAt: reading.monotonic)
                }
                self.doubt = nil
            }
        } else {
            doubt = Doubt(offset: offset, since: reading.monotonic)
        }
        anchor = believed
        return believed
    }

    /// How far the wall clock is ahead of what is believed; nil if there is no doubt.
    package var doubtedOffset: Duration? { doubt?.offset }

    /// What the next run must know.
    package var memory: ClockMemory {
        ClockMemory(wall: anchor.wall, monotonic: anchor.monotonic, bootID: bootID)
    }

    private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
}
