import Foundation
import Model
import Reporting
import Testing

struct CSVTableTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func cells(_ row: ReportRow, vendors: [String] = ["Fortinet"]) throws -> [String: String] {
        let records = try samples.csv([row], by: Samples.writer(vendors: vendors))
        #expect(records.count == 2 && records[0].count == records[1].count)
        return Dictionary(uniqueKeysWithValues: zip(records[0], records[1]))
    }

    @Test func theFirstFourColumnsAreTheOriginals() throws {
        let header = try samples.csv([])[0]
        #expect(Array(header.prefix(4)) == ["hash", "fortinet", "engines_detected", "scan_date"])
        #expect(header == ReportColumns.all(vendors: ["Fortinet"]).map(\.name))
        #expect(Set(header).count == header.count)
    }

    @Test func aDetectionFillsTheRow() throws {
        let object = Samples.object([
            "Fortinet": .init(category: .malicious, result: "W32/Vb.HT!tr"),
            "A": .init(category: .malicious, result: "x"), "B": .init(category: .suspicious, result: "y"),
            "C": .init(category: .undetected), "D": .init(category: .timeout),
        ])
        let row = try cells(Samples.row(.known(object), hash: Samples.md5, line: 7))
        #expect(row["hash"] == Samples.md5.hexadecimal)
        #expect(row["fortinet"] == "W32/Vb.HT!tr")
        #expect(row["engines_detected"] == "3")
        #expect(row["engines_total"] == "4")
        #expect(row["scan_date"] == "2024-02-29T12:34:56Z")
        #expect(row["state"] == "answered")
        #expect(row["verdict"] == "malicious")
        #expect(row["line"] == "7")
        #expect(row["link"] == "https://www.virustotal.com/gui/file/\(Samples.sha256.hexadecimal)")
        #expect(row["asked_at"] == "2026-11-23T20:10:45Z")
    }

    @Test func anUnknownHashHasEmptyCells() throws {
        let row = try cells(Samples.row(.unknown, hash: Samples.sha1))
        #expect(row["fortinet"] == "")
        #expect(row["engines_detected"] == "")
        #expect(row["scan_date"] == "")
        #expect(row["state"] == "unknown")
        #expect(row["fortinet_state"] == "")
        #expect(row["link"] == "")
    }

    @Test(arguments: [
        ("detected", ["Fortinet": EngineFinding(category: .malicious, result: "x")]),
        ("undetected", ["Fortinet": EngineFinding(category: .undetected)]),
        ("could-not-scan", ["Fortinet": EngineFinding(category: .typeUnsupported)]),
        ("no-row", ["Other": EngineFinding(category: .undetected)]),
        ("no-analysis", [:]),
    ])
    func theFiveVendorStatesAreToldApart(name: String, engines: [String: EngineFinding]) throws {
        let row = try cells(Samples.row(.known(Samples.object(engines))))
        #expect(row["fortinet_state"] == name)
        #expect(row["fortinet"] == (name == "detected" ? "x" : ""))
    }

    @Test func aFailedRowKeepsItsReasonAndItsStaleAnswer() throws {
        let stale = Verdict(
            answer: .known(Samples.object(["A": .init(category: .undetected)])), askedAt: Samples.now)
        let row = try cells(
            ReportRow(hash: Samples.md5, state: .failed(reason: "400, no", stale: stale), line: 1))
        #expect(row["state"] == "failed")
        #expect(row["verdict"] == "failed")
        #expect(row["reason"] == "400, no")
        #expect(row["is_stale"] == "true")
        #expect(row["engines_detected"] == "0")
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
    func whatASpreadsheetWouldRunIsDefused(comment: String) throws {
        let row = try cells(Samples.row(.unknown, comment: comment))
        #expect(row["comment"]?.first == "'")
    }

    @Test func quotesCommasAndOtherScriptsComeBackUnchanged() throws {
        let comment = #"a "quoted", счёт 请 ' value"#
        #expect(try cells(Samples.row(.unknown, comment: comment))["comment"] == comment)
    }

    @Test func aRowStaysOneLineWhateverItHolds() throws {
        let row = Samples.row(.unknown, comment: "a\r\nb\u{0}c\u{1B}[2Jd")
        #expect(try cells(row)["comment"] == "a\\u{D}\\u{A}b\\u{0}c\\u{1B}[2Jd")
        let bytes = Array(try samples.text("report.csv").utf8)
        #expect(bytes.count { $0 == 0x0A } == 2)
        #expect(!bytes.contains(0))
    }

    @Test func rowsKeepTheListsOrder() throws {
        let rows = [
            Samples.row(.unknown, hash: Samples.sha256, line: 1),
            Samples.row(.unknown, hash: Samples.md5, line: 2),
            Samples.row(.unknown, hash: Samples.sha1, line: 3),
        ]
        #expect(try samples.csv(rows).dropFirst().map { $0[0] } == rows.map(\.hash.hexadecimal))
    }

    @Test func everyVendorHasItsColumn() throws {
        let engines = ["Trend Micro": EngineFinding(category: .malicious, result: "T")]
        let row = try cells(
            Samples.row(.known(Samples.object(engines))), vendors: ["Fortinet", "Trend Micro"])
        #expect(row["trend_micro"] == "T")
        #expect(row["fortinet_state"] == "no-row")
        #expect(row["trend_micro_state"] == "detected")
    }

    @Test func theByteOrderMarkIsOnlyThereOnRequest() throws {
        #expect(try samples.csv([])[0][0] == "hash")
        var options = Samples.writer().options
        options.isCSVMarkedUTF8 = true
        #expect(try samples.csv([], by: ReportWriter(options: options))[0][0] == "\u{FEFF}hash")
    }
}
