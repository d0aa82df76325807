import CCurl
import Foundation
import Glibc

/// HTTP and mail through libcurl: many requests at a time on one thread, HTTP's connections kept for later
/// ones.
///
/// libcurl itself repeats a request once when a kept connection turns out to be closed before a byte of the
/// answer; nothing else is repeated. The client stops when it is released or by `shutdown`.
package final class CurlClient: Sendable {
    package let options: CurlOptions
    private let inbox: CurlInbox

    // libcurl wants this once, before everything else.
    private static let globalInitialization = curl_global_init(Int(CURL_GLOBAL_SSL | CURL_GLOBAL_WIN32))

    /// Starts the client's thread. Throws `invalidRequest` for an option that cannot work and `other` if
    /// libcurl cannot start.
    package init(options: CurlOptions = CurlOptions()) throws(CurlError) {
        try Self.check(options)
        guard Self.globalInitialization == CURLE_OK, let pointer = curl_multi_init() else {
            throw CurlError(.other, "libcurl cannot start")
        }
        let multi = CurlMulti(pointer: pointer)
        let code = Self.limit(multi, to: options.connectionsMax)
        guard code == CURLM_OK else {
            curl_multi_cleanup(pointer)
            throw CurlError(.other, "libcurl failed: \(String(cString: curl_multi_strerror(code)))")
        }
        let inbox = CurlInbox(multi: multi)
        self.inbox = inbox
        self.options = options
        Self.startThread { CurlWorker(multi: multi, inbox: inbox, options: options).run() }
    }

    deinit { inbox.stop(.shutDown) }

    /// The complete answer to `request`, whatever its status.
    ///
    /// A request whose task is cancelled before this call is not sent; one that is cancelled later is broken
    /// off.
    package func perform(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
        try await outcome(of: CurlExchange(.request(request), to: try request.validated()))
    }

    /// What the mail server says to a mail: status 250 if it has taken the mail for all recipients; if it
    /// refused something, a status of 400 or more and its reply as the body.
    ///
    /// Cancelled as a request is. A mail that is broken off may have been taken.
    package func send(_ mail: CurlMail) async throws(CurlError) -> CurlResponse {
        try await outcome(of: CurlExchange(.mail(mail), to: try mail.validated()))
    }

    private func outcome(of exchange: CurlExchange) async throws(CurlError) -> CurlResponse {
        guard !Task.isCancelled else { throw .cancelled }
        let outcome = await withTaskCancellationHandler {
            inbox.submit(exchange)
            return await exchange.outcome()
        } onCancel: {
            inbox.cancel(exchange)
        }
        return try outcome.get()
    }

    /// Fails what is open and what comes later with `cancelled` and ends the thread; does not wait for it.
    package func shutdown() { inbox.stop(.shutDown) }

    private static func check(_ options: CurlOptions) throws(CurlError) {
        guard options.connectionsMax >= 1, options.bodyBytesMax >= 0, options.headBytesMax >= 0,
            options.stallBytesPerSecondMin >= 0
        else { throw CurlError(.invalidRequest, "a limit of the HTTP client is out of range") }
        guard options.userAgent.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw CurlError(.invalidRequest, "the user agent has a control character")
        }
        for path in [options.certificateFile, options.certificateFolder].compactMap(\.self)
        where access(path, R_OK) != 0 {
            throw CurlError(
                .invalidRequest,
                "cannot read the trusted certificates in \(path): \(String(cString: strerror(errno)))")
        }
    }

    private static func limit(_ multi: CurlMulti, to connectionsMax: Int) -> CURLMcode {
        for option in [CURLMOPT_MAX_TOTAL_CONNECTIONS, CURLMOPT_MAX_HOST_CONNECTIONS, CURLMOPT_MAXCONNECTS] {
            let code = ccurl_multi_set_long(multi.pointer, option, connectionsMax)
            guard code == CURLM_OK else { return code }
        }
        return CURLM_OK
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            // libcurl leaves SIGPIPE alone when told to use no signals, and OpenSSL writes to closed sockets.
            // Signals for the process are for its other threads.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            body()
        }
        thread.name = "curl"
        thread.start()
    }
}
