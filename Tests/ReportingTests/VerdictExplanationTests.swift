import Foundation
import Model
import Support
import Testing

@testable import Reporting

/// The columns `why` and `confidence`.
struct VerdictExplanationTests {
    /// A file that these engines detect, of so many with an opinion.
    private func object(_ detecting: [String], of opinions: Int) -> FileObject {
        var engines: [String: EngineFinding] = [:]
        for engine in detecting { engines[engine] = EngineFinding(category: .malicious, result: "x") }
        for number in detecting.count..<opinions {
            engines["Other \(number)"] = EngineFinding(category: .undetected)
        }
        return Samples.object(engines)
    }

    private func explain(_ object: FileObject, _ policy: VerdictPolicy = .init()) -> VerdictExplanation {
        let answer = LookupAnswer(answer: .known(object), askedAt: Samples.now)
        let origin = answer.fileObject?.facts.map { FileOrigin($0, index: .init($0)) }
        return VerdictExplanation(
            policy.verdict(for: answer.answer), of: answer, by: policy, origin: origin)
    }

    private func origin(
        _ signature: SignatureState? = nil, signers: [String] = [], sources: Int? = nil,
        distributors: [String] = [], sandboxes: [[String?]] = []
    ) -> FileFacts {
        var facts = FileFacts()
        facts.add(.signature, signature?.rawValue)
        facts.add(.signers, signers)
        facts.add(.uniqueSources, sources)
        facts.add(.distributors, distributors)
        facts.add(.sandboxes, elements: sandboxes)
        return facts
    }

    private static func date(_ year: Int) -> Date { CivilDate(year: year, month: 6, day: 1).start }

    @Test func theSentenceOfTheDocumentation() {
        var file = object(["Jiangmin", "Acronis"], of: 71)
        file.firstSubmissionDate = Self.date(2016)
        file.facts = origin(.valid, signers: ["Microsoft Corporation", "Microsoft CA"], sources: 3_100)
        let policy = VerdictPolicy(ignoredEngines: ["Acronis", "JIANGMIN"])
        #expect(
            explain(file, policy).why
                == "2 of 71, both ignored; signed by Microsoft Corporation, valid; first seen 2016; "
                + "3,100 sources")
        // What is clean needs no confidence.
        #expect(explain(file, policy).confidence == nil)
        #expect(
            explain(file).why
                == "2 of 71 (suspicious from 1, malicious from 3); signed by Microsoft Corporation, valid; "
                + "first seen 2016; 3,100 sources; "
                + "low confidence: few engines, valid signature, known for years, many sources")
    }

    @Test(arguments: [
        (["A"], 9, ["A"], "1 of 9, ignored"),
        (["A", "B"], 9, ["A"], "2 of 9, 1 ignored (suspicious from 1, malicious from 3)"),
        (["A", "B", "C"], 9, ["A", "B", "C"], "3 of 9, all ignored"), ([], 9, ["A"], "0 of 9"),
        ([], 1, ["Other 0"], "0 of 1, all ignored"), (["A"], 1, ["A"], "1 of 1, ignored"),
        ([], 0, ["A"], "no engine has an opinion"),
    ])
    func ignoredEnginesAreCounted(detecting: [String], opinions: Int, ignored: [String], why: String) {
        #expect(explain(object(detecting, of: opinions), VerdictPolicy(ignoredEngines: ignored)).why == why)
    }

    @Test func trustedVendorsAndOwnWordsAreNamed() {
        let policy = VerdictPolicy(
            maliciousFrom: 50, trustedVendors: ["T5", "T4", "T3", "T2", "T1"],
            engineWords: [.init(engine: "w", word: .suspicious), .init(engine: "C", word: .clean)])
        let all = explain(object(["T1", "T2", "T3", "T4", "T5", "W", "C", "X"], of: 60), policy)
        #expect(
            all.why == "8 of 60, trusted: T1, T2, T3 and 2 more, taken as suspicious: W, taken as clean: C "
                + "(malicious from 1 trusted vendor); high confidence: trusted vendor")
        #expect(explain(object(["C"], of: 60), policy).why == "1 of 60, taken as clean: C")
    }

    /// Numbers where numbers decide, and none where an engine's own word or the lack of detections does.
    @Test(arguments: [
        (3, 1, 3, "3 of 60 (malicious from 3)"), (9, 1, 3, "9 of 60 (malicious from 3)"),
        (2, 1, 3, "2 of 60 (suspicious from 1, malicious from 3)"),
        (2, 3, 5, "2 of 60 (suspicious from 3, malicious from 5)"),
        (1, 2, 2, "1 of 60 (malicious from 2)"), (2, 2, 2, "2 of 60 (malicious from 2)"),
        (0, 1, 3, "0 of 60"),
    ])
    func theThresholdsThatDecideAreSaid(detections: Int, suspicious: Int, malicious: Int, why: String) {
        let policy = VerdictPolicy(maliciousFrom: malicious, suspiciousFrom: suspicious)
        #expect(explain(object((0..<detections).map { "E\($0)" }, of: 60), policy).why == why)
    }

    @Test(arguments: [
        (["W", "X"], "2 of 60, taken as malicious: W"),
        (["T", "X"], "2 of 60, trusted: T (suspicious from 1, malicious from 3)"),
        (
            ["T", "U", "W"],
            "3 of 60, trusted: T, U, taken as malicious: W (malicious from 2 trusted vendors)"
        ),
        (["T", "U", "X"], "3 of 60, trusted: T, U (malicious from 3)"),
    ])
    func whatAnEngineDecidesIsNoThreshold(detecting: [String], why: String) {
        let policy = VerdictPolicy(
            trustedVendors: ["T", "U"], trustedFrom: 2, engineWords: [.init(engine: "W", word: .malicious)])
        let engines = explain(object(detecting, of: 60), policy).why.split(separator: ";").first
        #expect(engines.map { String($0) } == why)
    }

    @Test func theOriginIsToldAsFarAsItIsKnown() {
        var file = object([], of: 60)
        #expect(explain(file).why == "0 of 60")
        file.facts = origin()
        #expect(explain(file).why == "0 of 60")
        for state in SignatureState.allCases where state != .unsigned {
            file.facts = origin(state)
            #expect(explain(file).why == "0 of 60; signed, \(state.rawValue)")
        }
        file.facts = origin(
            .unsigned, signers: ["left from the version's text"], sources: 1, distributors: ["NSRL", "Kali"],
            sandboxes: [
                ["Zenbox", "malicious", "80"], ["CAPE", "harmless", nil], ["C2AE", "malicious", nil],
            ])
        #expect(
            explain(file).why
                == "0 of 60; unsigned; 1 source; distributed by NSRL; malicious to 2 sandboxes")
        file.facts = origin(.revoked, signers: [String(repeating: "é", count: 65)])
        #expect(explain(file).why.hasSuffix("é…, revoked"))
        let unknown = LookupAnswer(answer: .unknown, askedAt: Samples.now)
        #expect(
            VerdictExplanation(.unknown, of: unknown, by: .init(), origin: nil).why
                == "unknown to VirusTotal")
    }

    /// Every set of signs: two are enough beside few engines, unless something accuses the file.
    @Test(arguments: 0..<64)
    func lowConfidenceTakesFewEnginesAndTwoSigns(set: Int) {
        let has = (0..<6).map { set >> $0 & 1 == 1 }
        var file = object(["A", "B", "C"], of: has[4] ? 60 : 20)
        file.firstSubmissionDate = Self.date(has[0] ? 2019 : 2026)
        file.facts = origin(
            has[1] ? .valid : nil, sources: has[2] ? 1_000 : 999, distributors: has[3] ? ["NSRL"] : [],
            sandboxes: [["Zenbox", has[5] ? "malicious" : "harmless", nil]])
        let signs = has[..<4].count { $0 }
        let level: VerdictConfidence.Level? = has[4] && !has[5] && signs >= 2 ? .low : nil
        let confidence = explain(file).confidence
        #expect(confidence?.level == level)
        #expect((confidence?.reasons.count ?? 0) == (level == nil ? 0 : 1 + signs))
    }

    @Test func manyEnginesAreBelievedWhateverTheOriginIs() {
        // As of EICAR's test file.
        var file = object((0..<62).map { "E\($0)" }, of: 68)
        file.firstSubmissionDate = Self.date(2006)
        file.facts = origin(.valid, sources: 3_557, distributors: ["OffSec", "NSRL", "Kali"])
        #expect(explain(file).confidence?.level == .high)
        #expect(VerdictPolicy().verdict(for: .known(file)) == .malicious)
    }

    /// Facts stand beside the verdict.
    @Test(arguments: 0..<20)
    func factsNeverChangeAVerdict(detections: Int) {
        let plain = object((0..<detections).map { "E\($0)" }, of: 70)
        for signature in SignatureState.allCases {
            var file = plain
            file.firstSubmissionDate = Self.date(2001)
            file.facts = origin(
                signature, signers: ["Microsoft"], sources: 1_000_000, distributors: ["NSRL"],
                sandboxes: [["Zenbox", "malicious", "99"]])
            let policy = VerdictPolicy(trustedVendors: ["E3"], ignoredEngines: ["E1"])
            #expect(policy.verdict(for: .known(file)) == policy.verdict(for: .known(plain)))
        }
    }

    @Test func theTablesHaveBothAndAnUnansweredRowHasNeither() throws {
        let samples = try Samples()
        var file = object(["A"], of: 60)
        file.firstSubmissionDate = Self.date(2016)
        file.facts = origin(.valid, sources: 5_000)
        let stale = LookupAnswer(answer: .known(file), askedAt: Samples.now)
        let rows = [
            Samples.row(.known(file)), Samples.row(.unknown, hash: Samples.md5, line: 2),
            ReportRow(hash: Samples.sha1, state: .failed(reason: "x", stale: stale), line: 3),
        ]
        let records = try samples.csv(rows)
        let place = try #require(records[0].firstIndex(of: "why"))
        #expect(records[0][place + 1] == "confidence")
        #expect(
            records[1][place].hasPrefix(
                "1 of 60 (suspicious from 1, malicious from 3); signed, valid; first seen 2016; "
                    + "5,000 sources; low"))
        #expect(records[1][place + 1] == "low")
        #expect(records[2][place...].prefix(2) == ["unknown to VirusTotal", ""])
        #expect(records[3][place...].prefix(2) == ["", ""])
        let lines = try samples.text("report.json").split(separator: "\n")
        #expect(lines[0].contains("\"confidence\":\"low\"") && lines[2].contains("\"why\":null"))
        // The page says it where a row is opened.
        let page = try samples.html(Samples.input(.done, rows: rows), rows: rows)
        #expect(page.contains("<p>Why: 1 of 60 (suspicious from 1, malicious from 3); signed, valid; first"))
    }
}
