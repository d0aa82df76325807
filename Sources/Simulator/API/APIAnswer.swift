import Foundation
import Support

/// API request without its transport.
struct APIRequest {
    var method: String
    /// Without the query.
    var path: String
    var query: [String: String] = [:]
    /// The value of the header `x-apikey`.
    var key: String?
}

/// API answer before it is bytes: status, body and the fault that is applied when it is sent.
struct APIAnswer {
    enum Body {
        case json([UInt8])
        /// The object is written where it is sent, outside the lock of `SimulatedAPI`.
        case file(SimulatedFile, paddingBytes: Int)
        case html(String)
        case empty
    }

    var status: Int
    var body: Body
    /// The value of `Retry-After`.
    var retryAfter: String?
    /// Whether the body may be gzip: a real answer to a spent quota never was.
    var mayBeCompressed = true
    var fault: Fault?
    var traceID = ""
    var latency: Duration = .zero

    /// An error in the shape of "VirusTotal API v3, errors": `{"error": {"code": …, "message": …}}`.
    static func error(_ status: Int, _ code: String, _ message: String) -> APIAnswer {
        var json = JSONWriter()
        json.object { body in
            body.key("error")
            body.object {
                $0.member("code", code)
                $0.member("message", message)
            }
        }
        return APIAnswer(status: status, body: .json(json.bytes))
    }

    /// 404 for a malformed id and for an unknown path.
    static var resourceNotFound: APIAnswer { .error(404, "NotFoundError", "Resource not found.") }

    /// 429 for a spent quota, in the form that `refusal` names; `date` is when a request fits again.
    static func quotaExceeded(
        _ refusal: SimulatorOptions.QuotaRefusal, until date: Date, now: Date
    ) -> APIAnswer {
        if refusal == .edge { return edgeTooManyRequests }
        var answer = APIAnswer.error(429, "QuotaExceededError", "Quota exceeded")
        answer.mayBeCompressed = false
        switch refusal {
        case .retryAfterSeconds:
            answer.retryAfter = String(max(1, Int(date.timeIntervalSince(now).rounded(.up))))
        case .retryAfterDate: answer.retryAfter = AnswerDate.text(date)
        case .plain, .edge: break
        }
        return answer
    }

    /// 429 as Google's edge sends it, in front of the API.
    static var edgeTooManyRequests: APIAnswer {
        APIAnswer(
            status: 429, body: .html("<title>429</title>429 Too Many Requests"), mayBeCompressed: false)
    }

    /// The answer instead of `ordinary` that the fault makes of it.
    static func faulty(_ fault: Fault, ordinary: APIAnswer, otherFile: SimulatedFile, now: Date) -> APIAnswer
    {
        var answer = replacement(fault, now: now) ?? ordinary
        switch fault.kind {
        case .wrongIdentity: answer = APIAnswer(status: 200, body: .file(otherFile, paddingBytes: 0))
        case .largeBody:
            if case .file(let file, _) = ordinary.body { answer.body = .file(file, paddingBytes: 1 << 20) }
        case .plain: answer.mayBeCompressed = false
        default: break
        }
        answer.fault = fault
        return answer
    }

    /// The answers that have nothing of the ordinary one. Source: VirusTotal API v3, "errors".
    private static func replacement(_ fault: Fault, now: Date) -> APIAnswer? {
        let until = now.addingTimeInterval(fault.seconds)
        switch fault.kind {
        case .badRequest: return .error(400, "BadRequestError", "Bad request")
        case .invalidArgument: return .error(400, "InvalidArgumentError", "Invalid argument")
        case .notAvailableYet: return .error(400, "NotAvailableYet", "Resource is not available yet")
        case .authenticationRequired: return .keyMissing
        case .userNotActive: return .error(401, "UserNotActiveError", "User is not active")
        case .wrongCredentials: return .error(401, "WrongCredentialsError", "Wrong API key")
        case .forbidden: return .forbidden
        case .failedDependency: return .error(424, "FailedDependencyError", "Failed dependency")
        case .quotaExceeded: return .quotaExceeded(.plain, until: until, now: now)
        case .quotaExceededRetryAfterSeconds:
            return .quotaExceeded(.retryAfterSeconds, until: until, now: now)
        case .quotaExceededRetryAfterDate: return .quotaExceeded(.retryAfterDate, until: until, now: now)
        case .tooManyRequests: return .error(429, "TooManyRequestsError", "Too many requests")
        case .edgeTooManyRequests: return .edgeTooManyRequests
        case .serverErrorHTML:
            return APIAnswer(status: 500, body: .html("<title>500</title>500 Internal Server Error"))
        case .transientError:
            return .error(503, "TransientError", "Transient server error. Retry might work.")
        case .deadlineExceeded:
            return .error(504, "DeadlineExceededError", "The operation took too long to complete")
        case .emptyBody: return APIAnswer(status: 200, body: .empty)
        case .htmlBody:
            let page = "<!doctype html><title>Just a moment</title><p>Checking your connection.</p>"
            return APIAnswer(status: 200, body: .html(page))
        default: return nil
        }
    }

    /// 401 for a request without a key.
    static var keyMissing: APIAnswer {
        .error(401, "AuthenticationRequiredError", "X-Apikey header is missing")
    }

    /// 403 for another account's data.
    static var forbidden: APIAnswer {
        .error(403, "ForbiddenError", "You are not authorized to perform the requested operation")
    }
}
