import Synchronization
import TestSupport
import Testing

@testable import Monitoring

struct BoundedQuestionTests {
    /// A daemon that answers when it is told to.
    private final class Daemon: Sendable {
        private let state = Mutex<(asked: Int, waiting: [CheckedContinuation<Int, Never>])>((0, []))

        var asked: Int { state.withLock(\.asked) }

        func ask() async -> Int {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.asked += 1
                    state.waiting.append(continuation)
                }
            }
        }

        func answer(_ number: Int) {
            let waiting = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume(returning: number) }
        }
    }

    private let clock = ManualClock()
    private let daemon = Daemon()

    private func question() -> BoundedQuestion<Int> {
        BoundedQuestion(clock: clock) { [daemon] in await daemon.ask() }
    }

    @Test func anAnswerEndsTheWaitAtOnce() async throws {
        let question = question()
        async let answer = question.answer()
        try await eventually("it is asked") { daemon.asked == 1 }
        daemon.answer(7)
        #expect(await answer == 7)
        try await eventually("nothing waits any more") { clock.sleeperCount == 0 }
    }

    @Test func aDaemonThatHangsIsAskedOnceAndWaitedForForHalfASecond() async throws {
        let question = question()
        async let first = question.answer()
        try await eventually("it waits") { clock.sleeperCount == 1 }
        async let second = question.answer()
        try await eventually("both wait") { clock.sleeperCount == 2 }
        clock.advance(by: .milliseconds(500))
        let unanswered = await [first, second]
        #expect(unanswered == [nil, nil])
        async let third = question.answer()
        try await eventually("the third waits") { clock.sleeperCount == 1 }
        #expect(daemon.asked == 1)
        // The late answer is for those who wait now, and the next one is asked again.
        daemon.answer(3)
        #expect(await third == 3)
        async let fourth = question.answer()
        try await eventually("it is asked again") { daemon.asked == 2 }
        daemon.answer(4)
        #expect(await fourth == 4)
    }
}
