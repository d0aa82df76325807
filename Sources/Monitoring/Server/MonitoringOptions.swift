package import Support

/// Options of the listener for metrics and health: where it listens, for whom, and its limits.
package struct MonitoringOptions: Hashable, Sendable {
    /// An IP address, or `localhost`.
    package var host: String
    /// 0 takes a free one.
    package var port: Int
    /// Whether only this machine can reach the address.
    package var isLoopback: Bool
    /// Whether the operator has said that other machines may reach it.
    package var allowsOtherMachines: Bool
    /// Of the daemon.
    package var version: String
    /// Connections at the same time; default 16. Further ones wait in the system's queue.
    package var connectionsMax: Int
    /// The largest head of a request; default 8 KiB, of at most 32 fields.
    package var headBytesMax: Int
    /// From the connection to its end, which is that of one answer; default 5 s.
    package var connectionTimeout: Duration

    package init(
        host: String = "127.0.0.1", port: Int = 9179, isLoopback: Bool = true,
        allowsOtherMachines: Bool = false, version: String, connectionsMax: Int = 16,
        headBytesMax: Int = 8 << 10, connectionTimeout: Duration = .seconds(5)
    ) {
        self.host = host
        self.port = port
        self.isLoopback = isLoopback
        self.allowsOtherMachines = allowsOtherMachines
        self.version = version
        self.connectionsMax = connectionsMax
        self.headBytesMax = headBytesMax
        self.connectionTimeout = connectionTimeout
    }

    /// `127.0.0.1:9179`, `[::1]:9179`.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Why these options must not be used; nil if they may.
    package var complaint: Explanation? {
        guard !isLoopback, !allowsOtherMachines else { return nil }
        return Explanation(
            "The setting metrics.listen is \(address), which other machines can reach, and what is served "
                + "there takes no password: users' names, how much they ask, how much of the quota is used",
            advice: "Listen on 127.0.0.1, or set metrics.otherMachines to true where a firewall lets only "
                + "the monitoring in")
    }
}
