import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// Errors by VirusTotal's table (API v3, "errors") and by recorded answers.
@Suite(.limited(.server))
struct ErrorTests {
    @Test func aMissingKeyAndAWrongKeyAre401() async throws {
        var options = SimulatorOptions()
        options.echoesWrongKey = true
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            let missing = try await client.get("/api/v3/files/x", key: nil)
            #expect(missing.status == 401)
            #expect(missing.errorCode == "AuthenticationRequiredError")
            #expect(missing.errorMessage == "X-Apikey header is missing")
            let wrong = try await client.get("/api/v3/files/x", key: "secret")
            #expect(wrong.status == 401)
            #expect(wrong.errorCode == "WrongCredentialsError")
            #expect(wrong.errorMessage == "Wrong API key: secret")
            #expect(simulator.journal.entries.allSatisfy { $0.user == nil && $0.status == 401 })
        }
    }

    @Test func anUnknownHashAndAMalformedIDAre404() async throws {
        try await SimulatedVirusTotal.with { simulator in
            let client = TestClient(simulator)
            let file = SimulatedFile.make(number: 1, .unknown)
            simulator.register(file)
            let asked = file.family.md5.hexadecimal.uppercased()
            let unknown = try await client.get("/api/v3/files/\(asked)")
            #expect(unknown.status == 404)
            let expected =
                "{\"error\": {\"code\": \"NotFoundError\", \"message\": \"File \\\"\(asked)\\\" not found\"}}"
            #expect(unknown.text == expected)
            let malformed = try await client.get("/api/v3/files/DONOTEXIST")
            #expect(malformed.status == 404)
            #expect(malformed.errorMessage == "Resource not found.")
        }
    }

    @Test func headersAreThoseOfTheRealOne() async throws {
        try await SimulatedVirusTotal.with { simulator in
            let answer = try await TestClient(simulator).lookUp(FileFamily.numbered(1).md5)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["server"] == "Google Frontend")
            #expect(answer.headers["vary"] == "Accept-Encoding")
            #expect(answer.headers["cache-control"] == "no-cache")
            #expect(answer.headers["x-cloud-trace-context"]?.count == 32)
            #expect(answer.headers["date"] != nil)
        }
    }

    @Test func accountsThatClashAreRefused() {
        var options = SimulatorOptions()
        options.accounts = [.demo, .demo]
        #expect(throws: SimulatorError.accounts) { _ = try SimulatedVirusTotal(options) }
    }

    @Test func aTakenPortIsAnErrorAndNotAHang() async throws {
        try await SimulatedVirusTotal.with { simulator in
            var options = SimulatorOptions()
            options.port = try await simulator.boundPort()
            let same = options
            await #expect(throws: (any Error).self) { _ = try await SimulatedVirusTotal.start(same) }
        }
    }
}
