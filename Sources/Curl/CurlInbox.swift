import CCurl
import Synchronization

/// The multi handle, for use by the client's thread; other threads may only wake it up.
struct CurlMulti: @unchecked Sendable {
    // Unchecked: `curl_multi_wakeup` is the one call that libcurl allows from another thread, and `CurlInbox`
    // makes it under the lock that `close` takes before the handle is cleaned up.
    let pointer: UnsafeMutableRawPointer
}

/// Queue of orders from other threads to the client's thread.
final class CurlInbox: Sendable {
    enum Order {
        case start(CurlExchange)
        case drop(CurlExchange)
    }

    private struct State {
        var orders: [Order] = []
        /// Set once: the client takes no more requests, and this is what they get.
        var stop: CurlError?
        /// Nil once the thread has ended.
        var multi: CurlMulti?
    }

    private let state: Mutex<State>

    init(multi: CurlMulti) {
        state = Mutex(State(multi: multi))
    }

    /// Hands an exchange to the thread, or settles it at once if the client is stopped.
    func submit(_ exchange: CurlExchange) {
        let stop: CurlError? = state.withLock { state in
            if let stop = state.stop { return stop }
            state.orders.append(.start(exchange))
            Self.wake(state)
            return nil
        }
        if let stop { exchange.settle(.failure(stop)) }
    }

    /// Settles an exchange as cancelled and lets the thread close its transfer.
    ///
    /// The caller does not wait for the thread: closing a transfer may block in the name lookup.
    func cancel(_ exchange: CurlExchange) {
        exchange.settle(.failure(.cancelled))
        state.withLock { state in
            guard state.stop == nil else { return }
            state.orders.append(.drop(exchange))
            Self.wake(state)
        }
    }

    /// Ends the thread; everything open fails with `reason`. Later calls do nothing.
    func stop(_ reason: CurlError) {
        state.withLock { state in
            guard state.stop == nil else { return }
            state.stop = reason
            Self.wake(state)
        }
    }

    /// The orders since the last call, or nil once stopped. For the thread.
    func take() -> [Order]? {
        state.withLock { state in
            guard state.stop == nil else { return nil }
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// Ends all waking up; returns the orders that were not taken and the reason to fail them with. For the
    /// thread.
    func close() -> (orders: [Order], reason: CurlError) {
        state.withLock { state in
            defer { (state.orders, state.multi) = ([], nil) }
            return (state.orders, state.stop ?? .shutDown)
        }
    }

    private static func wake(_ state: State) {
        guard let multi = state.multi else { return }
        // It can fail only for a bad handle or a full pipe; a full pipe wakes the thread as well.
        _ = curl_multi_wakeup(multi.pointer)
    }
}
