import Foundation
import Model
import TestSupport
import Testing

@testable import Reporting

/// Rows that the allow-list covers, in every output.
@Suite(.limited(.processor))
struct AllowedRowTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private static let text = "suspicious: our <own> tool (root, until 2027-01-31T00:00:00Z)"

    private func writer(rowsInFullMax: Int = 2_000) -> ReportWriter {
        var options = Samples.writer(htmlRowsInFullMax: rowsInFullMax).options
        options.writesSTIX = true
        let entry = AllowedFile(
            hash: Samples.md5, reason: "our <own> tool", author: "root", createdAt: Samples.now,
            until: Date(timeIntervalSince1970: 1_801_353_600))
        options.policy.allowList = AllowList([entry], at: Samples.now)
        return ReportWriter(options: options)
    }

    private var row: ReportRow {
        Samples.row(
            .known(Samples.object(["Fortinet": EngineFinding(category: .malicious, result: "W32/X")])))
    }

    @Test func theTablesSayWhatItWouldBeCalledAndWhyItIsNot() throws {
        let records = try samples.csv([row], by: writer())
        let cells = Dictionary(uniqueKeysWithValues: zip(records[0], records[1]))
        #expect(cells["verdict"] == "allowed" && cells["state"] == "answered")
        #expect(cells["allowed"] == Self.text && cells["fortinet"] == "W32/X")
        #expect(cells["why"]?.hasPrefix("1 of 1") == true)
        let line = Data(try samples.text("report.json").split(separator: "\n")[0].utf8)
        let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
        #expect(object["allowed"] as? String == Self.text)
        #expect(try samples.text("lists/allowed.txt") == Samples.sha256.hexadecimal + "\n")
    }

    @Test func withoutAnEntryTheColumnIsEmpty() throws {
        let records = try samples.csv([row])
        let cells = Dictionary(uniqueKeysWithValues: zip(records[0], records[1]))
        #expect(cells["verdict"] == "suspicious" && cells["allowed"]?.isEmpty == true)
    }

    /// As elements and as a line.
    @Test func thePageSaysIt() throws {
        let rows = [row, row]
        var input = Samples.input(.done, rows: rows)
        input.job.counts.byVerdict = [.allowed: 2]
        let page = try samples.html(input, rows: rows, by: writer(rowsInFullMax: 1))
        let text = "suspicious: our &lt;own&gt; tool (root, until 2027-01-31T00:00:00Z)"
        #expect(page.components(separatedBy: text).count == 3)
        #expect(page.contains("<p class=muted>2 rows are called allowed, "))
        #expect(page.contains("<span class=v>allowed</span>"))
    }

    @Test func theBundleAccusesItNot() throws {
        var options = writer().options
        options.policy = VerdictPolicy(maliciousFrom: 1)
        #expect(try bundle(options).contains("\"type\":\"indicator\""))
        options.policy.allowList = writer().options.policy.allowList
        let bundle = try bundle(options)
        #expect(!bundle.contains("\"type\":\"indicator\""))
        #expect(bundle.contains("Allowed; by its engines malicious: our "))
    }

    private func bundle(_ options: ReportOptions) throws -> String {
        try samples.writeTables([row], by: ReportWriter(options: options))
        return try samples.text("report.stix.json")
    }

    @Test func theReceiptCountsIt() throws {
        var input = Samples.input(.done, rows: [row])
        input.job.counts.byVerdict = [.allowed: 1]
        let status = StatusDocument(input, options: writer().options)
        #expect(status.counts.allowed == 1 && status.counts.suspicious == 0)
    }
}
