import Synchronization

/// Promise of the port that a server is bound to.
final class BoundAddress: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Int, any Error>])
        case known(Result<Int, any Error>)
    }

    private let state = Mutex(State.waiting([]))

    /// The port once it is known. Throws the error that `settle` was given instead.
    func port() async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            let known = state.withLock { state -> Result<Int, any Error>? in
                switch state {
                case .known(let result): return result
                case .waiting(let earlier):
                    state = .waiting(earlier + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(with: known) }
        }
    }

    /// The port, or nil before the server listens.
    var portIfKnown: Int? {
        state.withLock { if case .known(.success(let port)) = $0 { port } else { nil } }
    }

    /// Resumes all callers of `port()`; only the first call counts.
    func settle(_ result: Result<Int, any Error>) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int, any Error>] in
            guard case .waiting(let waiting) = state else { return [] }
            state = .known(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(with: result) }
    }
}
