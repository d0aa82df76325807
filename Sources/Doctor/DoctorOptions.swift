package import Curl
package import Model
package import Support
package import VirusTotal

/// What the doctor is to look at; it knows nothing of the configuration file.
package struct DoctorOptions: Sendable {
    package var spool: String
    /// The daemon's own folder in the spool.
    package var privateFolder: String
    package var database: String
    package var reports: String
    /// The name of the file that tells the reports' folder from a bare mount point.
    package var reportsMarker: String
    /// How often folders without events are looked through, and how long a file must be quiet without leases.
    package var poll: Duration
    package var quietPeriodWithoutLease: Duration
    /// Where hashdrop-watch should be.
    package var helper: String
    package var daemon: DaemonFacts
    /// What the daemon listens on.
    package var listeners: [Listener]
    /// The channels of notifications that are set.
    package var channels: [ChannelFacts]
    package var endpoint: VirusTotalEndpoint
    /// How requests are made.
    package var curl: CurlOptions
    package var environment: [String: String]
    package var key: KeyFacts
    /// The account's name at VirusTotal; nil if it is not known.
    package var user: String?
    package var limits: QuotaLimits
    /// Nil for a daemon that shares nothing.
    package var shared: SharedQuestion?
    /// Whether one request may be sent to try the key.
    package var asks: Bool
    /// How hashdrop is called in the advice.
    package var command: HashdropCall
    /// Lets a running daemon read the ledger again; throws if it cannot be told.
    package var tellDaemon: @Sendable () throws -> Void
    /// Time and random numbers.
    package var runtime: ServiceRuntime

    package init(
        spool: String, privateFolder: String, database: String, reports: String, reportsMarker: String,
        poll: Duration, quietPeriodWithoutLease: Duration, helper: String, daemon: DaemonFacts,
        listeners: [Listener] = [], channels: [ChannelFacts] = [], endpoint: VirusTotalEndpoint,
        curl: CurlOptions, environment: [String: String], key: KeyFacts, user: String?, limits: QuotaLimits,
        shared: SharedQuestion? = nil, asks: Bool = false, command: HashdropCall = HashdropCall(),
        tellDaemon: @escaping @Sendable () throws -> Void = {}, runtime: ServiceRuntime = ServiceRuntime()
    ) {
        self.spool = spool
        self.privateFolder = privateFolder
        self.database = database
        self.reports = reports
        self.reportsMarker = reportsMarker
        self.poll = poll
        self.quietPeriodWithoutLease = quietPeriodWithoutLease
        self.helper = helper
        self.daemon = daemon
        self.listeners = listeners
        self.channels = channels
        self.endpoint = endpoint
        self.curl = curl
        self.environment = environment
        self.key = key
        self.user = user
        self.limits = limits
        self.shared = shared
        self.asks = asks
        self.command = command
        self.tellDaemon = tellDaemon
        self.runtime = runtime
    }
}
