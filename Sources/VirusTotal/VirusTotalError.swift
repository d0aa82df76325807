package import Curl
package import Model

/// Why VirusTotal gave no answer for a file.
///
/// The cases are the rows of VirusTotal's table "Errors" (API v3) and what happens on the way. Messages are
/// VirusTotal's own, without the key and without control characters, at most 200 characters.
package enum VirusTotalError: Error, Hashable, Sendable {
    /// 429 `QuotaExceededError`: the minute's, the day's or the month's quota; VirusTotal does not say which.
    case quotaExceeded(retryAfter: Duration?)
    /// 429 `TooManyRequestsError`, or a 429 of VirusTotal with another code.
    case tooManyRequests(retryAfter: Duration?)
    /// 429 without VirusTotal's JSON: the network in front of VirusTotal blocks this address, whatever the
    /// quota.
    case edgeBlocked(retryAfter: Duration?)
    /// 400 `BadRequestError` and other refusals of this one request; `code` is VirusTotal's or `HTTP
    /// <status>`.
    case badRequest(code: String, message: String)
    /// 400 `InvalidArgumentError`, or an argument that is refused before it is sent.
    case invalidArgument(message: String)
    /// 400 `NotAvailableYet`.
    case notAvailableYet
    /// 401 `AuthenticationRequiredError`.
    case authenticationRequired
    /// 401 `UserNotActiveError`.
    case userNotActive
    /// 401 `WrongCredentialsError`, or a 401 of VirusTotal with another code.
    case wrongCredentials
    /// 403 `ForbiddenError`, or a 403 of VirusTotal with another code.
    case forbidden(message: String)
    /// 404 that is not about a file: VirusTotal read the address as something else (`Resource not found.`).
    case noSuchResource(message: String)
    /// The file object holds an error instead of attributes: VirusTotal removed the file.
    case fileWithdrawn(message: String)
    /// 503 `TransientError`.
    case transient(retryAfter: Duration?)
    /// 504 `DeadlineExceededError`.
    case deadlineExceeded
    /// 424 `FailedDependencyError`.
    case failedDependency
    /// Another status from 500 on.
    case serverError(status: Int)
    /// Not VirusTotal's JSON, or JSON that does not say what it must.
    case unreadableAnswer(status: Int, why: String)
    /// The answer is about another file; `got` is the hash it names instead.
    case wrongIdentity(asked: FileHash, got: FileHash)
    /// No complete answer arrived.
    case transport(CurlError)

    package var disposition: FailureDisposition {
        switch self {
        case .authenticationRequired, .userNotActive, .wrongCredentials: .stopAsking
        case .forbidden: .forbidden
        case .quotaExceeded(let wait), .tooManyRequests(let wait), .edgeBlocked(let wait): .pause(wait)
        // The whole service asks for rest, not this request alone.
        case .transient(let wait?): .pause(wait)
        case .notAvailableYet, .transient, .deadlineExceeded, .failedDependency, .serverError,
            .unreadableAnswer, .wrongIdentity:
            .retryLater
        case .badRequest, .invalidArgument, .noSuchResource, .fileWithdrawn: .giveUp
        case .transport where isUnreachable: .unreachable
        case .transport(let error): error.isRetryable ? .retryLater : .giveUp
        }
    }

    /// How long VirusTotal asked to wait, if it did; at most an hour.
    package var retryAfter: Duration? {
        switch self {
        case .quotaExceeded(let wait), .tooManyRequests(let wait), .edgeBlocked(let wait),
            .transient(let wait):
            wait
        default: nil
        }
    }

    /// Whether no server answered at all, so that neither this request nor its answer can be to blame. A
    /// request that was cancelled counts as such, and may be sent again.
    private var isUnreachable: Bool {
        guard case .transport(let error) = self else { return false }
        switch error.kind {
        case .couldNotResolve, .couldNotConnect, .tls, .cancelled: return true
        default: return false
        }
    }

    /// Whether there was no connection that the request could have left by.
    package var isBeforeSending: Bool {
        guard case .transport(let error) = self else { return false }
        switch error.kind {
        case .couldNotResolve, .couldNotConnect, .tls, .invalidRequest: return true
        default: return false
        }
    }

    /// Whether the request ended because its task was cancelled or the client shut down.
    package var isCancellation: Bool {
        if case .transport(let error) = self { error.kind == .cancelled } else { false }
    }
}
