import Synchronization

/// One request on its way: settled exactly once, by the first event – the answer, an error or the
/// cancellation.
final class CurlExchange: Sendable {
    /// What is sent, and where to.
    enum Work: Sendable {
        case request(CurlRequest)
        case mail(CurlMail)
    }

    let work: Work
    let url: CurlURL

    typealias Outcome = Result<CurlResponse, CurlError>

    private enum State {
        case open
        case awaited(CheckedContinuation<Outcome, Never>)
        case settled(Outcome)
    }

    private let state = Mutex(State.open)

    init(_ work: Work, to url: CurlURL) {
        self.work = work
        self.url = url
    }

    var isSettled: Bool {
        state.withLock { if case .settled = $0 { true } else { false } }
    }

    /// Ends the exchange with `outcome`; later outcomes are ignored.
    func settle(_ outcome: Outcome) {
        let waiter: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            defer { if case .settled = state {} else { state = .settled(outcome) } }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume(returning: outcome)
    }

    /// Waits for the outcome; may be called once.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let settled: Outcome? = state.withLock { state in
                if case .settled(let outcome) = state { return outcome }
                state = .awaited(continuation)
                return nil
            }
            if let settled { continuation.resume(returning: settled) }
        }
    }
}
