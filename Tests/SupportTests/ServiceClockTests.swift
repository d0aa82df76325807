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
}
