import Foundation
import Model
import Simulator
import Support
import TestSupport
import Testing

/// What the simulator says of a file from a moment on.
@Suite(.limited(.server))
struct WorldChangeTests {
    private let family = FileFamily.numbered(1, seed: 12)

    private func run(
        _ world: [WorldChange] = [],
        _ body: (SimulatedVirusTotal, TestClient, ManualClock) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.clock = clock
        options.world = world
        try await SimulatedVirusTotal.with(options) { simulator in
            try await body(simulator, TestClient(simulator), clock)
        }
    }

    /// How many engines detect it; nil for a file that VirusTotal does not know.
    private func detections(_ hash: FileHash, _ client: TestClient) async throws -> Int? {
        let answer = try await client.lookUp(hash)
        guard answer.status == 200 else { return nil }
        return (answer.attributes["last_analysis_stats"] as? [String: Int])?["malicious"]
    }

    @Test func eachChangeCountsFromItsMomentOnAndUnderAllNames() async throws {
        let start = Samples.now
        let world = [
            WorldChange(family.sha1, from: start + 20, .unknown),
            WorldChange(family.md5, from: start + 10, .detected(engines: 7)),
            WorldChange(family.sha256, from: start - 10, .detected(engines: 0)),
        ]
        try await run(world) { simulator, client, clock async throws in
            for (after, expected) in [(9, 0), (1, 7), (9, 7), (1, nil)] as [(Int, Int?)] {
                clock.advance(by: .seconds(after))
                for hash in family.hashes {
                    #expect(try await detections(hash, client) == expected, "after \(clock.passed)")
                }
            }
            simulator.change(WorldChange(family.md5, .detected(engines: 65)))
            #expect(try await detections(family.sha256, client) == 65)
        }
    }

    /// A file that engines call by another name is still the same file, scanned anew.
    @Test func onlyWhatChangesIsAnother() async throws {
        try await run([WorldChange(family.sha256, .detected(engines: 9), family: "emotet")]) {
            simulator, client, clock in
            let before = try await client.lookUp(family.md5).attributes
            clock.advance(by: .seconds(3_600))
            simulator.change(WorldChange(family.sha1, .detected(engines: 9), family: "mirai"))
            let after = try await client.lookUp(family.md5).attributes
            func label(_ attributes: [String: Any]) -> String? {
                (attributes["popular_threat_classification"] as? [String: Any])?["suggested_threat_label"]
                    as? String
            }
            #expect(label(before)?.hasPrefix("banker.emotet/") == true)
            #expect(label(after)?.hasPrefix("trojan.mirai/") == true)
            for key in ["sha256", "size", "type_tag", "first_submission_date", "times_submitted"] {
                #expect("\(before[key] ?? "")" == "\(after[key] ?? "")", "\(key)")
            }
            let times = [before, after].map { $0["last_analysis_date"] as? Int ?? 0 }
            #expect(times[1] - times[0] == 3_600)
        }
    }

    @Test func aFileThatBecomesKnownWasSubmittedThen() async throws {
        try await run([WorldChange(family.sha256, .unknown)]) { simulator, client, clock async throws in
            clock.advance(by: .seconds(500))
            simulator.change(WorldChange(family.sha256, .detected(engines: 3)))
            let file = try await client.lookUp(family.sha256).attributes
            let now = Int(clock.now.wall.timeIntervalSince1970)
            #expect(file["first_submission_date"] as? Int == now)
            #expect(file["last_analysis_date"] as? Int == now)
        }
    }

    @Test func anotherProcessChangesTheWorld() async throws {
        try await run { _, client, clock async throws in
            let body = "{\"hash\": \"\(family.md5)\", \"detections\": 12, \"family\": \"qakbot\"}"
            #expect(try await client.send("POST", "/simulator/world", body: body).status == 204)
            #expect(try await detections(family.sha256, client) == 12)
            let later = "{\"hash\": \"\(family.md5)\", \"from\": \"2999-01-01T00:00:00Z\", "
            let change = later + "\"condition\": \"unknown\"}"
            #expect(try await client.send("POST", "/simulator/world", body: change).status == 204)
            #expect(try await detections(family.sha256, client) == 12)
        }
    }

    @Test(arguments: [
        ("{\"detections\": 1}", "hash"), ("{\"hash\": \"12\", \"detections\": 1}", "'12' is no hash"),
        ("{\"hash\": \"HASH\"}", "either 'detections' or"),
        ("{\"hash\": \"HASH\", \"detections\": 66}", "0 to 65"),
        ("{\"hash\": \"HASH\", \"detections\": \"3\"}", "wrong type"),
        ("{\"hash\": \"HASH\", \"detections\": 1, \"condition\": \"unknown\"}", "either"),
        ("{\"hash\": \"HASH\", \"condition\": \"clean\"}", "'clean' and not"),
        ("{\"hash\": \"HASH\", \"detections\": 1, \"family\": \"nobody\"}", "'nobody' is no family"),
        ("{\"hash\": \"HASH\", \"detections\": 1, \"at\": \"\"}", "'at' is no part"),
        ("{\"hash\": \"HASH\", \"detections\": 1, \"from\": \"tomorrow\"}", "'tomorrow' is no time"),
        ("nonsense", "JSON"),
    ])
    func whatMakesNoSenseIsRefusedWithTheReason(line: String, reason: String) throws {
        let text = line.replacing("HASH", with: family.sha256.hexadecimal)
        let folder = TemporaryFolder()
        let path = folder.path("world.jsonl")
        let good = "{\"hash\": \"\(family.sha256)\", \"detections\": 0}\n\n"
        try Data((good + text + "\n").utf8).write(to: URL(filePath: path))
        let error = #expect(throws: SimulatorError.self) { try WorldChange.read(path: path) }
        #expect(error?.description.contains("line 3: ") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        try Data(good.utf8).write(to: URL(filePath: path))
        #expect(try WorldChange.read(path: path) == [WorldChange(family.sha256, .detected(engines: 0))])
    }
}
