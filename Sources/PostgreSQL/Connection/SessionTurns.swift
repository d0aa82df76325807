import Synchronization

/// Turns of sessions on the one connection, in the order in which they were asked for.
final class SessionTurns: Sendable {
    private struct State {
        var isTaken = false
        /// Of the session that has its turn; each has a greater one than those before it.
        var session: UInt64 = 0
        var lastTicket: UInt64 = 0
        var waiting: [(ticket: UInt64, continuation: CheckedContinuation<UInt64?, Never>)] = []

        mutating func next() -> UInt64 {
            session += 1
            return session
        }
    }

    private let state = Mutex(State())

    /// Waits for a turn; `leave` ends it.
    ///
    /// - Returns: the session's number, or nil if the task was cancelled before its turn came.
    func take() async -> UInt64? {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A cancellation after this look finds the continuation in the queue.
                let answer: UInt64?? = state.withLock { state in
                    guard !Task.isCancelled else { return .some(nil) }
                    guard state.isTaken else {
                        state.isTaken = true
                        return state.next()
                    }
                    state.waiting.append((ticket, continuation))
                    return .none
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0) }
            }
            continuation?.continuation.resume(returning: nil)
        }
    }

    /// Ends a turn; the next one begins.
    func leave() {
        let next: (CheckedContinuation<UInt64?, Never>, UInt64)? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isTaken = false
                return nil
            }
            return (state.waiting.removeFirst().continuation, state.next())
        }
        next?.0.resume(returning: next?.1)
    }
}
