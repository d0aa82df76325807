import CCurl

/// Error of a request that got no answer. It never holds a header's value or a proxy's password.
package struct CurlError: Error, Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Refused before anything was sent: a bad URL, a line break in a header, a certificate file that is
        /// missing.
        case invalidRequest
        case couldNotResolve
        case couldNotConnect
        /// The whole request, the connection or a stall took too long.
        case timedOut
        /// The handshake failed or the server's certificate is not trusted.
        case tls
        case bodyTooLarge
        /// The header lines exceed `CurlOptions.headBytesMax`.
        case headTooLarge
        /// Reset, closed early, an empty answer, an answer that is not HTTP, a bad content encoding.
        case connectionBroken
        /// The task was cancelled or the client shut down.
        case cancelled
        case other
    }

    package let kind: Kind
    /// libcurl's number (`CURLcode`), or nil where libcurl was not asked.
    package let code: Int?
    /// What happened, for the operator; without a full stop.
    package let sentence: String

    package init(_ kind: Kind, _ sentence: String, code: Int? = nil) {
        self.kind = kind
        self.code = code
        self.sentence = sentence
    }

    /// Whether the same request may succeed later without anybody changing it.
    ///
    /// True for an untrusted certificate as well: a captive portal or a wrong clock goes away.
    package var isRetryable: Bool {
        switch kind {
        case .couldNotResolve, .couldNotConnect, .timedOut, .tls, .connectionBroken, .other: true
        case .invalidRequest, .bodyTooLarge, .headTooLarge, .cancelled: false
        }
    }

    static let cancelled = CurlError(.cancelled, "the request was cancelled")
    static let shutDown = CurlError(.cancelled, "the HTTP client was shut down")
}

extension CurlError: CustomStringConvertible {
    package var description: String { code.map { "\(sentence) (curl error \($0))" } ?? sentence }
}

extension CurlError {
    /// The error for libcurl's code and the text of its error buffer, which may be empty.
    init(code: CURLcode, detail: String) {
        let detail = Self.hidingUserInfo(detail)
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        self.init(Self.kind(of: code), text, code: Int(code.rawValue))
    }

    private static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT: .invalidRequest
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_RESOLVE_HOST: .couldNotResolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: .couldNotConnect
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_USE_SSL_FAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_FILESIZE_EXCEEDED: .bodyTooLarge
        // The scheme is checked before: this code says that the answer is not HTTP/1 or later.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
            CURLE_BAD_CONTENT_ENCODING:
            .connectionBroken
        default: .other
        }
    }

    /// `text` without what may be a user name and password: libcurl repeats a proxy's URL, in single quotes,
    /// when it cannot read it.
    static func hidingUserInfo(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let before = text[..<at]
        let start = before.firstIndex(of: "'") ?? before.lastIndex(of: " ")
        return text[..<(start.map(text.index(after:)) ?? text.startIndex)] + "«redacted»" + text[at...]
    }
}
