import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// The shape of a file object against what was seen in recorded answers (rows, statistics, optional fields).
@Suite(.limited(.server))
struct FileObjectTests {
    private var unlimited: SimulatorOptions {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        return options
    }

    @Test func rowsAndStatisticsAgreeInEveryKnownFile() async throws {
        try await SimulatedVirusTotal.with(unlimited) { simulator in
            let client = TestClient(simulator)
            for number in 0..<150 {
                let file = SimulatedFile.make(number: number, seed: 3)
                guard case .detected(let detections) = file.condition else { continue }
                let answer = try await client.lookUp(file.family.sha1)
                let stats = try #require(answer.attributes["last_analysis_stats"] as? [String: Int])
                var counts: [String: Int] = [:]
                for row in answer.rows.values {
                    let category = try #require(row["category"] as? String)
                    counts[category, default: 0] += 1
                    #expect((row["result"] is String) == (category == "malicious"))
                    #expect(row.count == 6)
                }
                #expect(stats.count == 8)
                #expect(stats.filter { $0.value > 0 } == counts)
                #expect(counts["malicious", default: 0] == detections)
                #expect((53...79).contains(answer.rows.count))
                #expect((12_000...40_000).contains(answer.body.count))
            }
        }
    }

    @Test func theAnswerIsTheSameForEveryNameInAnyCase() async throws {
        try await SimulatedVirusTotal.with(unlimited) { simulator in
            let client = TestClient(simulator)
            let family = SimulatedFile.make(number: 5, .detected(engines: 12)).family
            simulator.register(SimulatedFile.make(number: 5, .detected(engines: 12)))
            let bodies = try await [
                client.lookUp(family.md5).body, client.lookUp(family.sha1).body,
                client.lookUp(family.sha256).body,
                client.get("/api/v3/files/\(family.md5.hexadecimal.uppercased())").body,
            ]
            #expect(Set(bodies).count == 1)
            let answer = try await client.lookUp(family.md5)
            #expect(answer.data["id"] as? String == family.sha256.hexadecimal)
            let links = answer.data["links"] as? [String: String]
            #expect(links?["self"]?.hasSuffix("/api/v3/files/\(family.sha256)") == true)
            #expect(answer.attributes["md5"] as? String == family.md5.hexadecimal)
        }
    }

    @Test func aPendingFileHasNeitherRowsNorStatisticsNorDate() async throws {
        try await SimulatedVirusTotal.with(unlimited) { simulator in
            let file = SimulatedFile.make(number: 1, .pending)
            simulator.register(file)
            let answer = try await TestClient(simulator).lookUp(file.family.md5)
            #expect(answer.status == 200)
            #expect(answer.attributes["last_analysis_results"] is [String: Any])
            #expect(answer.rows.isEmpty)
            #expect(answer.attributes["last_analysis_date"] == nil)
            #expect(answer.attributes["last_analysis_stats"] == nil)
        }
    }

    @Test func fortinetSaysWhatTheFileSays() async throws {
        try await SimulatedVirusTotal.with(unlimited) { simulator in
            let client = TestClient(simulator)
            var file = SimulatedFile.make(number: 9, .detected(engines: 1))
            var rows: [[String: Any]?] = []
            let states: [SimulatedFile.Fortinet] = [
                .detected("W32/Emotet.ABC!tr"), .undetected, .couldNotScan(.confirmedTimeout), .missing,
            ]
            for state in states {
                file.fortinet = state
                simulator.register(file)
                rows.append(try await client.lookUp(file.family.sha256).rows["Fortinet"])
            }
            #expect(rows[0]?["category"] as? String == "malicious")
            #expect(rows[0]?["result"] as? String == "W32/Emotet.ABC!tr")
            #expect(rows[1]?["category"] as? String == "undetected")
            #expect(rows[2]?["category"] as? String == "confirmed-timeout")
            #expect(rows[2]?["result"] is NSNull)
            #expect(rows[3] == nil)
        }
    }

    @Test func quirksShowInTheAnswer() async throws {
        try await SimulatedVirusTotal.with(unlimited) { simulator in
            let client = TestClient(simulator)
            func answer(_ quirk: SimulatedFile.Quirk) async throws -> TestClient.Answer {
                var file = SimulatedFile.make(number: 11, .detected(engines: 20))
                file.quirks = [quirk]
                simulator.register(file)
                return try await client.lookUp(file.family.md5)
            }
            let hostile = try await answer(.hostileText)
            let names = try #require(hostile.attributes["names"] as? [String])
            #expect(names.contains("nul\u{0}inside.exe"))
            #expect(names.contains { $0.count == 10_000 })
            let result = try #require(hostile.rows["Fortinet"]?["result"] as? String)
            #expect(result.hasPrefix("=cmd|") && result.contains("\u{202E}"))
            #expect(try await answer(.withoutLinks).data["links"] == nil)
            #expect(try await answer(.withoutStats).attributes["last_analysis_stats"] == nil)
            let removed = try await answer(.removed)
            #expect(removed.data["attributes"] == nil && removed.data["error"] != nil)
            let rows = try await answer(.unknownCategory).rows.values
            #expect(rows.count { $0["category"] as? String == "quarantined" } == 1)
            let threat = try await answer(.threatPairs).attributes["popular_threat_classification"]
            let pairs = (threat as? [String: Any])?["popular_threat_name"] as? [[Any]]
            #expect(pairs?.first?.count == 2)
        }
    }

    /// What a client must pass over: records that a rule matched, rules' own texts, certificates.
    @Test func theBulkOfAnAnswerIsThereToo() async throws {
        try await SimulatedVirusTotal.with(unlimited) { simulator in
            let client = TestClient(simulator)
            let eicar = try #require(FileHash("44d88612fea8a8f36de82e1278abb02f"))
            let attributes = try await client.lookUp(eicar).attributes
            let sigma = try #require(attributes["sigma_analysis_results"] as? [[String: Any]])
            #expect((sigma.first?["match_context"] as? [Any])?.count == 25)
            let network = try #require(attributes["crowdsourced_ids_results"] as? [[String: Any]])
            #expect(network.first?["rule_raw"] is String && network.first?["alert_context"] is [Any])

            var hostile = SimulatedFile.make(number: 12, .detected(engines: 20))
            hostile.quirks = [.hostileText]
            simulator.register(hostile)
            let signature = try await client.lookUp(hostile.family.md5).attributes["signature_info"]
            let info = try #require(signature as? [String: Any])
            #expect(info["verified"] as? String == "Signed")
            #expect((info["signers"] as? String)?.contains("; Example Root") == true)
            #expect((info["signers details"] as? [Any])?.count == 3)
        }
    }
}
