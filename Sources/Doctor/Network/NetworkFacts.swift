import Curl

/// What one request to the bare host has shown. It carries no key and asks for no file, so it costs no quota.
struct NetworkFacts: Sendable {
    struct Answer: Hashable, Sendable {
        var status: Int
        /// The host that a redirect leads to.
        var redirectHost: String?
        var took: Duration
    }

    var target: CurlURL
    var proxy: ProxyChoice
    /// The file of trusted certificates, where it is not the system's.
    var certificateFile: String?
    var outcome: Result<Answer, CurlError>
    /// Whether the port answers without TLS; nil if that was not tried. Tells a TCP connection that hangs
    /// from a TLS handshake that does.
    var connectsPlainly: Bool?

    /// The stages of the way, in their order.
    enum Stage: Int, Hashable, Sendable, CaseIterable, Comparable {
        case proxy, nameResolution, tcp, tls, http

        static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }

        var check: Check {
            switch self {
            case .proxy: .proxy
            case .nameResolution: .nameResolution
            case .tcp: .tcp
            case .tls: .tls
            case .http: .http
            }
        }
    }

    /// Where the way ended; nil if an answer came.
    var failedStage: Stage? {
        guard case .failure(let error) = outcome else { return nil }
        let isProxied = proxy.url != nil
        switch error.kind {
        case .couldNotResolve: return isProxied ? .proxy : .nameResolution
        case .couldNotConnect: return isProxied ? .proxy : .tcp
        // The certificates that are to be trusted cannot be read.
        case .invalidRequest, .tls: return .tls
        case .timedOut: return stageOfTimeout(error)
        case .connectionBroken, .other:
            // What a proxy answers to CONNECT is the proxy's matter.
            return isProxied && error.sentence.lowercased().contains("connect") ? .proxy : .http
        case .bodyTooLarge, .headTooLarge, .cancelled: return .http
        }
    }

    /// libcurl has one code for all; its words begin with what it waited for (its function
    /// `multi_handle_timeout`), and the TLS handshake counts as connecting.
    private func stageOfTimeout(_ error: CurlError) -> Stage {
        if error.sentence.hasPrefix("Resolving") { return proxy.url == nil ? .nameResolution : .proxy }
        guard error.sentence.hasPrefix("Operation") == false else { return .http }
        if proxy.url != nil { return .proxy }
        return connectsPlainly == true && target.scheme == "https" ? .tls : .tcp
    }

    /// Whether only another try, without TLS, can tell where the way ended.
    var needsPlainTry: Bool {
        guard case .failure(let error) = outcome, error.kind == .timedOut else { return false }
        return failedStage == .tcp && target.scheme == "https" && connectsPlainly == nil
    }
}
