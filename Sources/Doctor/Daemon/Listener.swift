package import Support

/// An address that the daemon listens on.
package struct Listener: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        case page
        case metrics
    }

    package var purpose: Purpose
    package var host: String
    /// 0 takes a free one, which is in the daemon's log alone.
    package var port: Int
    /// Whether it is every address of the machine.
    package var isWildcard: Bool
    /// Why no daemon starts with the settings around the address; nil if one does.
    package var refusal: Explanation?

    package init(
        _ purpose: Purpose, host: String, port: Int, isWildcard: Bool, refusal: Explanation? = nil
    ) {
        self.purpose = purpose
        self.host = host
        self.port = port
        self.isWildcard = isWildcard
        self.refusal = refusal
    }

    /// Where it is reached from this machine: `host:port`, with brackets around an IPv6 address.
    var address: String {
        let isIPv6 = host.contains(":")
        let reached = isWildcard ? (isIPv6 ? "::1" : "127.0.0.1") : host
        return isIPv6 ? "[\(reached)]:\(port)" : "\(reached):\(port)"
    }

    /// Whether one process cannot listen on both.
    func collides(with other: Listener) -> Bool {
        port != 0 && port == other.port && (host == other.host || isWildcard || other.isWildcard)
    }

    var check: Check {
        switch purpose {
        case .page: .page
        case .metrics: .metrics
        }
    }

    var setting: String {
        switch purpose {
        case .page: "web.listen"
        case .metrics: "metrics.listen"
        }
    }

    /// As in "another program has the page's port".
    var owner: String {
        switch purpose {
        case .page: "the page's"
        case .metrics: "the metrics'"
        }
    }

    /// What is asked for: it takes neither a password nor much work.
    var path: String {
        switch purpose {
        case .page: "/login"
        case .metrics: "/livez"
        }
    }
}
