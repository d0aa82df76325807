import Foundation
import Model
import Simulator
import TestSupport
import Testing

@Suite(.limited(.server))
struct QuotaTests {
    private let hash = FileFamily.numbered(1).md5
    // 2026-11-23 12:00:00 UTC.
    private let clock = ManualClock(start: Date(timeIntervalSince1970: 1_795_435_200))

    private func options(_ limits: SimulatedLimits = .publicKey) -> SimulatorOptions {
        var options = SimulatorOptions()
        options.accounts[0].limits = limits
        options.clock = clock
        return options
    }

    @Test func theFifthRequestInAMinuteIsRefusedAnd404sCount() async throws {
        try await SimulatedVirusTotal.with(options()) { simulator in
            let client = TestClient(simulator)
            for _ in 0..<3 { #expect(try await client.lookUp(hash).status == 200) }
            #expect(try await client.get("/api/v3/files/nonsense").status == 404)
            let refused = try await client.lookUp(hash)
            #expect(refused.status == 429)
            #expect(
                refused.text
                    == "{\"error\": {\"code\": \"QuotaExceededError\", \"message\": \"Quota exceeded\"}}")
            #expect(refused.headers["retry-after"] == nil)
            #expect(refused.headers["content-encoding"] == nil)
            clock.advance(by: .seconds(60))
            #expect(try await client.lookUp(hash).status == 200)
            #expect(simulator.journal.lookupsMax() == 5)
        }
    }

    @Test(arguments: [
        (SimulatorOptions.QuotaRefusal.retryAfterSeconds, "43200"),
        (.retryAfterDate, "Tue, 24 Nov 2026 00:00:00 GMT"),
    ])
    func retryAfterTellsWhenTheDayEnds(
        _ refusal: SimulatorOptions.QuotaRefusal, _ expected: String
    ) async throws {
        var options = options(SimulatedLimits(requestsPerDay: 1))
        options.quotaRefusal = refusal
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            _ = try await client.lookUp(hash)
            let refused = try await client.lookUp(hash)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == expected)
        }
    }

    @Test func theEdgeRefusesInHTML() async throws {
        var options = options(SimulatedLimits(requestsPerDay: 1))
        options.quotaRefusal = .edge
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            _ = try await client.lookUp(hash)
            let refused = try await client.lookUp(hash)
            #expect(refused.status == 429)
            #expect(refused.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(refused.text == "<title>429</title>429 Too Many Requests")
        }
    }

    @Test func quotasAreReadByNameOrKeyAndCostNothing() async throws {
        try await SimulatedVirusTotal.with(options()) { simulator in
            let client = TestClient(simulator)
            _ = try await client.lookUp(hash)
            clock.advance(by: .seconds(3_600))
            _ = try await client.lookUp(hash)
            for id in ["demo", SimulatedAccount.demoKey] {
                let quotas = try await client.get("/api/v3/users/\(id)/overall_quotas").data
                func user(_ name: String) -> [String: Int]? {
                    (quotas[name] as? [String: [String: Int]])?["user"]
                }
                #expect(user("api_requests_daily") == ["allowed": 500, "used": 2])
                #expect(user("api_requests_hourly") == ["allowed": 240, "used": 1])
                #expect(user("api_requests_monthly") == ["allowed": 15_500, "used": 2])
            }
            let account = try await client.get("/api/v3/users/\(SimulatedAccount.demoKey)")
            #expect(account.data["id"] as? String == "demo")
            #expect(!account.text.contains(SimulatedAccount.demoKey))
            #expect(try await client.get("/api/v3/users/somebody").status == 403)
            let usage = try await client.get(
                "/api/v3/users/demo/api_usage?start_date=20261101&end_date=20261123")
            let daily = usage.data["daily"] as? [String: [String: Int]]
            #expect(daily == ["2026-11-23": ["files": 2]])
            #expect(try await client.get("/api/v3/users/demo/api_usage?start_date=2026").status == 400)
        }
    }

    @Test func limitsCanChangeWhileItRuns() async throws {
        try await SimulatedVirusTotal.with(options(SimulatedLimits(requestsPerDay: 1))) {
            simulator in
            let client = TestClient(simulator)
            _ = try await client.lookUp(hash)
            #expect(try await client.lookUp(hash).status == 429)
            simulator.setLimits(SimulatedLimits(requestsPerDay: 2))
            #expect(try await client.lookUp(hash).status == 200)
            #expect(try await client.lookUp(hash).status == 429)
            simulator.resetQuotas()
            #expect(try await client.lookUp(hash).status == 200)
        }
    }
}
