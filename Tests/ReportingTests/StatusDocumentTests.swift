import Foundation
import Model
import Reporting
import Testing

struct StatusDocumentTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func keys(of input: ReportInput) throws -> [String: Any] {
        try Samples.writer(isSimulated: true).writeStatus(input, in: samples.directory())
        let data = try Data(contentsOf: samples.folder.appending(path: "status.json"))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func everyPromisedKeyIsThereEvenWithoutAValue() throws {
        let status = try keys(of: Samples.input(.running, rows: []))
        let promised = [
            "schema", "id", "user", "name", "state", "reason", "wait_reason", "received_at", "finished_at",
            "expected_at", "updated_at", "counts", "progress", "requests", "input", "evidence", "report",
            "simulated", "version", "passed_over", "remarks",
            "options", "warnings", "changes", "policy",
        ]
        #expect(Set(status.keys) == Set(promised))
        #expect(status["finished_at"] is NSNull)
        #expect(status["received_at"] as? String == "2026-11-23T20:00:45Z")
        #expect(status["simulated"] as? Bool == true)
        #expect((status["report"] as? [String: Any])?["csv"] is NSNull)
        let requests = try #require(status["requests"] as? [String: Any])
        #expect(
            Set(requests.keys) == [
                "sent", "saved", "saved_by_cache", "saved_by_alias", "saved_by_sharing",
                "saved_by_duplicates",
            ])
    }

    @Test func countsAddUpAndTheTableIsNamedWhenDone() throws {
        let rows = [Samples.row(.unknown), Samples.row(.known(Samples.object([:])))]
        let status = try keys(of: Samples.input(.done, rows: rows))
        let counts = try #require(status["counts"] as? [String: Int])
        #expect(counts["hashes"] == 2 && counts["unknown"] == 1 && counts["no_results"] == 1)
        #expect((status["progress"] as? [String: Int])?["percent"] == 100)
        let report = try #require(status["report"] as? [String: Any])
        #expect(report["csv"] as? String == "report.csv")
        #expect(report["json"] as? String == "report.json")
        #expect(report["stix"] is NSNull)
    }

    @Test func aNameThatIsNotTextIsKeptExactly() throws {
        let bytes: [UInt8] = [0x61, 0xFF, 0x0A]
        let input = Samples.input(.running, rows: [], name: DroppedName(bytes: bytes))
        let status = try keys(of: input)
        #expect(status["name"] as? String == "a\u{FFFD}\\u{A}")
        #expect((status["input"] as? [String: Any])?["name_base64"] as? String == "Yf8K")
    }

    @Test(arguments: [
        (JobState.running, 60, "open"), (.running, -60, "missed"), (.done, 0, "met"), (.done, -1, "missed"),
        (.cancelled, 60, "cancelled"), (.cancelled, 0, "cancelled"), (.cancelled, -1, "missed"),
        (.refused, 60, "cancelled"), (.refused, -1, "missed"),
    ])
    func aTimeToBeDoneByIsMissedOnlyByWhatGoesOnUntilThen(state: JobState, seconds: Int, deadline: String)
        throws
    {
        var input = Samples.input(state, rows: [])
        input.job.finishedAt = state == .running ? nil : Samples.now
        // What an ended list was stays, however late its report is written again.
        if state != .running { input.now += 86_400 }
        input.job.options.by = Samples.now.addingTimeInterval(Double(seconds))
        let options = try #require(try keys(of: input)["options"] as? [String: Any])
        #expect(options["deadline"] as? String == deadline)
        #expect(
            Set(options.keys) == [
                "title", "vendors", "fresh_seconds", "priority", "budget", "by", "deadline", "compare",
                "outputs",
            ])
        #expect(options["title"] is NSNull)
        #expect(try keys(of: Samples.input(state, rows: []))["options"] is [String: Any])
    }

    @Test func aDocumentOfAnOlderVersionIsRead() throws {
        try Samples.writer().writeStatus(Samples.input(.done, rows: []), in: samples.directory())
        let old = try samples.text("status.json").split(separator: "\n")
            .filter { !$0.contains("\"stix\"") && !$0.contains("\"reason\"") }.joined(separator: "\n")
            // The last of its keys is now the one before.
            .replacing("\"report.json\",", with: "\"report.json\"")
        let document = try StatusDocument(json: Data(old.utf8))
        #expect(
            document.report.json == "report.json" && document.report.stix == nil && document.reason == nil)
    }

    @Test func thePolicyReadsItselfBackWithoutItsAllowList() throws {
        let policy = VerdictPolicy(
            maliciousFrom: 4, suspiciousFrom: 2, trustedVendors: ["Ä b", "C"], trustedFrom: 2,
            ignoredEngines: ["snake_Case"], engineWords: [.init(engine: "D", word: .clean)])
        var options = Samples.writer().options
        options.policy = policy
        let entry = AllowedFile(hash: Samples.md5, reason: "ours", author: "root", createdAt: Samples.now)
        options.policy.allowList = AllowList([entry], at: Samples.now)
        try ReportWriter(options: options).writeStatus(
            Samples.input(.running, rows: []), in: samples.directory())
        let document = try StatusDocument(json: Data(samples.text("status.json").utf8))
        #expect(document.policy?.verdictPolicy == policy)
    }

    @Test func theDocumentReadsItselfBack() throws {
        try Samples.writer().writeStatus(Samples.input(.done, rows: []), in: samples.directory())
        let document = try StatusDocument(
            json: Data(contentsOf: samples.folder.appending(path: "status.json")))
        #expect(document.schema == StatusDocument.currentSchema)
        #expect(document.state == "done")
        #expect(document.input.nameBase64 == nil)
        #expect(document.updatedAt == Samples.now)
    }
}
