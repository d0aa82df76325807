package import Curl
package import Foundation
package import Model
import Support

/// An HTTP answer and what it means: a pure function of status, headers and body.
package struct VirusTotalAnswer: Sendable {
    private let response: CurlResponse
    private let key: APIKey
    private let receivedAt: Date

    /// The length of a message of VirusTotal in an error.
    private static let messageCharactersMax = 200
    /// How much of a message is looked through for the key: more than enough for what is kept.
    private static let messageCharactersRead = 4096

    /// `key` is hidden in everything that is taken from the answer.
    package init(response: CurlResponse, key: APIKey, receivedAt: Date) {
        self.response = response
        self.key = key
        self.receivedAt = receivedAt
    }

    /// The answer for the file that was asked for as `asked`.
    package func answer(asked: FileHash) throws(VirusTotalError) -> LookupAnswer.Answer {
        guard response.status == 200 else { return try answerOfRefusal(asked: asked) }
        let payload = try read(FilePayload.init)
        guard let data = payload.data else {
            if let error = payload.error { throw failure(error) }
            throw unreadable("it has no data")
        }
        guard let object = data.attributes?.object else {
            guard let error = data.error else { throw unreadable("the file object has no attributes") }
            throw .fileWithdrawn(message: clean(error.message.isEmpty ? error.code : error.message))
        }
        guard data.type == nil || data.type == "file" else { throw unreadable("the object is not a file") }
        guard object.isNamed(asked) else {
            throw wrongIdentity(
                asked: asked, got: object.hashes.first { $0.kind == asked.kind } ?? object.sha256)
        }
        return .known(object)
    }

    /// The account's quotas.
    package func quotas() throws(VirusTotalError) -> ReportedQuotas {
        guard response.status == 200 else { throw refusal() }
        let quotas = try read(QuotaPayload.init).quotas
        guard quotas != ReportedQuotas() else { throw unreadable("it has no figures of a quota") }
        return quotas
    }

    // MARK: - Refusals

    /// `.unknown` if VirusTotal itself says that it does not know this very file.
    private func answerOfRefusal(asked: FileHash) throws(VirusTotalError) -> LookupAnswer.Answer {
        guard response.status == 404, let error = errorBody, error.code.lowercased() == "notfounderror" else {
            throw refusal()
        }
        // `File "<hash as asked>" not found` for a file, `Resource not found.` for an address that means
        // nothing. Without the key: it looks like a SHA-256.
        let named = Self.hashes(in: key.redact(in: head(of: error.message)))
        if named.isEmpty, error.message.lowercased().contains("resource") { throw refusal() }
        if let other = named.first, !named.contains(asked) { throw wrongIdentity(asked: asked, got: other) }
        return .unknown
    }

    private func refusal() -> VirusTotalError {
        if let errorBody { return failure(errorBody) }
        switch response.status {
        case 429: return .edgeBlocked(retryAfter: retryAfter)
        case 503: return .transient(retryAfter: retryAfter)
        case 504: return .deadlineExceeded
        case 500...: return .serverError(status: response.status)
        case 300..<400:
            let target = response.headers["Location"].map { " to \(clean($0))" } ?? ""
            return unreadable("it redirects\(target), which is not followed")
        case 407: return unreadable("a proxy asks for a user name and password")
        default: return unreadable(bodyFault)
        }
    }

    /// The error for VirusTotal's own code, or for the status if the code is new.
    private func failure(_ error: ErrorPayload) -> VirusTotalError {
        let message = clean(error.message)
        // Compared without regard to case: both spellings were met by other clients.
        switch error.code.lowercased() {
        case "quotaexceedederror": return .quotaExceeded(retryAfter: retryAfter)
        case "toomanyrequestserror": return .tooManyRequests(retryAfter: retryAfter)
        case "invalidargumenterror": return .invalidArgument(message: message)
        case "notavailableyet": return .notAvailableYet
        case "authenticationrequirederror": return .authenticationRequired
        case "usernotactiveerror": return .userNotActive
        case "wrongcredentialserror": return .wrongCredentials
        case "forbiddenerror": return .forbidden(message: message)
        case "notfounderror" where response.status == 404: return .noSuchResource(message: message)
        case "transienterror": return .transient(retryAfter: retryAfter)
        case "deadlineexceedederror": return .deadlineExceeded
        case "faileddependencyerror": return .failedDependency
        default: return failureByStatus(code: clean(error.code), message: message)
        }
    }

    private func failureByStatus(code: String, message: String) -> VirusTotalError {
        switch response.status {
        case 401: .wrongCredentials
        case 403: .forbidden(message: message)
        case 408, 504: .deadlineExceeded
        case 424: .failedDependency
        case 429: .tooManyRequests(retryAfter: retryAfter)
        case 503: .transient(retryAfter: retryAfter)
        case 500...: .serverError(status: response.status)
        case 400..<500: .badRequest(code: code, message: message)
        default: unreadable("it has the error \(code) and the status of a success")
        }
    }

    private var retryAfter: Duration? { RetryAfter.duration(in: response.headers, now: receivedAt) }

    private var errorBody: ErrorPayload? {
        // Anything else is not VirusTotal's answer; `bodyFault` describes it.
        JSONDocument.read(response.body) { ErrorPayload($0?["error"]) }
    }

    // MARK: - Reading

    private func read<Payload>(
        _ make: (JSONValue) throws(FileAttributes.Unusable) -> Payload?
    ) throws(VirusTotalError) -> Payload {
        let payload = JSONDocument.read(response.body) { body in
            Result { () throws(FileAttributes.Unusable) in
                guard let body else { return nil as Payload? }
                return try make(body)
            }
        }
        switch payload {
        case .success(let payload?): return payload
        case .success(nil): throw unreadable(bodyFault)
        case .failure(let fault): throw unreadable(fault.why)
        }
    }

    /// What the body is instead of VirusTotal's JSON.
    private var bodyFault: String {
        guard !response.body.isEmpty else { return "its body is empty" }
        let type = response.headers["Content-Type"].map { clean($0) } ?? "no content type"
        return "its body is not VirusTotal's JSON (\(response.body.count) bytes, \(type))"
    }

    private func unreadable(_ why: String) -> VirusTotalError {
        .unreadableAnswer(status: response.status, why: why)
    }

    private func wrongIdentity(asked: FileHash, got: FileHash) -> VirusTotalError {
        let name = got.hexadecimal
        guard key.redact(in: name) == name else {
            return unreadable("it is about another file, named like the API key")
        }
        return .wrongIdentity(asked: asked, got: got)
    }

    /// Foreign text for an error: without the key, without control characters, short.
    private func clean(_ text: String) -> String {
        let shown = key.redact(in: head(of: text)).showingControls
        return String(String.UnicodeScalarView(shown.unicodeScalars.prefix(Self.messageCharactersMax)))
    }

    /// The hashes that a text names: runs of 32, 40 or 64 hexadecimal digits.
    private static func hashes(in text: String) -> [FileHash] {
        text.utf8.split { Hex.value($0) == nil }.compactMap { FileHash(hexadecimal: $0) }
    }

    private func head(of text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.messageCharactersRead)))
    }
}
