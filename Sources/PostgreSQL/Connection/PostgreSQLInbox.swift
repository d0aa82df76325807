import Synchronization

/// Queue of orders from other threads to the client's thread.
final class PostgreSQLInbox: Sendable {
    typealias Reply = CheckedContinuation<Result<PostgreSQLRows, PostgreSQLError>, Never>

    enum Order {
        case run(PostgreSQLStatement, session: UInt64, Reply)
        /// A session is over: what it has begun and not committed is rolled back.
        case end(session: UInt64)
        case listen(channel: String, Reply)
    }

    private struct State {
        var orders: [Order] = []
        /// Set once: the client takes no more orders.
        var isStopped = false
        /// Set once: the thread has ended, and with it the connection.
        var hasEnded = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// For the client's thread, which waits in it.
    let wakeUp: WakeUp

    init(wakeUp: WakeUp) { self.wakeUp = wakeUp }

    var isStopped: Bool { state.withLock(\.isStopped) }

    /// What becomes of a statement; waits for its end.
    func outcome(
        of statement: PostgreSQLStatement, session: UInt64
    ) async throws(PostgreSQLError) -> PostgreSQLRows {
        let result: Result<PostgreSQLRows, PostgreSQLError> = await withCheckedContinuation { reply in
            submit(.run(statement, session: session, reply))
        }
        return try result.get()
    }

    /// Waits until the client listens to a channel.
    func listen(to channel: String) async throws(PostgreSQLError) {
        let result: Result<PostgreSQLRows, PostgreSQLError> = await withCheckedContinuation { reply in
            submit(.listen(channel: channel, reply))
        }
        _ = try result.get()
    }

    func end(session: UInt64) { submit(.end(session: session)) }

    /// Ends the thread; what is under way and what comes later fails. Later calls do nothing.
    func stop() {
        state.withLock { $0.isStopped = true }
        wakeUp.wake()
    }

    /// Waits for the thread's end.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiting.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// The next order, or nil if there is none. For the thread.
    func take() -> Order? {
        state.withLock { state in state.orders.isEmpty ? nil : state.orders.removeFirst() }
    }

    /// Says that the connection is closed, and fails what was not taken. The thread's last act.
    func close() {
        let (orders, waiting) = state.withLock { state in
            state.isStopped = true
            state.hasEnded = true
            defer { (state.orders, state.waiting) = ([], []) }
            return (state.orders, state.waiting)
        }
        for order in orders { Self.refuse(order) }
        for continuation in waiting { continuation.resume() }
    }

    private func submit(_ order: Order) {
        let isOpen = state.withLock { state in
            if !state.isStopped { state.orders.append(order) }
            return !state.isStopped
        }
        guard isOpen else { return Self.refuse(order) }
        wakeUp.wake()
    }

    private static func refuse(_ order: Order) {
        switch order {
        case .run(_, _, let reply), .listen(_, let reply): reply.resume(returning: .failure(.closed))
        case .end: break
        }
    }
}
