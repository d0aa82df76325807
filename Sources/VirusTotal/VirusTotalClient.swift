package import Curl
import Foundation
package import Model
package import Support

/// Client of VirusTotal's API v3. Every call is one request; the caller decides whether it may be sent.
package struct VirusTotalClient: Sendable {
    package let endpoint: VirusTotalEndpoint
    private let key: APIKey
    private let curl: CurlClient
    private let clock: any ServiceClock

    /// - Parameter clock: whose time a `Retry-After` date is compared with when the answer itself has no
    ///   date.
    package init(
        endpoint: VirusTotalEndpoint, key: APIKey, curl: CurlClient, clock: any ServiceClock = SystemClock()
    ) {
        self.endpoint = endpoint
        self.key = key
        self.curl = curl
        self.clock = clock
    }

    /// The `User-Agent` to give to the `CurlClient`.
    ///
    /// VirusTotal asks that it name the program, and its front end compresses answers for agents whose name
    /// contains `gzip` (comments in VirusTotal's own vt-go and vt-py).
    package static func userAgent(version: String) -> String { "hashdrop/\(version) (gzip)" }

    /// What VirusTotal holds of the file named `hash`; its "not found" is the answer `.unknown`.
    ///
    /// A `hash` that is the API key itself throws `invalidArgument`: it would end up in a URL.
    package func file(_ hash: FileHash) async throws(VirusTotalError) -> LookupAnswer.Answer {
        guard !key.isWritten(as: hash.hexadecimal) else {
            throw .invalidArgument(message: "this is the API key and not a hash")
        }
        return try await answer(from: endpoint.fileURL(hash)).answer(asked: hash)
    }

    /// What an account has used of its quotas.
    ///
    /// `user` is the account's name. The API takes the key in its place too, but a key in a URL ends up in
    /// the logs of proxies, so that throws `invalidArgument`. Whether the request itself costs quota is not
    /// documented.
    package func overallQuotas(user: String) async throws(VirusTotalError) -> ReportedQuotas {
        let name = user.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty, name != ".", name != ".." else {
            throw .invalidArgument(message: "the quotas can be read only for an account's name")
        }
        guard key.redact(in: name) == name else {
            throw .invalidArgument(message: "give the account's name, not the API key")
        }
        return try await answer(from: endpoint.overallQuotasURL(user: name)).quotas()
    }

    private func answer(from url: String) async throws(VirusTotalError) -> VirusTotalAnswer {
        let request = CurlRequest(
            url: url,
            headers: [("x-apikey", key.secret), ("Accept", "application/json"), ("x-tool", "hashdrop")])
        do throws(CurlError) {
            let response = try await curl.perform(request)
            return VirusTotalAnswer(response: response, key: key, receivedAt: clock.now.wall)
        } catch {
            throw .transport(error)
        }
    }
}
