import Support
import Synchronization

/// A question to the daemon that is waited for for half a second at most.
///
/// A daemon that does not answer is asked once: further requests wait for the same answer, so that questions
/// do not pile up behind a disk that hangs.
final class BoundedQuestion<Answer: Sendable>: Sendable {
    private struct State {
        var isAsked = false
        var waiting: [Int: AsyncStream<Answer?>.Continuation] = [:]
        var nextID = 0
    }

    private static var limit: Duration { .milliseconds(500) }

    private let clock: any ServiceClock
    private let ask: @Sendable () async -> Answer
    private let state = Mutex(State())

    init(clock: any ServiceClock, _ ask: @escaping @Sendable () async -> Answer) {
        self.clock = clock
        self.ask = ask
    }

    /// Nil if there is none in time.
    func answer() async -> Answer? {
        let (answers, continuation) = AsyncStream<Answer?>.makeStream()
        let (id, isFirst) = state.withLock { state in
            state.nextID += 1
            state.waiting[state.nextID] = continuation
            defer { state.isAsked = true }
            return (state.nextID, !state.isAsked)
        }
        defer { state.withLock { _ = $0.waiting.removeValue(forKey: id) } }
        // No child task: a parent waits for its children, and what is blocked hears of no cancellation.
        if isFirst { Task { tell(await ask()) } }
        let timer = Task {
            try await clock.sleep(for: Self.limit)
            continuation.yield(nil)
        }
        defer { timer.cancel() }
        return await answers.first { _ in true } ?? nil
    }

    private func tell(_ answer: Answer) {
        let waiting = state.withLock { state in
            state.isAsked = false
            return state.waiting.values
        }
        for continuation in waiting { continuation.yield(answer) }
    }
}
