import Support
import Synchronization
import TestSupport
import Testing

struct ServiceClockTests {
    /// Clock that remembers how long it slept.
    private final class RestingClock: ServiceClock {
        private let state = Mutex((passed: Duration.zero, rests: [Duration]()))

        var now: ClockReading { ClockReading(wall: Samples.now, monotonic: state.withLock { $0.passed }) }
        let bootID = ""
        var rests: [Duration] { state.withLock { $0.rests } }

        func pass(_ duration: Duration) { state.withLock { $0.passed += duration } }
        func sleep(for duration: Duration) async throws { state.withLock { $0.rests.append(duration) } }
    }

    @Test func betweenSlicesOthersHaveAsLongAsEachTook() async throws {
        let clock = RestingClock()
        var slices = 0
        try await clock.runSlices {
            slices += 1
            clock.pass(.seconds(slices))
            return slices < 3
        }
        #expect(slices == 3)
        #expect(clock.rests == [.seconds(1), .seconds(2)])
    }

    @Test func millisecondsAreWholeAndExact() {
        for hours in 0...10_000 {
            #expect(Duration.seconds(hours * 3_600).wholeMilliseconds == Int64(hours) * 3_600_000)
        }
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(-1_999).wholeMilliseconds == -1)
        #expect(Duration.milliseconds(-3).wholeMilliseconds == -3)
        #expect(Duration.seconds(Int64.max / 1_000).wholeMilliseconds == Int64.max / 1_000 * 1_000)
        #expect(Duration.seconds(Int64.max / 1_000 + 1).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min / 1_000 - 1).wholeMilliseconds == .min)
    }
}
