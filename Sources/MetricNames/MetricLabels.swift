/// Value of a label: one of a few that are known beforehand.
package protocol MetricLabel: RawRepresentable, Hashable, Sendable, CaseIterable where RawValue == String {}

/// Where a row's answer came from, of `Metric.answers`.
package enum AnswerSource: String, MetricLabel {
    /// It was known when the list was read.
    case cache
    /// Another name of the file was asked.
    case alias
    /// Another list's request was for the same hash.
    case shared
    /// A request of its own.
    case virusTotal = "virustotal"
}

/// How a request to VirusTotal ended, of `Metric.requests`.
package enum RequestOutcome: String, MetricLabel {
    case known
    case unknown
    /// 429, or 503 with a time to wait.
    case throttled
    /// 401: the key itself.
    case keyRefused = "key_refused"
    /// 403: this request.
    case forbidden
    /// 5xx, or an answer that cannot be used.
    case badAnswer = "bad_answer"
    /// The request was wrong, or asked for what can never be had.
    case rejected
    case noAnswer = "no_answer"
    /// It has not left this machine, and cost nothing.
    case notSent = "not_sent"
}

/// Why a login was refused, of `Metric.loginsRefused`.
package enum LoginRefusal: String, MetricLabel {
    /// The name or the password.
    case wrong
    /// Too early after wrong ones.
    case early
    /// Too many passwords waited to be checked.
    case busy
}

/// Whether requests were sent for a list, of `Metric.reportDelay`.
package enum RequestsOfList: String, MetricLabel {
    case none
    case some
}

/// What became of an attempt to deliver a notification, of `Metric.notifications`.
package enum NotificationResult: String, MetricLabel {
    case delivered
    /// It is tried again.
    case failed
    case givenUp = "given_up"
}

/// What `/readyz` judges, of `Metric.checkOK`.
package enum HealthCheck: String, MetricLabel {
    /// The daemon tells of itself in time.
    case daemon
    case spool
    case database
    /// VirusTotal takes the API key.
    case key
    /// VirusTotal is asked, with nothing to wait for but the minute.
    case lookups
    /// Dropped files are taken.
    case files
    case reports
    /// The database that several daemons share serves this one.
    case shared
}

extension Metric {
    /// The values that each label of a metric may have, where they are known beforehand.
    package static let knownValues: [Metric: [String]] = [
        .requests: RequestOutcome.allCases.map(\.rawValue), .answers: AnswerSource.allCases.map(\.rawValue),
        .loginsRefused: LoginRefusal.allCases.map(\.rawValue),
        .reportDelay: RequestsOfList.allCases.map(\.rawValue),
        .notifications: NotificationResult.allCases.map(\.rawValue),
        .checkOK: HealthCheck.allCases.map(\.rawValue),
        .quotaLimit: ["minute", "day", "month"], .quotaUsed: ["minute", "day", "month"],
        .jobs: ["running", "done", "refused", "cancelled"],
    ]
}
