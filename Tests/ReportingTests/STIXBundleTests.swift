import Foundation
import Model
import Reporting
import TestSupport
import Testing

@Suite(.limited(.processor))
struct STIXBundleTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func objects(
        _ rows: [ReportRow], vendors: [String] = ["Fortinet"], isSimulated: Bool = false,
        in samples: Samples? = nil
    ) throws -> [[String: Any]] {
        let samples = samples ?? self.samples
        var options = Samples.writer(vendors: vendors, isSimulated: isSimulated).options
        options.writesSTIX = true
        try samples.writeTables(rows, by: ReportWriter(options: options))
        let bundle = try JSONSerialization.jsonObject(with: Data(try samples.bytes("report.stix.json")))
        return try #require((bundle as? [String: Any])?["objects"] as? [[String: Any]])
    }

    private func types(_ objects: [[String: Any]]) -> [String] {
        objects.compactMap { $0["type"] as? String }
    }

    private static func malicious() -> FileObject {
        var object = Samples.object([
            "Fortinet": .init(category: .malicious, result: "W32/Vb.HT!tr"),
            "A": .init(category: .malicious), "B": .init(category: .malicious),
            "C": .init(category: .undetected),
        ])
        object.threatLabel = "trojan.vb"
        object.meaningfulName = "a.exe"
        object.sizeBytes = 9
        object.firstSubmissionDate = Date(timeIntervalSince1970: 1_600_000_000)
        return object
    }

    @Test func aMaliciousFileIsFileAnalysesAndIndicator() throws {
        let objects = try objects([Samples.row(.known(Self.malicious()))])
        #expect(types(objects) == ["identity", "file", "malware-analysis", "malware-analysis", "indicator"])
        let (file, whole, fortinet, indicator) = (objects[1], objects[2], objects[3], objects[4])
        #expect((file["hashes"] as? [String: String])?.keys.sorted() == ["MD5", "SHA-1", "SHA-256"])
        #expect(file["name"] as? String == "a.exe" && file["size"] as? Int == 9)
        #expect(whole["product"] as? String == "virustotal" && whole["result"] as? String == "malicious")
        #expect(whole["result_name"] as? String == "trojan.vb")
        #expect(whole["sample_ref"] as? String == file["id"] as? String)
        #expect(whole["analysis_ended"] as? String == "2024-02-29T12:34:56.000Z")
        #expect(whole["submitted"] as? String == "2020-09-13T12:26:40.000Z")
        let reference = (whole["external_references"] as? [[String: String]])?.first
        #expect(reference?["description"] == "3 of 4 engines detect it")
        #expect(
            fortinet["product"] as? String == "fortinet"
                && fortinet["result_name"] as? String == "W32/Vb.HT!tr")
        let pattern = try #require(indicator["pattern"] as? String)
        #expect(
            pattern.hasPrefix("[file:hashes.'SHA-256' = '3c3c")
                && pattern.contains(" OR file:hashes.'MD5' = '1a1a"))
    }

    @Test(arguments: [
        (0, "benign", "benign"), (1, "suspicious", "malicious"), (2, "suspicious", "malicious"),
        (3, "malicious", "malicious"),
    ])
    func resultsAreTheVocabularys(detections: Int, whole: String, vendors: String) throws {
        var engines = ["Fortinet": EngineFinding(category: detections > 0 ? .malicious : .undetected)]
        for index in 1..<4 {
            engines["E\(index)"] = .init(category: index < detections ? .malicious : .undetected)
        }
        let objects = try objects([Samples.row(.known(Samples.object(engines)))])
        #expect(objects.compactMap { $0["result"] as? String } == [whole, vendors])
        #expect(types(objects).contains("indicator") == (whole == "malicious"))
    }

    @Test func whatIsNotAnsweredWellIsAFileWithANote() throws {
        let objects = try objects([
            Samples.row(.unknown, hash: Samples.md5, comment: "from a mail", line: 7),
            ReportRow(hash: Samples.sha1, state: .failed(reason: "bad request", stale: nil), line: 8),
            Samples.row(.known(Samples.object([:])), line: 9),
        ])
        #expect(types(objects) == ["identity"] + ["file", "note", "file", "note", "file", "note"])
        #expect(objects[2]["content"] as? String == "VirusTotal does not know this file.\nfrom a mail")
        #expect(objects[2]["abstract"] as? String == "Line 7 of list.txt")
        #expect(objects[2]["object_refs"] as? [String] == (objects[1]["id"] as? String).map { [$0] })
        #expect(objects[4]["content"] as? String == "No verdict: bad request.")
    }

    @Test func aFileThatTheListNamesTwiceIsThereOnce() throws {
        var second = Samples.row(.known(Self.malicious()), hash: Samples.md5, comment: "again", line: 2)
        second.isFileRepeated = true
        let objects = try objects([Samples.row(.known(Self.malicious())), second])
        let ids = objects.compactMap { $0["id"] as? String }
        #expect(Set(ids).count == ids.count)
        #expect(types(objects).filter { $0 == "file" }.count == 1)
        #expect(objects.last?["object_refs"] as? [String] == [ids[1]])
    }

    @Test func theSameAnswerIsTheSameObjectInEveryReport() throws {
        let rows = [Samples.row(.known(Self.malicious()))]
        let first = try objects(rows).compactMap { $0["id"] as? String }
        #expect(try objects(rows, in: Samples()).compactMap { $0["id"] as? String } == first)
        // An invented verdict is never another version of a real one.
        let simulated = try objects(rows, isSimulated: true)
        #expect(
            simulated.compactMap { $0["labels"] as? [String] } == [
                ["simulated"], ["simulated"], ["simulated"],
            ])
        let ours = zip(simulated, first).filter { $0.0["type"] as? String != "file" }
        #expect(ours.allSatisfy { $0.0["id"] as? String != $0.1 })
    }

    @Test func factsHaveTheirPlaces() throws {
        var object = Self.malicious()
        object.facts = FactSamples.program
        let objects = try objects([Samples.row(.known(object))])
        let analyses = objects.filter { $0["type"] as? String == "malware-analysis" }
        #expect(analyses[0]["labels"] as? [String] == ["signed", "overlay", "yara:SUSP_Rule", "yara:Other"])
        // A sandbox's all-clear is left out.
        let words = analyses.map { "\($0["product"] ?? ""): \($0["result"] ?? "")" }
        #expect(
            words == [
                "virustotal: malicious", "zenbox: malicious", "cape-sandbox: suspicious",
                "fortinet: malicious",
            ])
        #expect(analyses.allSatisfy { $0["sample_ref"] as? String == objects[1]["id"] as? String })
    }

    @Test func twoSandboxesOfOneNameAreOneObject() throws {
        var object = Self.malicious()
        object.facts = FileFacts()
        let names = ["A B", "a-b", "沙箱", "箱"]
        object.facts?.add(.sandboxes, elements: names.map { [$0, "malicious", nil] })
        let ids = try objects([Samples.row(.known(object))]).compactMap { $0["id"] as? String }
        #expect(Set(ids).count == ids.count && ids.count == 7)
    }

    /// OASIS's own validator and library read what hostile rows become.
    @Test func theBundleIsValidSTIX() async throws {
        var repeated = Samples.row(.known(Self.malicious()), hash: Samples.md5, comment: "again", line: 2)
        repeated.isFileRepeated = true
        var told = Self.malicious()
        told.facts = FactSamples.program
        let rows = [
            Samples.row(.known(told)), repeated,
            Samples.row(.known(Samples.object([:])), hash: Samples.sha1),
        ]
        let objects = try objects(rows.dropLast() + HostileRows.all, vendors: ["Fortinet", "A", "B"])
        let path = samples.folder.appending(path: "report.stix.json").path(percentEncoded: false)
        let output = try await PythonScript("stix_check.py").run([path])
        #expect(output.status == 0, "\(output.text)")
        #expect(output.text.contains("\(objects.count) objects, valid"), "\(output.text)")
    }
}
