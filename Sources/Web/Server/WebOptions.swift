package import Reporting
package import Store
package import Support

/// Options of the web page: where it listens, which proxies it trusts, and its limits.
package struct WebOptions: Hashable, Sendable {
    package var address: ListenAddress
    /// Further host names under which the page is reached, without a port.
    package var publicHosts: [String]
    /// Addresses of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. On an
    /// address that other machines can reach, only they are answered, and only for connections that came to
    /// them over TLS.
    package var trustedProxies: [String]
    package var sessions: SessionLimits
    package var connections: ConnectionLimits
    /// Passwords that are checked at the same time; default 1. Each takes some 32 MiB and 0.1 s of a
    /// processor.
    package var passwordChecksMax: Int
    /// Passwords that may wait to be checked; default 16. A further login is answered with 429.
    package var passwordChecksWaitingMax: Int
    /// Shown at the foot of each page.
    package var version: String
    /// Whether the verdicts come from the simulator; every page then says so.
    package var isSimulated: Bool
    /// How often the page of a running job loads itself again, in seconds.
    package var refreshSeconds: Int
    /// The digests of today's reports' scripts and styles.
    package var reports: ReportContentPolicy

    package init(
        address: ListenAddress, publicHosts: [String] = [],
        trustedProxies: [String] = [], sessions: SessionLimits = .init(),
        connections: ConnectionLimits = .init(), passwordChecksMax: Int = 1,
        passwordChecksWaitingMax: Int = 16, version: String, isSimulated: Bool, refreshSeconds: Int = 5,
        reports: ReportContentPolicy = .init()
    ) {
        self.address = address
        self.publicHosts = publicHosts
        self.trustedProxies = trustedProxies
        self.sessions = sessions
        self.connections = connections
        self.passwordChecksMax = passwordChecksMax
        self.passwordChecksWaitingMax = passwordChecksWaitingMax
        self.version = version
        self.isSimulated = isSimulated
        self.refreshSeconds = refreshSeconds
        self.reports = reports
    }

    /// The trusted proxies' addresses.
    var trustedAddresses: Set<NetworkAddress> { Set(trustedProxies.compactMap { NetworkAddress($0) }) }

    /// Whether a connection that does not come through a trusted proxy would cross the network in the clear.
    var isForProxiesOnly: Bool { !address.isLoopback }

    /// Why these options would let passwords travel in the clear or cannot work; nil if they are fine.
    package var complaint: Explanation? {
        if !address.isLoopback && trustedProxies.isEmpty {
            return Explanation(
                "The page would listen on \(address) without TLS, and passwords would cross the network in "
                    + "the clear",
                advice: "put a proxy that speaks TLS in front of it and name that in web.trustedProxies "
                    + "(config/README.md has the recipes), or listen on 127.0.0.1")
        }
        if address.isWildcard && publicHosts.isEmpty {
            return Explanation(
                "The page would listen on every address and has no name",
                advice: "set web.publicHosts to the names under which browsers open it")
        }
        let unusable = trustedProxies.filter { NetworkAddress($0) == nil }
        return unusable.isEmpty
            ? nil
            : Explanation(
                "web.trustedProxies holds \(unusable.joined(separator: ", "))",
                advice: "it must be IP addresses")
    }
}

/// Limits of connections, so that slow or huge requests cannot hold the page.
package struct ConnectionLimits: Hashable, Sendable {
    /// Connections at the same time; default 256. The last one takes the place of one that is not used; where
    /// all are worked for, further ones wait in the system's queue.
    package var connectionsMax: Int
    /// Connections of one client, proxies that are trusted excepted; default 32. A further one takes the
    /// place of one that is not used; where all are worked for, it is closed.
    package var connectionsPerAddressMax: Int
    /// From the connection, or the last answer, to the end of the request's head; default 15 s.
    package var headTimeout: Duration
    /// From the head to the end of the request's body; default 10 s.
    package var bodyTimeout: Duration
    /// The longest that a piece of an answer (64 KiB) may wait for the client to take it; default 60 s.
    package var stallTimeout: Duration
    /// The largest body of a request; default 4 KiB, which holds the longest name and password.
    package var bodyBytesMax: Int
    /// The largest head; default 16 KiB, of at most 64 fields.
    package var headBytesMax: Int

    package init(
        connectionsMax: Int = 256, connectionsPerAddressMax: Int = 32, headTimeout: Duration = .seconds(15),
        bodyTimeout: Duration = .seconds(10), stallTimeout: Duration = .seconds(60),
        bodyBytesMax: Int = 4 << 10, headBytesMax: Int = 16 << 10
    ) {
        self.connectionsMax = connectionsMax
        self.connectionsPerAddressMax = connectionsPerAddressMax
        self.headTimeout = headTimeout
        self.bodyTimeout = bodyTimeout
        self.stallTimeout = stallTimeout
        self.bodyBytesMax = bodyBytesMax
        self.headBytesMax = headBytesMax
    }
}
