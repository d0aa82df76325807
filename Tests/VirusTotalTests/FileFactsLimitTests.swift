import Foundation
import Model
import TestSupport
import Testing

/// Facts of answers that are longer, or of other types, than any was.
@Suite(.limited(.processor))
struct FileFactsLimitTests {
    // MARK: - Bounds

    private static func list(_ count: Int, _ element: (Int) -> String) -> String {
        "[" + (0..<count).map(element).joined(separator: ",") + "]"
    }

    private static let long = String(repeating: "a\u{301}", count: 3_000)

    @Test(
        arguments: [
            ("type_tags", .typeTags, 10, 64), ("tags", .tags, 40, 64), ("names", .names, 10, 256),
        ] as [(String, FactField, Int, Int)])
    func listsOfTextsAreCut(
        _ attribute: String, _ field: FactField, _ countMax: Int, _ charactersMax: Int
    ) throws {
        let list = Self.list(100) { #""\#($0)\#(Self.long)""# }
        let facts = try #require(try FactSamples.facts(#""\#(attribute)":\#(list)"#))
        let texts = facts.texts(field)
        #expect(texts.count == countMax)
        #expect(texts.allSatisfy { $0.unicodeScalars.count == charactersMax })
        if field == .names { #expect(facts.number(.namesCount) == 100) }
    }

    @Test func distributorsAreFiveOfEachKind() throws {
        let list = Self.list(9) { #""\#($0)\#(Self.long)""# }
        let members = ["distributors", "products", "data_sources"].map { #""\#($0)":\#(list)"# }
        let known = members.joined(separator: ",")
        let facts = try #require(try FactSamples.facts(#""known_distributors":{\#(known)}"#))
        for field in [FactField.distributors, .distributedProducts, .distributorSources] {
            #expect(facts.texts(field).count == 5, "\(field)")
            #expect(facts.texts(field).allSatisfy { $0.unicodeScalars.count == 256 }, "\(field)")
        }
    }

    @Test func listsOfElementsAreCutAndKeepTheWorst() throws {
        let yara = Self.list(30) { #"{"rule_name":"r\#($0)","author":"\#(Self.long)"}"# }
        let sigma = Self.list(30) {
            #"{"rule_title":"t\#($0)","rule_level":"\#($0 < 29 ? "low" : "high")"}"#
        }
        let ids = Self.list(30) {
            #"{"rule_msg":"m\#($0)","alert_severity":"\#($0 < 29 ? "info" : "high")"}"#
        }
        let sandboxes = (0..<30).map {
            #""s\#($0)":{"category":"\#($0 < 29 ? "harmless" : "malicious")","malware_names":["n\#($0)"]}"#
        }.joined(separator: ",")
        let tools = Self.list(30) { #"{"name":"tool\#($0)"}"# }
        let families = Self.list(30) { #"{"value":"f\#($0)","count":\#($0)}"# }
        let facts = try #require(
            try FactSamples.facts(
                """
                "crowdsourced_yara_results":\(yara),"sigma_analysis_results":\(sigma),
                "crowdsourced_ids_results":\(ids),"sandbox_verdicts":{\(sandboxes)},
                "detectiteasy":{"values":\(tools)},
                "popular_threat_classification":{"popular_threat_name":\(families)},
                "trid":[{"file_type":"A","probability":50},{"file_type":"B","probability":20}]
                """))
        #expect(facts.elements(.yaraRules).count == 10)
        #expect(facts.elements(.yaraRules)[0][2]?.unicodeScalars.count == 256)
        #expect(facts.elements(.sigmaRules).count == 10 && facts.text(.sigmaRules) == "t29")
        #expect(facts.texts(.idsMessages) == ["m29", "m0", "m1", "m2", "m3"])
        #expect(facts.elements(.sandboxes).count == 20 && facts.text(.sandboxes) == "s29")
        #expect(facts.texts(.sandboxNames).count == 10 && facts.text(.sandboxNames) == "n29")
        #expect(facts.texts(.packers).count == 5)
        #expect(facts.elements(.threatFamilies).count == 10 && facts.text(.threatFamilies) == "f29")
        #expect(facts.elements(.trid) == [["A", "50"]])
    }

    @Test func oneNoteOfAMachineIsKeptInPart() throws {
        let facts = try #require(
            try FactSamples.facts(
                #""crowdsourced_ai_results":[{"analysis":" "},{"analysis":"\#(Self.long)","source":"palm"},"#
                    + #"{"analysis":"other"}]"#))
        #expect(facts.elements(.aiNotes).count == 1)
        #expect(facts.text(.aiNotes)?.unicodeScalars.count == 1_000)
        #expect(facts.elements(.aiNotes)[0][1...] == ["palm", nil])
    }

    @Test(arguments: [
        "0", "-5", "253402300800", "1e18", "true", #""soon""#, "[]",
    ])
    func datesOutsideTheCalendarAreNone(_ date: String) throws {
        let facts = try FactSamples.facts(
            #""creation_date":\#(date),"last_submission_date":\#(date),"first_seen_itw_date":\#(date)"#)
        #expect(facts == FileFacts())
    }

    // MARK: - Wrong types

    /// Where a value stands: names of members, and places in lists.
    private enum Step {
        case name(String)
        case place(Int)
    }

    private static var wrong: [Any] {
        [
            NSNull(), true, 7, -1, 1.5, 1e300, "", "x", "-", [Any](), [[Any]()],
            [7, "x", NSNull()] as [Any], [String: Any](), ["value": [7], "count": "x"] as [String: Any],
            ["x": ["y": NSNull()]],
        ]
    }

    /// The way to a value, and to all that it holds.
    private static func paths(_ value: Any, _ path: [Step]) -> [[Step]] {
        var paths = [path]
        if let object = value as? [String: Any] {
            for (name, member) in object { paths += Self.paths(member, path + [.name(name)]) }
        } else if let list = value as? [Any] {
            for (place, element) in list.enumerated() { paths += Self.paths(element, path + [.place(place)]) }
        }
        return paths
    }

    private static func replacing(_ value: Any, at path: ArraySlice<Step>, with new: Any?) -> Any {
        guard let step = path.first else { return new ?? NSNull() }
        let rest = path.dropFirst()
        switch step {
        case .name(let name):
            guard var object = value as? [String: Any], let old = object[name] else { return value }
            object[name] = replacing(old, at: rest, with: new)
            if rest.isEmpty, new == nil { object[name] = nil }
            return object
        case .place(let place):
            guard var list = value as? [Any] else { return value }
            list[place] = replacing(list[place], at: rest, with: new)
            return list
        }
    }

    private static func object(_ attributes: Any) throws -> FileObject? {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: attributes), as: UTF8.self)
        return try Samples.object(String(text.dropFirst().dropLast()))
    }

    /// Each optional field of each depth, with each wrong type: the verdict stays what it is, and so do the
    /// facts of all other attributes.
    @Test func whateverAFieldIsItCostsNothingElse() throws {
        let text = "{" + FactSamples.everything + "," + FactSamples.engines + "}"
        let whole = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let optional = try #require(whole as? [String: Any]).filter {
            $0.key != "last_analysis_results" && $0.key != "last_analysis_stats"
        }
        let intact = try #require(try Self.object(whole))
        let facts = try #require(intact.facts).all
        #expect(facts == FactSamples.everyFact)
        for (attribute, value) in optional {
            let without = try #require(
                try Self.object(Self.replacing(whole, at: [.name(attribute)], with: nil))?.facts
            ).all
            let others = facts.filter { without[$0.key] == $0.value }
            for path in Self.paths(value, [.name(attribute)]) {
                for wrong in Self.wrong {
                    let broken = Self.replacing(whole, at: path[...], with: wrong)
                    let object = try #require(try Self.object(broken), "\(path): \(wrong)")
                    let kept = try #require(object.facts).all
                    #expect(object.engines == intact.engines, "\(path): \(wrong)")
                    #expect(kept.filter { others[$0.key] != nil } == others, "\(path): \(wrong)")
                }
            }
        }
    }

    @Test func anAnswerOfWrongTypesAloneGivesItsVerdict() throws {
        let text = "{" + FactSamples.everything + "," + FactSamples.engines + "}"
        let whole = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        for wrong in Self.wrong {
            var broken = whole
            for name in whole.keys where name != "last_analysis_results" && name != "last_analysis_stats" {
                broken[name] = wrong
            }
            let object = try #require(try Self.object(broken), "\(wrong)")
            #expect(object.detectionCount == 1 && object.opinionCount == 2, "\(wrong)")
            #expect(object.finding(of: "Fortinet") == .detected("W32/Sample.A!tr"), "\(wrong)")
            #expect(object.facts != nil, "\(wrong)")
        }
    }
}
