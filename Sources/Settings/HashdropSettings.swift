/// Every setting, checked and typed. `SettingKey.all` says what each means.
package struct HashdropSettings: Hashable, Sendable {
    package struct Spool: Hashable, Sendable {
        package var directory: String
        package var quietPeriod: Duration
        package var quietPeriodWithoutLease: Duration
        package var safetyScan: Duration
        package var poll: Duration
        package var waitingFilesMax: Int
        package var foldersDeepMax: Int
        package var folderLook: Duration
        package var emptyPeriod: Duration
        package var hardLinkGrace: Duration
    }

    package struct List: Hashable, Sendable {
        package var bytesMax: Int
        package var hashesMax: Int
        package var commentMax: Int
        /// Names of options; empty for none.
        package var options: [String]
    }

    package struct Reports: Hashable, Sendable {
        package var directory: String
        package var vendors: [String]
        package var maliciousFrom: Int
        package var suspiciousFrom: Int
        package var htmlRowsMax: Int
        package var csvByteOrderMark: Bool
        package var json: Bool
        package var stix: Bool
        package var lists: Bool
        package var partialEvery: Duration
    }

    package struct Verdict: Hashable, Sendable {
        /// An engine's detections are worth this word: malicious, suspicious or clean.
        package struct EngineWord: Hashable, Sendable {
            package var engine: String
            package var word: String
        }

        package var trustedVendors: [String]
        package var trustedFrom: Int
        package var ignoredEngines: [String]
        package var engineWords: [EngineWord]
    }

    package struct VirusTotal: Hashable, Sendable {
        package var endpoint: String
        package var apiKeyFile: String?
        package var user: String?
        package var requestsPerMinute: Int
        package var requestsPerDay: Int
        package var requestsPerMonth: Int
        package var connections: Int
        package var requestTimeout: Duration
        package var bodyBytesMax: Int
        package var attemptsMax: Int
        package var proxy: String?
        package var caFile: String?
    }

    package struct Cache: Hashable, Sendable {
        package var maxAge: Duration
        package var unknownMaxAge: Duration
        package var freshness: Freshness
        /// Zero keeps answers for ever.
        package var keep: Duration
    }

    /// Ages by kind of answer; nil for a kind without one of its own.
    package struct Freshness: Hashable, Sendable {
        package var unknown: Duration?
        package var new: Duration?
        package var newFor: Duration
        package var suspicious: Duration?
        package var settledMalicious: Duration?
        package var settledClean: Duration?
    }

    package struct Web: Hashable, Sendable {
        /// Nil for no page.
        package var listen: String?
        package var publicHosts: [String]
        package var trustedProxies: [String]
        package var sessionLifetime: Duration
        package var sessionIdle: Duration
        package var connections: Int
    }

    package struct Jobs: Hashable, Sendable {
        /// Zero keeps them for ever.
        package var keep: Duration
        /// Zero is no limit, here and below.
        package var openHashesPerUser: Int
        package var perUser: Int
        package var reportBytesPerUser: Int
    }

    package struct Notify: Hashable, Sendable {
        /// Empty for none.
        package var hook: [String]
        package var hookTimeout: Duration
        /// May be a secret.
        package var webhook: String?
        package var webhookFile: String?
        /// json, text or teams.
        package var webhookFormat: String
        package var webhookSecretFile: String?
        package var mailServer: String?
        package var mailFrom: String?
        package var mailUser: String?
        package var mailPasswordFile: String?
        /// Of done, malicious, refused, stuck, quota.
        package var events: [String]
        package var stuckAfter: Duration
        package var pageURL: String?
    }

    /// What several daemons with one key share.
    package struct Shared: Hashable, Sendable {
        /// A URL, which may hold a password; nil for a daemon that is alone.
        package var database: String?
        package var passwordFile: String?
        /// Nil for the host name.
        package var site: String?
        package var whenAway: WhenAway
        /// Percent of the key's limits.
        package var sliceShare: Int

        /// What is done while the database is away.
        package enum WhenAway: String, Hashable, Sendable, CaseIterable {
            case wait
            /// Requests are taken ahead, and sent then.
            case slice
        }
    }

    package struct Metrics: Hashable, Sendable {
        /// Nil for none.
        package var listen: String?
        package var otherMachines: Bool
    }

    package struct Log: Hashable, Sendable {
        package var level: String
        /// auto, text or json.
        package var format: String
    }

    package var spool: Spool
    package var list: List
    package var reports: Reports
    package var verdict: Verdict
    package var virusTotal: VirusTotal
    package var shared: Shared
    package var cache: Cache
    package var web: Web
    package var jobs: Jobs
    package var notify: Notify
    package var metrics: Metrics
    package var log: Log
    /// Each setting as it was written, by its name.
    var texts: [String: String]
}
