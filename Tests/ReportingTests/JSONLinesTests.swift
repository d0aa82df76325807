import Foundation
import Model
import Reporting
import Testing

struct JSONLinesTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func objects(_ rows: [ReportRow], vendors: [String] = ["Fortinet"]) throws -> [[String: Any]] {
        try samples.writeTables(rows, by: Samples.writer(vendors: vendors))
        return try samples.text("report.json").split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func everyRowHasEveryColumnOfTheCSVAndThreeMore() throws {
        let rows = [
            Samples.row(.unknown), Samples.row(.known(Samples.object([:]))),
            ReportRow(hash: Samples.md5, state: .failed(reason: "x", stale: nil), line: 1),
        ]
        let objects = try objects(rows, vendors: ["Fortinet", "Trend Micro"])
        let header = try #require(try samples.csvRecords().first)
        for object in objects {
            #expect(object.keys.sorted() == (header + ["engines", "reputation", "facts"]).sorted())
        }
    }

    @Test func theValuesAreOfTheirKind() throws {
        var object = Samples.object([
            "Fortinet": .init(category: .malicious, result: "W32/x"), "A": .init(category: .malicious),
            "B": .init(category: .undetected), "C": .init(category: .undetected),
            "D": .init(category: .timeout),
        ])
        object.sizeBytes = 217_088
        object.reputation = -3
        let row = try objects([Samples.row(.known(object), hash: Samples.md5, comment: "007", line: 7)])[0]
        #expect(row["hash"] as? String == Samples.md5.hexadecimal)
        #expect(row["engines_detected"] as? Int == 2 && row["engines_total"] as? Int == 4)
        #expect(row["scan_date"] as? String == "2024-02-29T12:34:56Z")
        #expect(row["is_stale"] as? Bool == false)
        #expect(row["size_bytes"] as? Int == 217_088 && row["reputation"] as? Int == -3)
        #expect(row["comment"] as? String == "007")
        let engines = try #require(row["engines"] as? [String: Any])
        #expect(engines.keys.sorted() == ["malicious", "timeout", "undetected"])
        #expect((engines["malicious"] as? [String: Any])?["Fortinet"] as? String == "W32/x")
        #expect((engines["malicious"] as? [String: Any])?["A"] is NSNull)
        #expect(engines["undetected"] as? [String] == ["B", "C"])
    }

    @Test func anUnknownHashHasNullsAndNoEngines() throws {
        let row = try objects([Samples.row(.unknown)])[0]
        for key in [
            "fortinet", "engines_detected", "scan_date", "name", "fortinet_state", "reputation", "engines",
            "facts",
        ] {
            #expect(row[key] is NSNull, "\(key)")
        }
        #expect(row["state"] as? String == "unknown")
    }

    @Test func hostileTextsComeBackExactlyAndNoByteOfThemActs() throws {
        let objects = try objects(HostileRows.all)
        #expect(objects.count == HostileRows.all.count)
        for (index, text) in HostileRows.texts.enumerated() {
            let (known, failed) = (objects[2 * index], objects[2 * index + 1])
            for column in ["threat_label", "name", "type", "comment"] {
                #expect(
                    (known[column] as? String).map { Array($0.utf8) } == Array(text.utf8),
                    "\(column) \(index)")
            }
            // Engines' texts are held as they are stored, without NULs.
            let kept = text.replacing("\0", with: "\u{FFFD}")
            #expect((known["fortinet"] as? String).map { Array($0.utf8) } == Array(kept.utf8), "\(index)")
            #expect(
                (failed["reason"] as? String).map { Array($0.utf8) } == Array(text.utf8), "reason \(index)")
            let engines = try #require(known["engines"] as? [String: Any])
            #expect((engines["suspicious"] as? [String: Any])?[kept] as? String == kept)
        }
        // No control, line separator, text direction or tag character as such.
        for scalar in try samples.text("report.json").unicodeScalars where scalar != "\n" {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Issue.record("U+\(scalar.value)")
            default: break
            }
        }
    }

    @Test func theFileIsThereOnlyIfItIsWanted() throws {
        try samples.writeTables([])
        #expect(try samples.names == ["report.csv", "report.json"])
        #expect(Samples.writer().options.tableFiles == ["report.csv", "report.json"])
        let other = try Samples()
        var options = Samples.writer().options
        options.writesJSON = false
        options.writesSTIX = true
        try other.writeTables([], by: ReportWriter(options: options))
        #expect(try other.names == ["report.csv", "report.stix.json"])
        #expect(options.tableFiles == ["report.csv", "report.stix.json"])
    }

    @Test func rowsThatEndTooSoonLeaveNoTable() throws {
        struct Broken: Error {}
        var options = Samples.writer().options
        options.writesSTIX = true
        #expect(throws: Broken.self) {
            try ReportWriter(options: options).writeTables(
                Samples.input(.done, rows: []), in: samples.directory()
            ) { visit in
                try visit(Samples.row(.unknown))
                throw Broken()
            }
        }
        #expect(try samples.names == [])
    }
}
