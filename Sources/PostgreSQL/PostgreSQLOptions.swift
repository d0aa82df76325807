import Support

/// How a `PostgreSQLClient` behaves; the same for all its sessions.
///
/// Both limits are of real time.
package struct PostgreSQLOptions: Sendable {
    /// For the TCP and the TLS handshake and the login together, over all addresses of the server. Default
    /// 10 s. The name lookup before them is the resolver's, and has the resolver's own limit
    /// (resolv.conf(5), "timeout").
    package var connectLimit = Duration.seconds(10)
    /// For one statement, from sending it to its last row. Default 30 s. The server ends a statement, and a
    /// transaction that its session leaves alone, a little later by itself: a site whose link is cut must
    /// not hold a row's lock that other sites wait for.
    package var statementLimit = Duration.seconds(30)
    /// How long after an attempt to connect has failed its error is given again at once, so that a queue of
    /// callers does not wait for one attempt each. Default 1 s.
    package var retryPause = Duration.seconds(1)
    /// Shown in the server's `pg_stat_activity`, unless the address names another. Default `hashdrop`.
    package var applicationName = "hashdrop"
    /// Of the parameters of one statement together. Default 64 MiB; the server itself refuses messages of
    /// 1 GiB.
    package var parametersBytesMax = 64 << 20

    package init() {}
}

extension Duration {
    /// Whole milliseconds, at least 1: both libpq and the server read 0 as "no limit".
    var millisecondsForPostgreSQL: Int {
        Int(min(max(wholeMilliseconds, 1), Int64(Int32.max)))
    }
}
