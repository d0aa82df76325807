import Foundation
import Model
import TestSupport
import Testing

@testable import Reporting

/// Facts on a report's page: marks to choose rows by, lines in an opened row, a chart.
struct FactPageTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func row(
        _ facts: FileFacts?, detections: Int = 0, _ change: (inout FileObject) -> Void = { _ in }
    ) -> ReportRow {
        var engines = ["Z": EngineFinding(category: .undetected)]
        for number in 0..<detections { engines["E\(number)"] = .init(category: .malicious) }
        var object = Samples.object(engines)
        object.facts = facts
        change(&object)
        return Samples.row(.known(object))
    }

    private func html(_ rows: [ReportRow], inFull: Int = 2_000) throws -> String {
        var input = Samples.input(.done, rows: rows)
        var tally = JobTally(policy: .init(), now: Samples.now, severestMax: 10)
        for row in rows { tally.add(row) }
        input.statistics = tally.statistics
        return try samples.html(input, rows: rows, by: Samples.writer(htmlRowsInFullMax: inFull))
    }

    private func part(of page: String, between start: String, and end: String) throws -> String {
        let from = try #require(page.range(of: start))
        let to = try #require(page.range(of: end, range: from.upperBound..<page.endIndex))
        return String(page[from.upperBound..<to.lowerBound])
    }

    // MARK: Marks

    @Test func aRowHasItsMarksAsAnElementAndAsALine() throws {
        let rows = [
            row(FactSamples.program, detections: 3) { $0.firstSubmissionDate = Samples.now - 86_400 },
            row(FactSamples.program, detections: 3),
        ]
        let page = try html(rows, inFull: 1)
        let marks = try part(of: page, between: "<tr class=m data-facts=", and: ">")
        #expect(marks.sorted() == "dhnsy".sorted())
        let line = try part(of: page, between: "<pre>\n", and: "\n")
        #expect(line.split(separator: "\t").last?.sorted() == "dhsy".sorted())
    }

    @Test(arguments: [
        (SignatureState.valid, "s"), (.revoked, "r"), (.unsigned, "u"), (.expired, ""), (.invalid, ""),
    ])
    func aSignatureIsMarkedByItsState(state: SignatureState, letter: String) throws {
        var facts = FileFacts()
        facts.add(.signature, state.rawValue)
        let marks = row(facts).answer?.fileObject?.marks(at: Samples.now) ?? []
        #expect(marks.map { "\($0.letter)" }.joined() == letter)
        #expect(facts.signature == state)
    }

    @Test(
        arguments: [
            (["0", "0", "9", "9"], false), (["1", "0", "0", "0"], true), (["0", "10", "0", "0"], true),
            ([nil, nil, "3", nil], false), ([nil, "3"], true),
        ] as [([String?], Bool)])
    func sigmaIsHighFromTheLevelHighOn(counts: [String?], isHigh: Bool) throws {
        var facts = FileFacts()
        facts.add(.typeTag, "peexe")
        facts.add(.sigmaCounts, elements: [counts])
        facts.add(.gtiVerdict, "x")
        let marks = row(facts).answer?.fileObject?.marks(at: Samples.now)
        #expect(marks?.contains(.sigmaHigh) == isHigh)
    }

    @Test(arguments: [(29.9, true), (30.1, false), (-1, true)])
    func aFileIsNewForThirtyDays(days: Double, isNew: Bool) throws {
        let row = row(nil) { $0.firstSubmissionDate = Samples.now - days * 86_400 }
        let wanted: [FactMark] = isNew ? [.firstSeenLately] : []
        #expect(row.answer?.fileObject?.marks(at: Samples.now) == wanted)
    }

    @Test func thereIsAChipForEachMarkThatARowHasAndLettersDiffer() throws {
        let page = try html([row(FactSamples.program)])
        let tools = try part(of: page, between: "<details class=marks>", and: "</details>")
        let letters = tools.components(separatedBy: "data-fact=").dropFirst().map { $0.prefix(1) }
        #expect(letters == ["s", "d", "y", "h"])
        #expect(Set(FactMark.allCases.map { "\($0.letter)" }).count == FactMark.allCases.count)
        #expect(try !html([row(FileFacts())]).contains("data-fact="))
    }

    // MARK: Lines

    @Test func anOpenedRowSaysFourThings() throws {
        let page = try html([row(FactSamples.program) { $0.typeDescription = "Win32 EXE" }])
        let told = try part(of: page, between: "<p class=told>", and: "</p>")
        // As a browser shows them.
        let lines = told.split(separator: "\n").map { line in
            line.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        }
        #expect(
            lines == [
                "What it is: Win32 EXE. TrID takes it for Win32 Executable MS Visual C++. Made or packed with UPX. "
                    + "Named a.exe, b.exe and 38 more. Tagged signed, overlay. "
                    + "Its imphash is f34d5f2d4577ed6d9ceec516c1f5a744. By its own word made on 2016-03-01, "
                    + "which can be faked.",
                "Who made it: signed by Example Corporation; the signature is valid. It calls itself Example Tools, "
                    + "version 1.2, originally TOOL.EXE: its own words.",
                "Who knows it: sent to VirusTotal 3,557 times by 3,100 sources, last on 2026-11-23. "
                    + "Seen in the wild since 2016-03-03. Known from Kali, NSRL, Example Corporation. "
                    + "Votes of readers: 419 malicious, 2,304 harmless. To be known is no all-clear.",
                "Who accuses it: most engines with a name for it say trojan, family eicar. 2 sandboxes accuse it: "
                    + "Zenbox, CAPE Sandbox, by the name of Emotet, Heodo. YARA finds SUSP_Rule, Other. Sigma: "
                    + "1 critical, 2 high, 4 low. Its rules: Shadow Copies Deleted. Network alerts: 5 high, 1 info. "
                    + "Google Threat Intelligence says VERDICT_MALICIOUS, score 80. The scan is 998 days old: "
                    + "ask VirusTotal to scan it again.",
                "A machine’s text, made from a stranger’s file: Code Insight wrote: “It opens "
                    + "&lt;b&gt;doors&lt;/b&gt;.”",
            ])
    }

    /// What the page's search finds, by its rule: what stands between two tabs.
    private func searched(_ facts: FileFacts) throws -> [String] {
        try part(of: html([row(facts)]), between: "<p class=told>", and: "</p>").split(separator: "\n")
            .flatMap {
                line -> [String] in
                let parts = line.components(separatedBy: "\t")
                #expect(!parts.count.isMultiple(of: 2), "each text has its end: \(line)")
                return parts.indices.filter { !$0.isMultiple(of: 2) }.map { parts[$0] }
            }
    }

    @Test func whatComesFromOutsideIsSearchedAndNothingElse() throws {
        #expect(
            try searched(FactSamples.program) == [
                "peexe.", "Win32 Executable MS Visual C++.", "UPX.", "a.exe, b.exe", "signed, overlay.",
                "f34d5f2d4577ed6d9ceec516c1f5a744.", "Example Corporation;", "Example Tools,", "1.2,",
                "TOOL.EXE:", "Kali, NSRL, Example Corporation.", "trojan,", "eicar.", "Zenbox, CAPE Sandbox,",
                "Emotet, Heodo.", "SUSP_Rule, Other.", "Shadow Copies Deleted.", "VERDICT_MALICIOUS,",
                "“It opens &lt;b&gt;doors&lt;/b&gt;.”",
            ])
        #expect(try searched(FileFacts()).isEmpty)
    }

    /// Each text alone, and beside all others: none is left out, whatever is told beside it.
    @Test(arguments: [
        FactField.typeTag, .tags, .names, .packers, .imphash, .signers, .product, .fileVersion, .distributors,
        .trustedBy, .sandboxNames, .yaraRules, .sigmaRules, .threatFamilies, .threatCategories, .gtiVerdict,
    ])
    func aFactOfTextIsFound(field: FactField) throws {
        var facts = FileFacts()
        // What a text stands beside only.
        let beside: [FactField] = [.signature, .product, .sandboxes]
        for other in FactField.allCases where other == field || beside.contains(other) {
            switch other {
            case field: facts.add(field, "Needle 7")
            case .signature: facts.add(.signature, SignatureState.expired.rawValue)
            case .sandboxes: facts.add(.sandboxes, elements: [["Zenbox", "malicious", nil]])
            default: facts.add(other, "hay")
            }
        }
        #expect(try searched(facts).contains { $0.contains("Needle 7") })
    }

    @Test func whatIsNotToldIsSaid() throws {
        let none = try html([row(FileFacts())])
        #expect(none.contains("Who made it: nothing is told of a signature.\n"))
        #expect(none.contains("Who knows it: nothing is told.\n"))
        #expect(none.contains("Who accuses it: no family, sandbox, rule or alert is told."))
        let old = try html([row(nil)])
        #expect(old.contains("asked before facts were kept.\n") && !old.contains("Who made it"))
        #expect(try !html([Samples.row(.unknown)]).contains("class=told"))
    }

    @Test func aFactIsTextAndNoLink() throws {
        let attack = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{202E}https://a.test\n\u{0}"
        let page = try html([row(.saying(attack, second: attack))])
        #expect(
            !page.contains("<script>alert") && !page.contains("<img")
                && !page.contains("href=\"https://a.test"))
        #expect(!page.unicodeScalars.contains("\u{202E}") && page.contains("&lt;img src=x"))
        let told = try part(of: page, between: "<p class=told>", and: "</p>")
        // No line break of its own: the script takes lines for what they are called.
        #expect(told.split(separator: "\n").count == 5)
        let long = try html([row(.saying(String(repeating: "W", count: 50_000), second: attack))])
        #expect(long.utf8.count - page.utf8.count < 10_000)
    }

    // MARK: Drawings

    @Test func signaturesAreDrawnByVerdict() throws {
        var unsigned = FileFacts()
        unsigned.add(.signature, SignatureState.unsigned.rawValue)
        let rows = [
            row(FactSamples.program, detections: 3), row(FactSamples.program), row(unsigned, detections: 1),
            row(FileFacts()), row(nil), row(nil),
        ]
        let chart = try part(of: html(rows), between: "By signature</h2>", and: "</section>")
        #expect(
            chart.contains(
                "<span>signed, valid</span><svg class=b role=img aria-label=\"1 malicious, 1 clean"))
        #expect(chart.contains("<span>not signed</span><svg class=b role=img aria-label=\"1 suspicious\""))
        #expect(chart.contains("<span>none told</span><span></span><b>1</b>"))
        #expect(chart.contains("<span>asked before facts were kept</span><span></span><b>2</b>"))
    }

    @Test func aDrawingThatSaysNothingIsALine() throws {
        let rows = ["x.emotet", "x.<b>", "x.joker"].enumerated().map { number, label in
            row(nil) {
                $0.threatLabel = label
                $0.typeDescription = "type \(number)"
            }
        }
        let page = try html(rows)
        #expect(page.contains("<p class=muted>Threat families, each once: &lt;b&gt;, emotet, joker.</p>"))
        #expect(page.contains("<p class=muted>File types, each once: type 0, type 1, type 2.</p>"))
        #expect(
            page.contains("<p class=muted>Signatures: none so far; 3 rows asked before facts were kept.</p>"))
        #expect(page.contains("<p class=muted>First seen: no dates so far.</p>"))
        #expect(page.contains("<p class=muted>Last scanned: 3 hashes on 2024-02-29.</p>"))
        #expect(page.contains("<p class=muted>0 requests to VirusTotal, none saved.</p>"))
        #expect(!page.contains("class=panels") && !page.contains("class=legend"))
    }

    @Test func theRowsComeBeforeTheDrawingsAndTheSumBeforeTheRows() throws {
        let page = try html([row(FactSamples.program, detections: 3), row(FactSamples.program)])
        let places = ["class=figures", "<table class=rows", "id=drawings", "Where this comes from</h2>"].map {
            page.range(of: $0)?.lowerBound
        }
        #expect(!places.contains(nil) && places.compactMap(\.self) == places.compactMap(\.self).sorted())
        #expect(page.contains("<a href=\"#drawings\">"))
        #expect(try !samples.html(Samples.input(.done, rows: []), rows: []).contains("#drawings"))
    }
}
