import Model
import Synchronization

/// What another part of the daemon says, for pages that must not stand still while that part is busy.
///
/// The lookups wait for the database's writer as the sessions did (`SessionCache`). So each question is asked in the
/// background, and a page that has not been answered in a moment shows what was said before.
final class CachedValue<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        /// How often there was an answer.
        var answers = 0
    }

    private let patience: Duration
    private let ask: @Sendable () async -> Value
    private let state = Mutex(State())
    private let questions: AsyncStream<Void>
    private let asker: AsyncStream<Void>.Continuation

    /// - Parameter patience: the longest that a page waits for a new answer.
    init(patience: Duration, ask: @escaping @Sendable () async -> Value) {
        self.patience = patience
        self.ask = ask
        // One question answers all who have asked meanwhile.
        (questions, asker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks, for whoever wants to know, until the task is cancelled.
    func run() async {
        for await _ in questions {
            let value = await ask()
            state.withLock {
                $0.value = value
                $0.answers += 1
            }
        }
    }

    /// The answer as of now, or else the one before; nil while there was none.
    func latest() async -> Value? {
        let before = state.withLock { $0.answers }
        asker.yield()
        let end = ContinuousClock.now + patience
        while state.withLock({ $0.answers }) == before, ContinuousClock.now < end {
            // Cancelled: nobody waits for the page any more.
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { break }
        }
        return state.withLock { $0.value }
    }
}

extension DaemonQueries {
    /// The same, for pages that must not stand still.
    func asked(
        by estimates: CachedValue<[JobID: JobEstimate]>, _ operations: CachedValue<OperationsView>
    ) -> DaemonQueries {
        DaemonQueries(
            estimates: { await estimates.latest() ?? [:] },
            operations: { await operations.latest() ?? Self.silence }, waiting: waiting)
    }

    private static let silence = OperationsView(
        waitReason: "The lookups are too busy to say how they are; this page asks again by itself.")
}
