import Support

/// Fault that is injected into one answer.
package struct Fault: Hashable, Sendable {
    /// What goes wrong; the raw value is its name in JSON.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case badRequest = "bad-request"
        case invalidArgument = "invalid-argument"
        case notAvailableYet = "not-available-yet"
        case authenticationRequired = "authentication-required"
        case userNotActive = "user-not-active"
        case wrongCredentials = "wrong-credentials"
        case forbidden
        case failedDependency = "failed-dependency"
        /// 429 as JSON without `Retry-After`.
        case quotaExceeded = "quota-exceeded"
        /// The same with `Retry-After: <seconds>`.
        case quotaExceededRetryAfterSeconds = "quota-exceeded-retry-after-seconds"
        /// The same with `Retry-After: <HTTP date>`, `seconds` from now.
        case quotaExceededRetryAfterDate = "quota-exceeded-retry-after-date"
        case tooManyRequests = "too-many-requests"
        /// 429 as HTML, from Google's edge and not from the API.
        case edgeTooManyRequests = "edge-too-many-requests"
        /// 500 as HTML.
        case serverErrorHTML = "server-error-html"
        case transientError = "transient-error"
        case deadlineExceeded = "deadline-exceeded"
        /// 200 without a body.
        case emptyBody = "empty-body"
        /// 200 with HTML, as a proxy's or a content network's page during an incident.
        case htmlBody = "html-body"
        /// 200 with half of the body that Content-Length promises, then the end of the connection.
        case truncatedBody = "truncated-body"
        /// 200 with half of the body, then a reset of the connection.
        case resetMidBody = "reset-mid-body"
        /// Nothing at all, until the client gives up or `seconds` are over.
        case noAnswer = "no-answer"
        /// The right answer after `seconds`.
        case slowFirstByte = "slow-first-byte"
        /// The right answer in 16 pieces, spread over `seconds`.
        case slowDrip = "slow-drip"
        /// Another file's object.
        case wrongIdentity = "wrong-identity"
        /// The right object, 1 MB large.
        case largeBody = "large-body"
        /// The right answer without Content-Length.
        case chunked
        /// The right answer as gzip, even where the client did not offer to take it.
        case gzip
        /// The right answer plain, even where the client takes gzip.
        case plain
    }

    /// What goes wrong.
    package var kind: Kind
    /// How long, where the kind says what; each such kind has a default.
    package var seconds: Double

    /// At most an hour.
    package static let secondsMax = 3600.0

    /// A fault; without `seconds` 60 for no answer, 120 for a `Retry-After`, 5 for a slow answer.
    package init(_ kind: Kind, seconds: Double? = nil) {
        self.kind = kind
        self.seconds = seconds ?? Self.secondsByDefault(kind)
    }

    /// Whether the request got as far as the API and therefore costs quota.
    package var costsQuota: Bool {
        switch kind {
        case .quotaExceeded, .quotaExceededRetryAfterSeconds, .quotaExceededRetryAfterDate, .tooManyRequests,
            .edgeTooManyRequests, .authenticationRequired, .wrongCredentials, .userNotActive:
            false
        default: true
        }
    }

    /// No answer: 60 s; a `Retry-After`: 120 s; slow answers: 5 s.
    private static func secondsByDefault(_ kind: Kind) -> Double {
        switch kind {
        case .noAnswer: 60
        case .quotaExceededRetryAfterSeconds, .quotaExceededRetryAfterDate: 120
        case .slowFirstByte, .slowDrip: 5
        default: 0
        }
    }
}
