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
        #expect(row["scan_date"] == "2024-02-29 12:34:56")
        #expect(row["state"] == "answered")
        #expect(row["verdict"] == "malicious")
        #expect(row["line"] == "7")
        #expect(row["link"] == "https://www.virustotal.com/gui/file/\(Samples.sha256.hexadecimal)")
        #expect(row["asked_at"] == "2026-11-23 20:10:45")
    }

    @Test func anUnknownHashHasEmptyCells() throws {
        let row = try cells(Samples.row(.unknown, hash: Samples.sha1))
        #expect(row["fortinet"] == "")
        #expect(row["engines_detected"] == "")
        #expect(row["scan_date"] == "")
        #expect(row["state"] == "unknown")
        #expect(row["fortinet_state"] == "")
        #expect(row["link"] == "https://www.virustotal.com/gui/file/\(Samples.sha1.hexadecimal)")
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
        let stale = LookupAnswer(
            answer: .known(Samples.object(["A": .init(category: .undetected)])), askedAt: Samples.now)
        let row = try cells(
            ReportRow(hash: Samples.md5, state: .failed(reason: "400, no", stale: stale), line: 1))
        #expect(row["state"] == "failed")
        #expect(row["verdict"] == "failed")
        #expect(row["reason"] == "400, no")
        #expect(row["is_stale"] == "true")
        #expect(row["engines_detected"] == "0")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), (" =1", " '=1"),
        ("\u{A0}=1", "\u{A0}'=1"), ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("\"=1", "\"'=1"),
        ("＝1", "'＝1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠1", "'＠1"),
        // The next cell, for whom ; ends one.
        ("a;=HYPERLINK(\"x\");b", "a;'=HYPERLINK(\"x\");b"), ("a; =1", "a; '=1"), ("a;\"=1", "a;\"'=1"),
        (";+1;-1", ";'+1;'-1"), ("a;＝1", "a;'＝1"),
        // Line ends and tabs are shown, so nothing begins after them.
        ("\t=1", "\\u{9}=1"), ("\r=1", "\\u{D}=1"), ("a\n=1", "a\\u{A}=1"),
        // What is no sign at a cell's start stays.
        ("a=b", "a=b"), ("a-b;c+d", "a-b;c+d"), ("1=1", "1=1"), ("a,=1", "a,=1"),
        // Numbers that would lose digits, and pandas' words for nothing.
        ("12345678901234567", "'12345678901234567"), ("007", "'007"), ("1e5", "'1e5"), ("1E5", "'1E5"),
        ("123456789012345", "123456789012345"), ("0", "0"), ("e5", "e5"), ("1e", "1e"), ("1e5e", "1e5e"),
        ("NA", "'NA"), ("null", "'null"), ("None", "'None"), ("#N/A", "'#N/A"), ("NA?", "NA?"),
    ])
    func noColumnWithTextFromOutsideIsTakenForSomethingElse(text: String, cell: String) throws {
        var object = Samples.object(["Fortinet": .init(category: .malicious, result: text)])
        object.threatLabel = text
        object.meaningfulName = text
        object.typeDescription = text
        let answered = try cells(Samples.row(.known(object), comment: text))
        for column in ["fortinet", "threat_label", "name", "type", "comment"] {
            #expect(answered[column] == cell, "\(column)")
        }
        let failed = try cells(
            ReportRow(hash: Samples.md5, state: .failed(reason: text, stale: nil), line: 1))
        #expect(failed["reason"] == cell)
    }

    @Test func whatHoldsACellEndOfAnotherLanguageIsQuoted() throws {
        _ = try samples.csv([Samples.row(.unknown, comment: "a;b")])
        #expect(try samples.text("report.csv").contains(",\"a;b\","))
    }

    @Test(arguments: [
        (String(repeating: "1", count: 32), true), ("0" + String(repeating: "1", count: 39), true),
        (String(repeating: "1", count: 9) + "e" + String(repeating: "2", count: 54), true),
        ("e" + String(repeating: "1", count: 31), false), (String(repeating: "1", count: 31) + "e", false),
        ("1e1e" + String(repeating: "1", count: 28), false),
        ("1a" + String(repeating: "1", count: 30), false),
    ])
    func aHashThatReadsAsANumberStaysAText(digits: String, isNumber: Bool) throws {
        let hash = try #require(FileHash(digits))
        let row = try cells(Samples.row(.unknown, hash: hash))
        #expect(row["hash"] == (isNumber ? "'" : "") + digits)
        var object = Samples.object([:])
        switch hash.kind {
        case .md5: object.md5 = hash
        case .sha1: object.sha1 = hash
        case .sha256: object.sha256 = hash
        }
        var known = Samples.row(.known(object))
        known.askedAs = hash
        let cells = try cells(known)
        let column = ["md5", "sha1", "sha256"][FileHash.Kind.allCases.firstIndex(of: hash.kind)!]
        #expect(cells[column] == row["hash"])
        #expect(cells["asked_as"] == row["hash"])
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

    @Test func theByteOrderMarkIsThereUnlessItIsSwitchedOff() throws {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        try samples.writeTables([])
        #expect(try samples.bytes("report.csv").starts(with: mark))
        var options = Samples.writer().options
        options.isCSVMarkedUTF8 = false
        try samples.writeTables([], by: ReportWriter(options: options))
        #expect(try samples.bytes("report.csv").starts(with: Array("hash,".utf8)))
    }

    @Test(arguments: [
        (["Fortinet"], nil), (["Trend Micro", "Fortinet"], nil),
        (["Trend Micro", "Trend-Micro"], "trend_micro"),
        (["Name"], "name"), (["State"], "state"), (["Foo", "Foo State"], "foo_state"),
        (["Engines"], "engines"),
        (["金山", "瑞星"], "vendor"),
    ])
    func twoColumnsOfOneNameAreNoticed(vendors: [String], column: String?) {
        #expect(ReportColumns(vendors: vendors).collision == column)
    }
}
