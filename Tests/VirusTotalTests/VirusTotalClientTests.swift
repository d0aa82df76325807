import Curl
import Foundation
import Model
import TestSupport
import Testing
import VirusTotal

@Suite(.limited(.server)) struct VirusTotalClientTests {
    private func client(port: UInt16) throws -> VirusTotalClient {
        var options = CurlOptions()
        options.requestTimeout = .seconds(600)
        options.userAgent = VirusTotalClient.userAgent(version: "1.2")
        return VirusTotalClient(
            endpoint: try VirusTotalEndpoint("http://127.0.0.1:\(port)/vt/"), key: Samples.key,
            curl: try CurlClient(options: options))
    }

    @Test func fileIsAskedWithTheKeyInTheHeaderOnly() async throws {
        let server = try OneAnswerServer(status: "200 OK", body: Samples.file())
        let answer = try await client(port: server.port).file(Samples.md5)
        #expect(answer.isKnown)
        let lines = server.requestHead().components(separatedBy: "\r\n")
        #expect(lines.first == "GET /vt/api/v3/files/0cc175b9c0f1b6a831c399e269772661 HTTP/1.1")
        #expect(lines.contains("x-apikey: \(Samples.keyText)"))
        #expect(lines.contains("Accept: application/json"))
        #expect(lines.contains("User-Agent: hashdrop/1.2 (gzip)"))
    }

    @Test func unknownFileIsAnAnswer() async throws {
        let body = Samples.error("NotFoundError", #"File \"\#(Samples.md5)\" not found"#)
        let server = try OneAnswerServer(status: "404 Not Found", body: body)
        #expect(try await client(port: server.port).file(Samples.md5) == .unknown)
    }

    @Test func quotasAreAskedByName() async throws {
        let body = #"{"data":{"api_requests_daily":{"user":{"used":2,"allowed":500}}}}"#
        let server = try OneAnswerServer(status: "200 OK", body: body)
        let quotas = try await client(port: server.port).overallQuotas(user: " a b/ü ")
        #expect(quotas == ReportedQuotas(day: Quota(used: 2, limit: 500)))
        #expect(server.requestHead().hasPrefix("GET /vt/api/v3/users/a%20b%2F%C3%BC/overall_quotas HTTP/1.1"))
    }

    @Test(arguments: ["", " ", ".", "..", Samples.keyText, Samples.keyText.uppercased()])
    func quotasAreNotAskedByKeyOrWithoutName(_ user: String) async throws {
        // Nothing listens on port 9: a request that was sent would be an error of the transport.
        let client = try client(port: 9)
        let error = await #expect(throws: VirusTotalError.self) { try await client.overallQuotas(user: user) }
        #expect(error?.disposition == .giveUp)
        #expect(error?.description.contains(Samples.keyText) == false)
    }

    @Test func keyIsNotAskedAsAHash() async throws {
        let client = try client(port: 9)
        let hash = try #require(FileHash(Samples.keyText))
        let error = await #expect(throws: VirusTotalError.self) { try await client.file(hash) }
        #expect(error?.disposition == .giveUp)
    }

    @Test func noConnectionIsAnErrorOfTheTransport() async throws {
        let client = try client(port: 9)
        let error = await #expect(throws: VirusTotalError.self) { try await client.file(Samples.md5) }
        guard case .transport(let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.kind == .couldNotConnect)
        #expect(error?.disposition == .unreachable)
    }
}

@Suite struct QuotaPayloadTests {
    private func quotas(_ body: String) throws -> ReportedQuotas { try Samples.answer(200, body).quotas() }

    @Test func tighterOfUserAndGroupCounts() throws {
        let quotas = try quotas(
            """
            {"data":{"api_requests_hourly":{"user":{"used":1,"allowed":240}},
            "api_requests_daily":{"group":{"used":90,"allowed":100,"inherited_from":"g"},
                "user":{"used":0,"allowed":500}},
            "api_requests_monthly":{"group":{"used":"x"},"user":{"used":5.0,"allowed":"15500"}}}}
            """)
        #expect(quotas.day == Quota(used: 90, limit: 100))
        #expect(quotas.month == Quota(used: 5, limit: 15_500))
        #expect(Quota(used: 9, limit: 5).left == 0)
    }

    @Test(arguments: [
        "", "{}", #"{"data":{}}"#, #"{"data":{"api_requests_daily":{"user":{"used":-1,"allowed":5}}}}"#,
    ])
    func answersWithoutFiguresAreUnreadable(_ body: String) {
        let error = #expect(throws: VirusTotalError.self) { try quotas(body) }
        #expect(error?.isUnreadable == true)
    }

    @Test func unknownUserIsAnError() {
        let answer = Samples.answer(404, Samples.error("NotFoundError", #"User \"x\" not found"#))
        #expect(throws: VirusTotalError.noSuchResource(message: #"User "x" not found"#)) {
            try answer.quotas()
        }
    }
}
