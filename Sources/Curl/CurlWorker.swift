import CCurl

/// The loop of the client's thread: owns the multi handle and everything in it.
///
/// It sleeps in `curl_multi_poll` until a socket is ready, a time limit ends or an order comes in.
final class CurlWorker {
    private let multi: CurlMulti
    private let inbox: CurlInbox
    private let options: CurlOptions
    private var running: [UnsafeMutableRawPointer: CurlHandle] = [:]
    private var idle: [CurlHandle] = []

    /// libcurl shortens the wait by itself when a time limit ends earlier; so long that an idle daemon
    /// sleeps.
    private static let pollMillisecondsMax: Int32 = 3_600_000

    init(multi: CurlMulti, inbox: CurlInbox, options: CurlOptions) {
        self.multi = multi
        self.inbox = inbox
        self.options = options
    }

    /// Works until the inbox is stopped, then fails what is open and cleans up.
    func run() {
        while let orders = inbox.take() {
            for order in orders {
                switch order {
                case .start(let exchange): start(exchange)
                case .drop(let exchange): drop(exchange)
                }
            }
            let code = turn()
            // A multi handle fails only by lack of memory or misuse. To go on might spin.
            if code != CURLM_OK {
                inbox.stop(
                    CurlError(.other, "libcurl failed: \(String(cString: curl_multi_strerror(code)))"))
            }
        }
        end()
    }

    private func turn() -> CURLMcode {
        var count: Int32 = 0
        var code = curl_multi_perform(multi.pointer, &count)
        guard code == CURLM_OK else { return code }
        finishEnded()
        // A wake-up between `take` and here is not lost: it makes this call return at once.
        code = curl_multi_poll(multi.pointer, nil, 0, Self.pollMillisecondsMax, nil)
        return code
    }

    private func start(_ exchange: CurlExchange) {
        // Cancelled before it began: nothing is sent.
        guard !exchange.isSettled else { return }
        do throws(CurlError) {
            let handle = if let idle = idle.popLast() { idle } else { try CurlHandle(options: options) }
            try handle.prepare(for: exchange)
            let code = curl_multi_add_handle(multi.pointer, handle.easy)
            guard code == CURLM_OK else {
                throw CurlError(.other, "libcurl failed: \(String(cString: curl_multi_strerror(code)))")
            }
            running[handle.easy] = handle
        } catch {
            exchange.settle(.failure(error))
        }
    }

    private func drop(_ exchange: CurlExchange) {
        guard let handle = running.values.first(where: { $0.exchange === exchange }) else { return }
        release(handle)
    }

    private func finishEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = running[message.pointee.easy_handle]
            else { continue }
            // Read before the handle is removed: the message dies with it.
            let outcome = handle.outcome(message.pointee.data.result)
            handle.exchange?.settle(outcome)
            release(handle)
        }
    }

    private func release(_ handle: CurlHandle) {
        running[handle.easy] = nil
        curl_multi_remove_handle(multi.pointer, handle.easy)
        handle.clear()
        if idle.count < options.connectionsMax { idle.append(handle) }
    }

    private func end() {
        let (orders, reason) = inbox.close()
        for case .start(let exchange) in orders { exchange.settle(.failure(reason)) }
        // All requests are settled before anything is closed, because closing may block in a name lookup.
        for handle in running.values { handle.exchange?.settle(.failure(reason)) }
        for handle in running.values { curl_multi_remove_handle(multi.pointer, handle.easy) }
        running = [:]
        idle = []
        curl_multi_cleanup(multi.pointer)
    }
}
