import Curl
import Foundation
import Model
import Testing
import VirusTotal

@Suite struct VirusTotalErrorTests {
    private typealias Row = (Int, String, VirusTotalError, FailureDisposition)

    /// Every row of VirusTotal's table, and new codes of known statuses.
    @Test(
        arguments: [
            (400, "BadRequestError", .badRequest(code: "BadRequestError", message: "a message"), .giveUp),
            (400, "InvalidArgumentError", .invalidArgument(message: "a message"), .giveUp),
            (400, "NotAvailableYet", .notAvailableYet, .retryLater),
            (401, "AuthenticationRequiredError", .authenticationRequired, .stopAsking),
            (401, "UserNotActiveError", .userNotActive, .stopAsking),
            (401, "WrongCredentialsError", .wrongCredentials, .stopAsking),
            (403, "ForbiddenError", .forbidden(message: "a message"), .forbidden),
            (
                409, "AlreadyExistsError", .badRequest(code: "AlreadyExistsError", message: "a message"),
                .giveUp
            ),
            (424, "FailedDependencyError", .failedDependency, .retryLater),
            (429, "QuotaExceededError", .quotaExceeded(retryAfter: nil), .pause(nil)),
            (429, "TooManyRequestsError", .tooManyRequests(retryAfter: nil), .pause(nil)),
            (503, "TransientError", .transient(retryAfter: nil), .retryLater),
            (504, "DeadlineExceededError", .deadlineExceeded, .retryLater),
            (429, "quotaexceedederror", .quotaExceeded(retryAfter: nil), .pause(nil)),
            (401, "WRONGCREDENTIALSERROR", .wrongCredentials, .stopAsking),
            (401, "New", .wrongCredentials, .stopAsking),
            (403, "New", .forbidden(message: "a message"), .forbidden),
            (418, "New", .badRequest(code: "New", message: "a message"), .giveUp),
            (408, "New", .deadlineExceeded, .retryLater), (424, "New", .failedDependency, .retryLater),
            (429, "New", .tooManyRequests(retryAfter: nil), .pause(nil)),
            (500, "New", .serverError(status: 500), .retryLater),
            (500, "NotFoundError", .serverError(status: 500), .retryLater),
            (503, "New", .transient(retryAfter: nil), .retryLater),
        ] as [Row])
    private func codeAndStatus(
        _ status: Int, _ code: String, _ error: VirusTotalError, _ disposition: FailureDisposition
    ) {
        let failure = Samples.failure(status, Samples.error(code))
        #expect(failure == error)
        #expect(failure?.disposition == disposition)
    }

    @Test(
        arguments: [
            (204, "", .retryLater), (302, "", .retryLater), (400, "<html>", .retryLater),
            (401, "<html>", .retryLater),
            (403, "no", .retryLater), (404, "<html>portal</html>", .retryLater), (404, "", .retryLater),
            (404, #"{"error":"not found"}"#, .retryLater), (407, "", .retryLater),
            (429, "<title>429</title>429 Too Many Requests", .pause(nil)), (429, "", .pause(nil)),
            (500, "oops", .retryLater), (502, "<html>", .retryLater), (503, "", .retryLater),
            (504, "<html>", .retryLater),
        ] as [(Int, String, FailureDisposition)])
    func otherBodiesOfEveryStatus(_ status: Int, _ body: String, _ disposition: FailureDisposition) {
        let failure = Samples.failure(status, body, headers: [("Content-Type", "text/html")])
        #expect(failure?.disposition == disposition)
        #expect(failure?.sentence.hasSuffix(".") == true)
    }

    @Test func blockedAddressIsToldFromAQuota() {
        let headers = [("Content-Type", "text/html"), ("Retry-After", "60")]
        #expect(Samples.failure(429, "blocked", headers: headers) == .edgeBlocked(retryAfter: .seconds(60)))
    }

    @Test func redirectIsNamed() {
        let failure = Samples.failure(302, "", headers: [("Location", "http://portal.example/\u{1B}[2J")])
        #expect(failure?.sentence.contains("http://portal.example/\\u{1B}[2J") == true)
    }

    // MARK: - Not found

    @Test func notFoundOfTheAskedFileIsUnknown() throws {
        for name in [Samples.md5.hexadecimal, Samples.md5.hexadecimal.uppercased()] {
            let answer = Samples.answer(404, Samples.error("NotFoundError", #"File \"\#(name)\" not found"#))
            #expect(try answer.answer(asked: Samples.md5) == .unknown)
        }
        let reworded = Samples.answer(404, Samples.error("notfounderror", "No such file"))
        #expect(try reworded.answer(asked: Samples.md5) == .unknown)
    }

    @Test func notFoundOfAnotherFileIsNotUnknown() {
        let body = Samples.error("NotFoundError", #"File \"\#(Samples.other)\" not found"#)
        #expect(Samples.failure(404, body) == .wrongIdentity(asked: Samples.md5, got: Samples.other))
    }

    @Test func notFoundOfAnAddressIsNotUnknown() {
        let failure = Samples.failure(404, Samples.error("NotFoundError", "Resource not found."))
        #expect(failure == .noSuchResource(message: "Resource not found."))
        #expect(failure?.disposition == .giveUp)
    }

    @Test func otherCodeWith404IsNotUnknown() {
        #expect(Samples.failure(404, Samples.error("New"))?.disposition == .giveUp)
        #expect(Samples.failure(200, Samples.error("NotFoundError"))?.isUnreadable == true)
    }

    // MARK: - Messages

    @Test func messagesAreShortAndWithoutControls() {
        let failure = Samples.failure(
            403,
            Samples.error("ForbiddenError", #"a\u001b[31m\r\n\u202e"# + String(repeating: "x", count: 5_000)))
        guard case .forbidden(let message) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(message.hasPrefix("a\\u{1B}[31m\\u{D}\\u{A}\\u{202E}xxx"))
        #expect(message.unicodeScalars.count == 200)
    }

    @Test func transportDecidesByItsKind() {
        #expect(VirusTotalError.transport(CurlError(.timedOut, "slow")).disposition == .retryLater)
        #expect(VirusTotalError.transport(CurlError(.bodyTooLarge, "big")).disposition == .giveUp)
        let cancelled = VirusTotalError.transport(CurlError(.cancelled, "cancelled"))
        #expect(cancelled.disposition == .unreachable)
        #expect(VirusTotalError.transport(CurlError(.tls, "no trust")).disposition == .unreachable)
        #expect(cancelled.isCancellation)
    }

    // MARK: - Retry-After

    @Test(
        arguments: [
            ("120", nil, .seconds(120)), ("0", nil, .zero), ("86400", nil, .seconds(3600)),
            ("99999999999999999999999", nil, .seconds(3600)), ("-5", nil, nil), ("1.5", nil, nil),
            ("soon", nil, nil),
            ("", nil, nil),
            // 2027-01-15 08:00:00 UTC is `Samples.now`.
            ("Fri, 15 Jan 2027 08:01:00 GMT", nil, .seconds(60)),
            ("Fri, 15 Jan 2027 07:00:00 GMT", nil, .zero),
            ("Fri, 15 Jan 2027 08:01:00 GMT", "Fri, 15 Jan 2027 08:00:50 GMT", .seconds(10)),
            ("Fri, 15 Jan 2027 08:01:00 GMT", "nonsense", .seconds(60)),
            ("Fri, 15 Jan 2099 08:01:00 GMT", nil, .seconds(3600)),
        ] as [(String, String?, Duration?)])
    func retryAfterInBothForms(_ text: String, _ date: String?, _ wait: Duration?) {
        let headers = [("retry-after", text)] + (date.map { [("Date", $0)] } ?? [])
        let failure = Samples.failure(429, Samples.error("QuotaExceededError"), headers: headers)
        #expect(failure == .quotaExceeded(retryAfter: wait))
        #expect(failure?.retryAfter == wait)
        #expect(failure?.disposition == .pause(wait))
    }

    @Test func theRestThatAFaultAsksForIsKept() {
        let failure = Samples.failure(503, "", headers: [("Retry-After", "7")])
        #expect(failure?.retryAfter == .seconds(7))
        #expect(failure?.disposition == .pause(.seconds(7)))
    }
}
