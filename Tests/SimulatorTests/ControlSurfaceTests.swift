import Foundation
import Model
import Simulator
import TestSupport
import Testing

@Suite(.limited(.server))
struct ControlSurfaceTests {
    private let hash = FileFamily.numbered(1).sha256

    @Test func anotherProcessSetsFaultsAndReadsTheJournal() async throws {
        try await SimulatedVirusTotal.with { simulator in
            let client = TestClient(simulator)
            let added = try await client.send(
                "POST", "/simulator/faults", body: "{\"fault\": \"transient-error\", \"hash\": \"\(hash)\"}")
            #expect(added.status == 201)
            #expect(added.object["id"] as? Int == 1)
            #expect(try await client.lookUp(hash).status == 503)
            #expect(try await client.get("/simulator/faults").text.contains("transient-error"))
            #expect(try await client.send("DELETE", "/simulator/faults/1").status == 204)
            #expect(try await client.lookUp(hash).status != 503)
            let journal = try await client.get("/simulator/journal").text.split(separator: "\n")
            #expect(journal.count == 2)
            #expect(journal[0].contains("\"user\": \"demo\""))
            #expect(journal[0].contains("\"hash\": \"\(hash)\""))
            #expect(journal[0].contains("\"status\": 503, \"fault\": \"transient-error\""))
            #expect(!journal.joined().contains(SimulatedAccount.demoKey))
        }
    }

    @Test(arguments: [
        ("{\"fault\": \"no-such\"}", "no fault"), ("{\"fault\": \"chunked\", \"evry\": 2}", "'evry'"),
        ("{\"fault\": \"chunked\", \"every\": 0}", "'every' is 0"),
        ("{\"fault\": \"chunked\", \"hash\": \"12\"}", "'12' is no hash"), ("nonsense", "error"),
    ])
    func aRuleThatMakesNoSenseIsRefusedWithTheReason(_ body: String, _ reason: String) async throws {
        try await SimulatedVirusTotal.with { simulator in
            let answer = try await TestClient(simulator).send("POST", "/simulator/faults", body: body)
            #expect(answer.status == 400)
            #expect(answer.text.contains(reason), "\(answer.text)")
        }
    }

    @Test func limitsAndQuotaAreSetFromOutside() async throws {
        try await SimulatedVirusTotal.with { simulator in
            let client = TestClient(simulator)
            let limits = "{\"requestsPerMinute\": 0, \"requestsPerDay\": 1, \"requestsPerMonth\": 0}"
            #expect(try await client.send("PUT", "/simulator/limits", body: limits).status == 204)
            _ = try await client.lookUp(hash)
            #expect(try await client.lookUp(hash).status == 429)
            #expect(try await client.send("DELETE", "/simulator/quota").status == 204)
            #expect(try await client.lookUp(hash).status != 429)
        }
    }

    @Test func withoutTheSurfaceThePathsDoNotExist() async throws {
        var options = SimulatorOptions()
        options.hasControlSurface = false
        try await SimulatedVirusTotal.with(options) { simulator in
            let answer = try await TestClient(simulator).get("/simulator/journal")
            #expect(answer.status == 404)
        }
    }
}
