import Support
import TestSupport
import Testing

@testable import Support

struct CancellableTimerTests {
    @Test func itEndsAtItsTime() async throws {
        let start = ContinuousClock.now
        try await SystemClock().sleep(for: .milliseconds(20))
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        try await SystemClock().sleep(for: .zero)
        try await SystemClock().sleep(for: .seconds(-5))
    }

    @Test func aCancelledOneEndsAtOnceAndLeavesNothing() async throws {
        weak var remains: CancellableTimer?
        let task: Task<Void, any Error>
        do {
            let alarm = CancellableTimer()
            remains = alarm
            task = Task { try await alarm.wait(.seconds(3600)) }
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let isGone = { @Sendable [weak remains] in remains == nil }
        try await eventually("it is gone") { isGone() }
    }

    @Test func oneThatIsCancelledBeforeItBeginsEndsAtOnce() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await SystemClock().sleep(for: .seconds(3600))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
