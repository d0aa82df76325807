import Foundation
import Model
import Simulator
import TestSupport
import Testing

@Suite(.limited(.server))
struct JournalTests {
    @Test func itAnswersWhatATestAsks() async throws {
        let clock = ManualClock()
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.clock = clock
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            let family = FileFamily.numbered(1)
            for seconds in [0, 20, 20, 20, 0.5] {
                clock.advance(by: .seconds(seconds))
                _ = try await client.lookUp(family.md5)
            }
            _ = try await client.get("/api/v3/users/demo/overall_quotas")
            let journal = simulator.journal
            // At 0, 20, 40, 60 and 60.5 s: the request at 60 s is outside the span that began at 0 s.
            #expect(journal.lookupsMax(inAny: 60) == 4)
            #expect(journal.lookupsMax(inAny: 1) == 2)
            #expect(journal.requests(for: family.md5).count == 5)
            #expect(journal.requests(for: family.sha256).isEmpty)
            #expect(journal.requestCount == 6 && journal.lookups.count == 5)
        }
    }

    @Test func itForgetsTheOldestAndSaysSo() async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.journalEntriesMax = 4
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            for number in 0..<6 { _ = try await client.lookUp(FileFamily.numbered(number).md5) }
            #expect(simulator.journal.entries.map(\.sequence) == [3, 4, 5, 6])
            #expect(simulator.journal.forgottenCount == 2)
        }
    }

    @Test func itIsAppendedToAFileWithoutTheKey() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID()).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var options = SimulatorOptions()
        options.journalFile = path
        let hash = FileFamily.numbered(1).md5
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            _ = try await client.lookUp(hash)
            _ = try await client.get("/api/v3/users/\(SimulatedAccount.demoKey)", key: "wrong-key")
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("\"hash\": \"\(hash)\""))
        #expect(lines[1].contains("\"user\": null"))
        #expect(!lines.joined().contains(SimulatedAccount.demoKey) && !lines.joined().contains("wrong-key"))
    }

    @Test func aJournalThatCannotBeWrittenIsAnError() {
        var options = SimulatorOptions()
        options.journalFile = "/nonexistent/journal.jsonl"
        #expect(throws: SimulatorError.journal(path: "/nonexistent/journal.jsonl", code: 2)) {
            _ = try SimulatedVirusTotal(options)
        }
    }
}
