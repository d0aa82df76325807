import Foundation
import Model
import Reporting
import TestSupport
import Testing

/// Facts in the tables: columns of the CSV, one object of the JSON.
struct FactTableTests {
    static let columns = [
        "signature", "signer", "known_distributor", "tags", "times_submitted", "unique_sources",
        "last_submitted", "first_seen_itw", "created", "scan_age_days", "threat_category", "threat_family",
        "sandboxes_malicious", "sandbox_names", "yara_rules", "sigma_high", "ids_high", "type_tag", "imphash",
        "gti_verdict", "gti_score",
    ]
    let samples: Samples
    init() throws { samples = try Samples() }

    private func row(_ facts: FileFacts?, engines: [String: EngineFinding] = [:]) -> ReportRow {
        var object = Samples.object(engines)
        object.facts = facts
        return Samples.row(.known(object))
    }

    private func cells(_ row: ReportRow) throws -> [String: String] {
        let records = try samples.csv([row])
        return Dictionary(uniqueKeysWithValues: zip(records[0], records[1]))
    }

    private func object(_ row: ReportRow) throws -> [String: Any] {
        try samples.writeTables([row])
        let json = try JSONSerialization.jsonObject(with: Data(try samples.bytes("report.json")))
        return try #require(json as? [String: Any])
    }

    @Test func eachFactHasItsCell() throws {
        let cells = try cells(row(FactSamples.program, engines: ["A": .init(category: .undetected)]))
        let values = [
            "valid", "Example Corporation", "Kali; NSRL; Example Corporation", "signed overlay", "3557",
            "3100",
            "2026-11-23 00:00:00", "2016-03-03 00:00:00", "2016-03-01 00:00:00", "998", "trojan", "eicar",
            "1",
            "Emotet; Heodo", "SUSP_Rule; Other", "3", "5", "peexe", "f34d5f2d4577ed6d9ceec516c1f5a744",
            "VERDICT_MALICIOUS", "80",
        ]
        for (column, value) in zip(Self.columns, values) { #expect(cells[column] == value, "\(column)") }
    }

    @Test func whatIsNotToldIsAnEmptyCellAndAMissingKey() throws {
        for facts in [FileFacts(), nil] {
            let cells = try cells(row(facts))
            for column in Self.columns { #expect(cells[column] == "", "\(column)") }
        }
        let told = try object(row(FileFacts()))
        #expect((told["facts"] as? [String: Any])?.isEmpty == true)
    }

    /// A program tells an answer of a time before facts were kept from a file of which there are none.
    @Test func withoutAnAnswerOrFactsTheJSONHasNull() throws {
        for row in [row(nil), Samples.row(.unknown)] {
            let object = try object(row)
            #expect(object["facts"] is NSNull)
            for column in Self.columns { #expect(object[column] is NSNull, "\(column)") }
        }
    }

    @Test func theJSONHasEachFactInItsForm() throws {
        let facts = try #require(try object(row(FactSamples.program))["facts"] as? [String: Any])
        #expect(facts["type_tag"] as? String == "peexe" && facts["gti_score"] as? Int == 80)
        #expect(facts["tags"] as? [String] == ["signed", "overlay"])
        #expect(facts["created"] as? String == "2016-03-01T00:00:00Z")
        let type = try #require((facts["trid"] as? [[String: Any]])?.first)
        #expect(type["type"] as? String == "Win32 Executable MS Visual C++")
        #expect(type["percent"] as? Double == 42.5)
        let categories = try #require(facts["threat_categories"] as? [[String: Any]])
        #expect(categories.map { $0["value"] as? String } == ["virus", "trojan", "worm"])
        #expect(categories.map { $0["count"] as? Int } == [3, 57, nil] && categories[2]["count"] is NSNull)
        let rules = try #require(facts["yara_rules"] as? [[String: Any]])
        #expect(rules[0]["source"] as? String == "https://example.test" && rules[1]["author"] is NSNull)
        let ids = try #require(facts["ids"] as? [String: Any])
        #expect(ids["high"] as? Int == 5 && ids["low"] is NSNull && ids["info"] as? Int == 1)
        #expect(facts["vhash"] == nil)
    }

    @Test func everyFactComesBackAsItWasToldWhateverItIs() throws {
        for text in HostileRows.texts {
            let facts = try #require(try object(row(.saying(text, second: "b")))["facts"] as? [String: Any])
            // Facts are held as they are stored, without NULs.
            let kept = text.replacing("\0", with: "\u{FFFD}")
            for field in FactField.allCases {
                let value = try #require(facts[field.name], "\(field)")
                switch field.kind {
                case .text: #expect(value as? String == kept)
                case .number: #expect(value as? Int == 1_700_000_000)
                case .date: #expect(value as? String == "2023-11-14T22:13:20Z")
                case .texts: #expect(value as? [String] == [kept, "b"])
                case .elements(let parts):
                    let element = try #require((value as? [[String: Any]])?.first)
                    #expect(Set(element.keys) == Set(parts.map(\.name)))
                    for part in parts where !part.isNumber { #expect(element[part.name] as? String == kept) }
                case .counts(let levels): #expect((value as? [String: Int])?.count == levels.count)
                }
            }
        }
    }

    /// Numbers in a damaged database would make a line that no program reads.
    @Test(arguments: ["x", "007", "1e5", "1.", "-", "--1", "1.2.3", "NaN", ""])
    func whatIsNoNumberIsNull(text: String) throws {
        var facts = FileFacts()
        facts.add(.threatFamilies, elements: [["a", text]])
        facts.add(.gtiScore, text)
        let told = try #require(try object(row(facts))["facts"] as? [String: Any])
        #expect((told["threat_families"] as? [[String: Any]])?.first?["count"] is NSNull)
        #expect(told["gti_score"] == nil || told["gti_score"] is NSNull)
        #expect(try cells(row(facts))["threat_family"] == "a")
    }

    @Test(arguments: ["0", "-3", "57", "42.5", "0.5"])
    func whatIsANumberIsOne(text: String) throws {
        var facts = FileFacts()
        facts.add(.trid, elements: [["a", text]])
        let told = try #require(try object(row(facts))["facts"] as? [String: Any])
        #expect((told["trid"] as? [[String: Any]])?.first?["percent"] as? Double == Double(text))
    }

    @Test func countsBeyondAllCountingDoNotOverflow() throws {
        var facts = FileFacts()
        facts.add(.sigmaCounts, elements: [["\(Int.max)", "\(Int.max)", "0", "0"]])
        #expect(try cells(row(facts))["sigma_high"] == "\(2 * Int(Int32.max))")
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("a;=1", "a;'=1"), ("007", "'007"), ("NA", "'NA"), ("\r=1", "\\u{D}=1"),
        ("@SUM(A1)", "'@SUM(A1)"), (" =1", " '=1"), ("a\"b,c", "a\"b,c"),
    ])
    func noFactIsTakenForSomethingElse(text: String, cell: String) throws {
        let cells = try cells(row(.saying(text)))
        for column in [
            "signature", "signer", "known_distributor", "tags", "threat_category", "threat_family",
            "sandbox_names", "yara_rules", "type_tag", "imphash", "gti_verdict",
        ] { #expect(cells[column] == cell, "\(column)") }
        // What is joined begins a cell again where ; ends one.
        let joined = try self.cells(row(.saying(text, second: "+1")))
        #expect(joined["sandbox_names"]?.hasSuffix("; '+1") == true)
    }

    /// EICAR's test file has distributors, harmless sandboxes and 62 detections.
    @Test(arguments: 0...4)
    func nothingThatSpeaksForAFileMakesItsVerdictMilder(detections: Int) throws {
        var engines = ["Fortinet": EngineFinding(category: detections > 0 ? .malicious : .undetected)]
        for number in 1..<5 {
            engines["E\(number)"] = .init(category: number < detections ? .malicious : .undetected)
        }
        let plain = row(FileFacts(), engines: engines)
        let praised = row(FactSamples.praise, engines: engines)
        for column in ["state", "verdict", "engines_detected", "engines_total", "fortinet_state"] {
            #expect(try cells(plain)[column] == cells(praised)[column])
        }
        #expect(plain.verdict(.init()) == praised.verdict(.init()))
        var options = Samples.writer().options
        options.writesSTIX = true
        let results = try [plain, praised].map { row in
            try samples.writeTables([row], by: ReportWriter(options: options))
            let bundle = try JSONSerialization.jsonObject(with: Data(try samples.bytes("report.stix.json")))
            let objects = (bundle as? [String: Any])?["objects"] as? [[String: Any]] ?? []
            return objects.map { "\($0["type"] ?? ""): \($0["result"] ?? "")" }
        }
        #expect(results[0] == results[1])
    }
}
