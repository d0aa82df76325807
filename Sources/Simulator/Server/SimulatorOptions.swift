package import Support

/// Options of the simulated VirusTotal; the defaults are those of a public key.
package struct SimulatorOptions: Sendable {
    /// How a request beyond the quota is refused. All forms were met in the wild; the default is the one that
    /// was recorded.
    package enum QuotaRefusal: String, CaseIterable, Sendable {
        /// JSON without `Retry-After`.
        case plain
        /// JSON with the seconds until a request fits again.
        case retryAfterSeconds = "retry-after-seconds"
        /// JSON with that moment as an HTTP date.
        case retryAfterDate = "retry-after-date"
        /// HTML, as Google's edge answers.
        case edge
    }

    /// The address to listen on. Default 127.0.0.1: the control surface asks for no password.
    package var host = "127.0.0.1"
    /// The TCP port; default 0, any that is free.
    package var port = 0
    /// The accounts whose keys are accepted; default one, `SimulatedAccount.demo`.
    package var accounts: [SimulatedAccount] = [.demo]
    /// Default `sliding`.
    package var minuteWindow: QuotaCounter.MinuteWindow = .sliding
    /// Default `plain`.
    package var quotaRefusal: QuotaRefusal = .plain
    /// Whether a refused request counts too, so that a client that retries stays locked out. Default false.
    package var countsRefusedRequests = false
    /// How long an answer takes at least. Default none; the real one takes 0.3 to 1 s.
    package var latency: Duration = .zero
    /// How much of it is left to chance, by `seed`: 0 (none, default) to 1 (up to twice the latency).
    package var latencyJitter: Double = 0
    /// Decides the jitter and the trace ids; verdicts follow from the hashes alone. Default 0.
    package var seed: UInt64 = 0
    /// Whether the answer to a wrong key repeats the key, as in 2020. Default false.
    package var echoesWrongKey = false
    /// Whether clients that accept gzip get it. Default true.
    package var usesGzip = true
    /// Whether `/simulator/…` exists, where another process sets faults and reads the journal. Default true.
    package var hasControlSurface = true
    /// A file to which every request is appended as a JSON line. Default none.
    package var journalFile: String?
    /// How many requests the journal keeps in memory before it forgets the oldest. Default 200,000.
    package var journalEntriesMax = 200_000
    /// What VirusTotal will say of files other than their names say, and from when on. Default nothing. Each
    /// must make sense (`WorldChange.complaint`).
    package var world: [WorldChange] = []
    /// The clock by which quotas run and the world changes. Default the system's.
    package var clock: any ServiceClock = SystemClock()

    /// The defaults above.
    package init() {}
}

/// Account with the simulated VirusTotal: an API key, the user name behind it and its limits.
package struct SimulatedAccount: Sendable {
    /// 64 hexadecimal digits, as VirusTotal's keys are.
    package var key: String
    /// Stands for the key in the journal and in `/users/{id}`.
    package var userName: String
    /// Default `publicKey`.
    package var limits: SimulatedLimits

    /// An account; keys and names must not repeat among a simulator's accounts.
    package init(key: String, userName: String, limits: SimulatedLimits = .publicKey) {
        self.key = key
        self.userName = userName
        self.limits = limits
    }

    /// The key that is no secret: `0123456789abcdef` four times over.
    package static let demoKey = String(repeating: "0123456789abcdef", count: 4)

    /// The account `demo` with `demoKey` and a public key's limits.
    package static let demo = SimulatedAccount(key: demoKey, userName: "demo")
}

/// Request limits of an account; 0 means no limit.
package struct SimulatedLimits: Codable, Hashable, Sendable {
    /// In any 60 s or per full minute, as `SimulatorOptions.minuteWindow` says.
    package var requestsPerMinute: Int
    /// Per UTC day.
    package var requestsPerDay: Int
    /// Per UTC month.
    package var requestsPerMonth: Int

    /// These limits; what is not given has none.
    package init(requestsPerMinute: Int = 0, requestsPerDay: Int = 0, requestsPerMonth: Int = 0) {
        self.requestsPerMinute = requestsPerMinute
        self.requestsPerDay = requestsPerDay
        self.requestsPerMonth = requestsPerMonth
    }

    /// 4 a minute, 500 a day, 15,500 a month. Source: VirusTotal, "Public vs Premium API".
    package static let publicKey = SimulatedLimits(
        requestsPerMinute: 4, requestsPerDay: 500, requestsPerMonth: 15_500)

    /// No limits at all, for tests of something else.
    package static let unlimited = SimulatedLimits()
}
