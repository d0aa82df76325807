import Foundation
import Model
import Reporting
import TestSupport
import Testing

/// Facts of a report in a real browser: choosing rows by them, reading them, and the first screen.
@Suite(.limited(.browser), .sharedBrowser)
struct ReportFactsTests {
    /// The hashes of the rows that fit, in the page's order.
    private func hashes(_ rows: [ReportRow], _ fits: ([FactMark], Verdict) -> Bool) -> [String] {
        rows.filter { row in
            fits(row.answer?.fileObject?.marks(at: Samples.now) ?? [], row.verdict(.init()))
        }.map(\.hash.hexadecimal)
    }

    /// Rows of elements and rows of text alike.
    @Test(arguments: [0, 30, 2_000])
    func rowsAreChosenByFactsVerdictAndSearch(rowsInFull: Int) async throws {
        let rows = SampleReport.rows(60)
        let report = try SampleReport(rows: rows, options: SampleReport.options(inFull: rowsInFull))
        try await Browser.with { browser in
            try await browser.open(report.url)
            let reader = ReportReader(browser: browser)
            try await browser.click(".tools [data-fact=s]")
            let signed = hashes(rows) { marks, _ in marks.contains(.signed) }
            #expect(try await reader.hashes() == signed)
            // Of what a file can only have one of, any will do; of the rest, all must be there.
            try await browser.click(".tools [data-fact=u]")
            let signatures: Set<FactMark> = [.signed, .unsigned]
            let either = hashes(rows) { marks, _ in !signatures.isDisjoint(with: marks) }
            #expect(try await reader.hashes() == either)
            try await browser.click(".tools [data-fact=y]")
            let both = hashes(rows) { marks, _ in
                !signatures.isDisjoint(with: marks) && marks.contains(.yara)
            }
            #expect(try await reader.hashes() == both)
            try await browser.click(".tools [data-verdict=m]")
            let malicious = hashes(rows) { marks, verdict in
                !signatures.isDisjoint(with: marks) && marks.contains(.yara) && verdict == .malicious
            }
            #expect(try await reader.hashes() == malicious && !malicious.isEmpty && malicious != both)
            let address = try await browser.value("location.hash") as? String
            #expect(address == "#v=m&f=suy")
            try await browser.type(malicious[0], into: ".tools input")
            try await eventually("the search narrows it") { try await reader.hashes() == [malicious[0]] }
            try await browser.click(".tools .clear")
            #expect(try await reader.hashes() == rows.map(\.hash.hexadecimal))
            #expect(try await browser.count(".tools [aria-pressed=true]") == 0)
            // An address from elsewhere, with letters that no chip has.
            try await browser.open("about:blank")
            try await browser.open(report.url + "#f=zyq")
            let found = hashes(rows) { marks, _ in marks.contains(.yara) }
            #expect(try await reader.hashes() == found)
            #expect(try await browser.complaints() == [])
        }
    }

    /// The hashes of the rows with an answer whose file has such a text as a fact.
    private func hashes(_ rows: [ReportRow], _ field: FactField, _ text: String) -> [String] {
        rows.filter { $0.answer?.fileObject?.facts?.texts(field).first == text }.map(\.hash.hexadecimal)
    }

    /// Rows of elements and rows of text alike.
    @Test(arguments: [0, 2_000])
    func aGroupsLinkShowsItsRows(rowsInFull: Int) async throws {
        let rows = SampleReport.rows(60)
        let all = rows.map(\.hash.hexadecimal)
        let report = try SampleReport(rows: rows, options: SampleReport.options(inFull: rowsInFull))
        let wanted = hashes(rows, .signers, "Example Corporation")
        try await Browser.with { browser in
            try await browser.open(report.url + "#v=u")
            let reader = ReportReader(browser: browser)
            let chip = ".tools [aria-pressed=true]"
            try await browser.click("#groups [data-kind=signer]")
            try await eventually("the group's rows are shown") { try await reader.hashes() == wanted }
            let address = try #require(try await browser.value("location.hash") as? String)
            #expect(address == "#g=signer%3A%20Example%20Corporation")
            #expect(try await browser.texts(chip) == ["signer: Example Corporation"])
            // With other choices, and without it again.
            try await browser.click(".tools [data-verdict=c]")
            let clean = Set(rows.filter { $0.verdict(.init()) == .clean }.map(\.hash.hexadecimal))
            #expect(try await reader.hashes() == wanted.filter(clean.contains))
            try await browser.click(".tools [data-verdict=c]")
            try await browser.click(chip)
            #expect(try await reader.hashes() == all)
            for (choice, shown) in [(address, wanted), ("#g=signer%3A%20Nothing", all)] {
                try await browser.open("about:blank")
                try await browser.open(report.url + choice)
                #expect(try await reader.hashes() == shown, "\(choice)")
            }
            #expect(try await browser.complaints() == [])
        }
    }

    @Test func withoutJavaScriptAGroupLeadsToTheRows() async throws {
        let report = try SampleReport(rows: SampleReport.rows(60))
        try await Browser.with { browser in
            try await browser.withoutJavaScript {
                try await browser.open(report.url)
                try await browser.clickLink("Example Corporation")
                #expect(try await browser.url() == report.url + "#rows")
            }
        }
    }

    @Test func theSearchFindsWhatARowTellsOfItsFile() async throws {
        let rows = SampleReport.rows(60)
        let report = try SampleReport(rows: rows)
        try await Browser.with { browser in
            try await browser.open(report.url)
            let reader = ReportReader(browser: browser)
            // An opened row's lines are elements.
            try await browser.click(".rows summary")
            let searches: [(text: String, field: FactField, fact: String)] = [
                ("susp_rule", .yaraRules, "SUSP_Rule"), ("Kali nsrl", .distributors, "Kali"),
                ("example corp", .signers, "Example Corporation"), ("счёт", .names, "invoice.scr"),
                ("detect-debug", .tags, "overlay"),
            ]
            for (text, field, fact) in searches {
                let wanted = hashes(rows, field, fact)
                try #require(!wanted.isEmpty && wanted.count < rows.count)
                try await browser.type(text, into: ".tools input")
                try await eventually("'\(text)' is found") { try await reader.hashes() == wanted }
                try await browser.click(".tools .clear")
            }
            // The page's own words.
            for text in ["accuses", "to virustotal", "“it what"] {
                try await browser.type(text, into: ".tools input")
                try await eventually("'\(text)' is not found") {
                    try await browser.text(".tools output") == "0 of 60 shown"
                }
                try await browser.click(".tools .clear")
            }
            #expect(try await browser.complaints() == [])
        }
    }

    /// Beside each other, as elements and as text: of the two letters any will do, whatever else is chosen.
    @Test func rowsAreChosenByWhetherAnEarlierListNamedThem() async throws {
        var rows = SampleReport.rows(60)
        for index in rows.indices { rows[index].seen = SeenBefore(lists: index % 3, since: nil) }
        let report = try SampleReport(rows: rows, options: SampleReport.options(inFull: 30))
        try await Browser.with { [rows] browser in
            try await browser.open(report.url)
            let reader = ReportReader(browser: browser)
            func wanted(_ fits: (ReportRow) -> Bool) -> [String] {
                rows.filter(fits).map(\.hash.hexadecimal)
            }
            try await browser.click(".tools [data-fact=b]")
            #expect(try await reader.hashes() == wanted { $0.memoryMark == .seenBefore })
            try await browser.click(".tools [data-fact=f]")
            #expect(try await reader.hashes() == wanted { _ in true })
            try await browser.click(".tools [data-fact=s]")
            let signed = wanted { $0.marks(at: Samples.now).contains(.signed) }
            #expect(try await reader.hashes() == signed)
            try await browser.click(".tools [data-fact=b]")
            let first = wanted {
                $0.memoryMark == .firstTime && $0.marks(at: Samples.now).contains(.signed)
            }
            #expect(try await reader.hashes() == first && !first.isEmpty && first != signed)
        }
    }

    @Test func aDrawingsLinkLeavesTheChoice() async throws {
        let report = try SampleReport(rows: SampleReport.rows(60))
        try await Browser.with { browser in
            try await browser.open(report.url + "#v=u")
            let shown = try await browser.count(".rows tbody tr")
            try await browser.click("header a[href=\"#drawings\"]")
            try await eventually("the drawings are shown") {
                let script = "document.getElementById('drawings').getBoundingClientRect().top<700"
                return try await browser.value(script) as? Bool == true
            }
            #expect(try await browser.count(".rows tbody tr") == shown)
        }
    }

    @Test func theLinesOfAnOpenedRowBecomeElements() async throws {
        let report = try SampleReport(rows: SampleReport.rows(60))
        try await Browser.with { browser in
            try await browser.open(report.url)
            #expect(try await browser.count("dl.told") == 0)
            try await browser.click(".rows summary")
            try await eventually("each line has its label") {
                try await browser.texts(".rows [open] .told dt") == [
                    "What it is", "Who made it", "Who knows it", "Who accuses it",
                    "A machine’s text, made from a stranger’s file",
                ]
            }
            let lines = try await browser.texts(".rows [open] .told dd").map { line in
                line.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
            }
            #expect(lines.count == 5 && lines[0].contains("Named invoice.scr, счёт.exe."))
            #expect(lines[4] == "Code Insight wrote: “It opens doors and closes them.”")
            #expect(try await browser.count(".rows [open] .told bdi") == 1)
            #expect(try await browser.count(".rows [open] .told a") == 0)
            let old = try await browser.texts("p.told").filter { $0.contains("asked before facts were kept") }
            #expect(!old.isEmpty)
        }
    }

    /// At 1280 × 800 and on a phone, also where something is to be said of the list's options and changes.
    @Test(arguments: [(1_280, 800, 3), (360, 740, 1)])
    func theWorstRowsStandOnTheFirstScreenBelowTheSum(width: Int, height: Int, rows: Int) async throws {
        let report = try SampleReport(rows: SampleReport.rows(60)) { input in
            let warning = "Line 3: there is no option 'colour'; there are vendors, fresh, priority, budget."
            input.job.options.warnings = Array(repeating: warning, count: 5)
            if width >= 1_280 {
                input.changes = ReportChanges(baseline: JobID("20261122-200000-aaaaa"))
                input.job.options.by = Samples.now
            }
        }
        try await Browser.with { browser in
            _ = try await browser.developerTool(
                "Emulation.setDeviceMetricsOverride",
                ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500])
            try await browser.open(report.url)
            func place(_ selector: String, _ edge: String) async throws -> Int {
                let script =
                    "Math.round(document.querySelector('\(selector)').getBoundingClientRect().\(edge))"
                return try #require(try await browser.value(script) as? Int, "\(selector)")
            }
            // A card's hash and verdict are what a phone must show of it.
            let last = ".rows tbody tr.m:nth-child(\(rows))"
            let end = try await place(width < 500 ? "\(last) code" : last, "bottom")
            #expect(end <= height)
            let sum = try await place(".figures", "bottom")
            let first = try await place(".rows tbody tr", "top")
            #expect(sum < first)
            #expect(try await place("#warnings", "top") > end, "behind the rows")
            // The links of the lists are in view without scrolling sideways.
            let beyond = "(lists=>lists.scrollWidth-lists.clientWidth)(document.querySelector('.lists'))"
            #expect(try await browser.value(beyond) as? Int == 0)
            // All chips of verdicts can be seen, and a phone has room for two lines of them.
            let hidden = "(chips=>chips.scrollWidth-chips.clientWidth)(document.querySelector('.chips'))"
            #expect(try await browser.value(hidden) as? Int == 0)
            if width < 500 {
                #expect(try await place(".chips", "height") < 64)
                #expect(try await browser.count(".marks[open]") == 0)
            }
            if width >= 1_280 {
                #expect(try await browser.count(".marks[open]") == 1)
                let comment = try await place(".rows td.comment", "width")
                #expect(comment >= 200)
            }
            _ = try await browser.developerTool("Emulation.clearDeviceMetricsOverride", [:])
        }
    }
}
