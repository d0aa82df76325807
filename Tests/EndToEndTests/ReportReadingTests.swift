import FileSystem
import Foundation
import Model
import Reporting
import Support
import TestSupport
import Testing

/// Reports in a real browser, opened as files: from a share, offline, by the people they were sent to.
@Suite(.limited(.browser), .sharedBrowser)
struct ReportReadingTests {
    /// The page asked for nothing but itself, and the browser had nothing to complain of.
    private func expectQuiet(_ browser: Browser, _ folder: TemporaryFolder) async throws {
        #expect(try await browser.complaints() == [])
        for url in try await browser.requests() {
            #expect(url.hasPrefix("file://" + folder.path("")) || url.hasPrefix("data:"), "\(url)")
        }
    }

    @Test func everythingWorksInAFile() async throws {
        let report = try SampleReport(rows: SampleReport.rows(60))
        try await Browser.with { browser in
            try await browser.open(report.url)
            try await ReportReader(browser: browser).useEverything("report")
            try await expectQuiet(browser, report.folder)
        }
    }

    @Test func aChoiceStandsInTheAddressAndABadOneIsIgnored() async throws {
        let report = try SampleReport(rows: SampleReport.rows(30))
        try await Browser.with { browser in
            try await browser.open(report.url + "#v=u&q=ticket&s=0&o=-1")
            let shown = try await ReportReader(browser: browser).hashes()
            #expect(!shown.isEmpty && shown == shown.sorted().reversed())
            #expect(try await browser.count(".rows tbody tr.u") == shown.count)
            for choice in ["s=length", "s=__proto__", "s=99", "v=zz", "q=%E0%A4%A", "o=&s="] {
                try await browser.open("about:blank")
                try await browser.open(report.url + "#" + choice)
                #expect(try await browser.count(".rows tbody tr") == 30, "\(choice)")
                #expect(try await browser.count(".rows thead button") > 10, "\(choice)")
            }
            try await expectQuiet(browser, report.folder)
        }
    }

    @Test func aLinkToAnotherChoiceIsFollowedInAnOpenReport() async throws {
        let report = try SampleReport(rows: SampleReport.rows(30))
        try await Browser.with { browser in
            try await browser.open(report.url + "#v=u")
            let all = ".tools [aria-pressed=true]"
            #expect(try await browser.count(all) == 1)
            try await browser.run("location.hash='#q=ticket'")
            try await eventually("the other choice is shown") {
                try await browser.text(".tools output") == "15 of 30 shown"
            }
            #expect(try await browser.count(all) == 0)
            try await expectQuiet(browser, report.folder)
        }
    }

    /// A digest of the file that the list does not name it by.
    @Test func theOtherDigestsOfAFileAreFound() async throws {
        let report = try SampleReport(rows: SampleReport.rows(30))
        try await Browser.with { browser in
            try await browser.open(report.url)
            let reader = ReportReader(browser: browser)
            let first = try #require(try await reader.hashes().first)
            let script =
                "Array.from(document.querySelectorAll('.rows tr:first-child .more code'),e=>e.textContent)"
            let digests = try #require(try await browser.value(script) as? [String])
            let other = try #require(digests.first { $0 != first })
            try await browser.type(other, into: ".tools input")
            try await eventually("its row is found") { try await reader.hashes() == [first] }
        }
    }

    @Test func withoutJavaScriptEverythingIsThereButTheTools() async throws {
        let report = try SampleReport(rows: SampleReport.rows(60), options: SampleReport.options(inFull: 40))
        try await Browser.with { browser in
            try await browser.withoutJavaScript {
                try await browser.open(report.url)
                #expect(!(try await browser.text()).contains("copy shown hashes"))
                #expect(try await browser.count(".rows thead button") == 0)
                #expect(try await browser.text(".zone") == "UTC")
                try await browser.click(".rows summary")
                #expect(try await browser.text(".rows .more").contains("engine"))
                let paper = try await browser.printed("report-without-javascript")
                #expect(paper.contains("Hash value") && paper.contains("Where this comes from"))
                for row in SampleReport.rows(60) where row.hash.kind == .md5 {
                    #expect(paper.contains(row.hash.hexadecimal))
                }
            }
        }
    }

    @Test func timesAreTheReadersAndUTCIsBesideThem() async throws {
        let report = try SampleReport(rows: SampleReport.rows(30))
        try await Browser.with { browser in
            try await browser.inTimeZone("Pacific/Chatham") {
                try await browser.open(report.url)
                // Samples.now is 2026-09-21 14:13:20 UTC, and Chatham is 12:45 ahead.
                #expect(try await browser.text("header time") == "2026-09-22 02:58")
                let title = try await browser.value("document.querySelector('header time').title") as? String
                #expect(title == "2026-09-21 14:13:20 UTC")
                #expect(try await browser.text(".zone") == "your time, Pacific/Chatham")
                let age = try await browser.value("document.querySelector('time.age').title") as? String
                #expect(age == "asked 2026-09-22 01:58 (2026-09-21 13:13:20 UTC)")
                #expect(try await browser.text("time.age") == "60 minutes old")
            }
        }
    }

    @Test func anIndexThatWasNotRenewedSaysThatHashdropIsAway() async throws {
        let folder = TemporaryFolder()
        let directory = try Directory.open(path: folder.url.path(percentEncoded: false))
        try await Browser.with { browser in
            for (age, isShown) in [(TimeInterval(0), false), (86_400, true)] {
                try ReportWriter(options: SampleReport.options()).writeIndex(
                    IndexInput(user: Samples.user(), jobs: [], now: Date() - age), in: directory)
                try await browser.open(folder.url.appending(path: "index.html").absoluteString)
                let height = try await browser.value("document.querySelector('.away').offsetHeight") as? Int
                #expect((height ?? -1 > 0) == isShown)
            }
        }
    }

    @Test(arguments: [0, 2_000])
    func hostileValuesAreText(rowsInFull: Int) async throws {
        let report = try SampleReport(
            rows: SampleReport.hostileRows(), options: SampleReport.options(inFull: rowsInFull),
            name: String(SampleReport.hostile.joined().prefix(200))
        ) { input in
            input.job.evidence = SampleReport.hostile[0]
            input.job.counts.unusableLines = SampleReport.hostile.count
            input.unusableLines = SampleReport.hostile.enumerated().map {
                UnusableLine(line: $0.offset + 1, text: $0.element, reason: $0.element)
            }
        }
        try await Browser.with { browser in
            try await browser.open(report.url)
            try await browser.screenshots("report-hostile")
            #expect(try await browser.value("document.title") as? String != "owned")
            #expect(try await browser.count(".rows tbody tr") == SampleReport.hostile.count)
            // No element that the page did not make, and every comment is the text that it was.
            #expect(try await browser.count("img,iframe,object,form,svg[onload]") == 0)
            #expect(try await browser.count("script") == 1)
            #expect(try await browser.count("h1") == 1)
            let comments = try await browser.texts(".rows tbody td.comment")
            for (value, comment) in zip(SampleReport.hostile, comments) {
                let start = value.showingControls.unicodeScalars.prefix(40)
                #expect(comment.unicodeScalars.starts(with: start), "\(comment)")
                #expect(comment.unicodeScalars.count < 800)
            }
            let text = try await browser.value("document.body.textContent") as? String ?? ""
            #expect(
                !text.unicodeScalars.contains {
                    "\u{0}\u{7}\u{1B}\u{202E}\u{2066}\u{2028}".unicodeScalars.contains($0)
                })
            let overhang =
                try await browser.value(
                    "document.documentElement.scrollWidth-document.documentElement.clientWidth") as? Int
            #expect(overhang == 0)
            try await expectQuiet(browser, report.folder)
        }
    }

    @Test func manyRowsAreElementsOnlyWhereTheyAreLookedAt() async throws {
        let rows = SampleReport.rows(3_000)
        let report = try SampleReport(rows: rows, options: SampleReport.options(inFull: 100))
        try await Browser.with { browser in
            try await browser.open(report.url)
            let reader = ReportReader(browser: browser)
            #expect(try await browser.count(".rows tbody tr") < 1_000)
            #expect(try await browser.count(".rest") == 0)
            let last = rows[2_990].hash.hexadecimal
            try await browser.type(last, into: ".tools input")
            try await eventually("the row behind the first ones is found") {
                try await reader.hashes() == [last]
            }
            #expect(try await browser.text(".rows tbody tr .v") == "clean")
            #expect(try await browser.text(".rows tbody td.comment").contains("ticket 2990"))
            try await browser.click(".tools .clear")
            try await browser.click(".tools [data-verdict=u]")
            #expect(try await browser.text(".tools output") == "600 of 3,000 shown")
            try await eventually("all that were found have elements") {
                try await browser.count(".rows tbody tr.u") == 600
            }
            try await browser.run("dispatchEvent(new Event('beforeprint'))")
            #expect(try await browser.text(".printed") == "Printed are 600 of 3,000 rows: verdict unknown.")
            try await browser.run("dispatchEvent(new Event('afterprint'))")
            try await browser.click(".tools [data-verdict=u]")
            #expect(try await browser.text(".tools output").contains("own search sees only rows near"))
            try await browser.run("scrollTo(0,document.querySelector('.rows').offsetHeight-2000)")
            try await eventually("the end is shown") { try await reader.hashes().contains(last) }
            // What printing begins and ends with; 2,000 rows as a PDF would take a busy machine too long.
            try await browser.run("dispatchEvent(new Event('beforeprint'))")
            #expect(try await browser.count(".rows tbody:not([hidden]) tr") == 2_000)
            #expect(try await browser.text(".printed") == "Printed are the first 2,000 of 3,000 rows.")
            try await browser.run("dispatchEvent(new Event('afterprint'))")
            #expect(try await browser.text(".printed").isEmpty)
            #expect(try await browser.count(".rows tbody tr") < 1_000)
            try await expectQuiet(browser, report.folder)
        }
    }

    /// The elements that are made of lines are the ones that the page would have come with.
    @Test func aRowOfALineLooksLikeARowOfThePage() async throws {
        let rows = SampleReport.rows(40).filter { $0.answer?.fileObject == nil } + SampleReport.rows(3)
        let script = """
            Array.from(document.querySelectorAll('.rows tbody tr'),function(row){
              row.querySelectorAll('.more').forEach(function(more){more.remove()});
              return row.className+'|'+Array.from(row.cells,function(cell){
                return cell.className+cell.tagName+(cell.dataset.vendor||'')+cell.textContent.trim()}).join('|')
                +Array.from(row.querySelectorAll('i'),function(i){return (i.dataset.vendor||'')+i.textContent}).join('/')
                +row.querySelector('a').href})
            """
        let whole = try SampleReport(rows: rows, options: SampleReport.options(inFull: 100))
        let lines = try SampleReport(rows: rows, options: SampleReport.options(inFull: 0))
        try await Browser.with { browser in
            try await browser.open(whole.url)
            let wanted = try await browser.value(script) as? [String] ?? []
            try await browser.open(lines.url)
            let made = try await browser.value(script) as? [String] ?? []
            #expect(wanted.count == rows.count)
            for (wanted, made) in zip(wanted, made) { #expect(wanted == made) }
        }
    }

    /// A browser passes over what it does not know: a misspelt property, a value that there is not.
    @Test func theBrowserKnowsEveryDeclarationOfTheStyleSheets() async throws {
        let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardized
        let sheets = try ["Reporting", "Web"].flatMap { target in
            let folder = sources.appending(path: "\(target)/Assets")
            return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        }.filter { $0.pathExtension == "css" }
        #expect(sheets.count > 5)
        try await Browser.with { browser in
            for sheet in sheets {
                let text = try String(contentsOf: sheet, encoding: .utf8)
                let script = #"""
                    Array.from(atob('\#(Data(text.utf8).base64EncodedString())')
                      .replace(/\/\*.*?\*\/|@page[^}]*}/gs,'').matchAll(/([-\w]+):\s([^;{}]+);/g))
                      .filter(function(declaration){
                        var name=declaration[1].replace('-webkit-',''),value=declaration[2].replace('!important','');
                        return name.indexOf('--')&&!CSS.supports(name,value)&&!CSS.supports('-webkit-'+name,value)
                      }).map(String)
                    """#
                #expect(try await browser.value(script) as? [String] == [], "\(sheet.lastPathComponent)")
            }
        }
    }

    @Test(arguments: ["finished", "running", "refused", "empty", "many", "index"])
    func everyKindIsAccessibleInEveryLook(kind: String) async throws {
        let report = try Self.report(kind)
        try await Browser.with { browser in
            try await browser.open(
                kind == "index" ? "file://" + report.folder.path("index.html") : report.url)
            try await browser.screenshots("report-\(kind)")
            try await browser.expectAccessible(kind)
            if kind == "finished" {
                try await browser.click(".rows summary")
                try await browser.click(".numbers summary")
                try await browser.expectAccessible("with details open")
            }
            if kind != "many" { _ = try await browser.printed("report-\(kind)") }
            try await expectQuiet(browser, report.folder)
        }
    }

    private static func report(_ kind: String) throws -> SampleReport {
        switch kind {
        case "running":
            let rows = SampleReport.rows(20).enumerated().map { index, row in
                guard index > 8 else { return row }
                var row = row
                row.state = .waiting(stale: index == 9 ? row.answer : nil)
                return row
            }
            return try SampleReport(.running, rows: rows) { input in
                input.estimate = .init(
                    expectedAt: Samples.now + 1_500,
                    waitReason: "The quota's minute is used up: 4 of 4 requests.")
            }
        case "refused":
            return try SampleReport(.refused, rows: []) { input in
                input.job.reason = "The file has 70 MiB; the limit is 64 MiB (list.bytesMax)."
            }
        case "empty": return try SampleReport(rows: [])
        // More than the page has as elements at a time.
        case "many":
            return try SampleReport(rows: SampleReport.rows(2_100), options: SampleReport.options(inFull: 50))
        case "index":
            let report = try SampleReport(rows: [])
            try index(in: report.folder.url)
            return report
        default:
            return try SampleReport(rows: SampleReport.rows(20)) { input in
                input.job.counts.unusableLines = 1
                input.unusableLines = [
                    UnusableLine(line: 7, text: "cut off: 67a2b5994dc1", reason: "12 digits are no hash")
                ]
            }
        }
    }

    private static func index(in folder: URL) throws {
        var jobs = [Samples.job(1, name: "running.txt"), Samples.job(2, name: "huge.bin", state: .refused)]
        jobs[0].counts = JobCounts(hashes: 30, byVerdict: [.malicious: 4, .clean: 8, .waiting: 18])
        jobs[1].reason = "The file has 70 MiB; the limit is 64 MiB (list.bytesMax)."
        for number in 0..<6 {
            var job = Samples.job(number, name: "list-\(number).csv", state: .done)
            job.counts = JobCounts(
                hashes: 40, unusableLines: number % 2,
                byVerdict: [.malicious: 3 + number, .suspicious: 2, .unknown: 15 - number, .clean: 20])
            jobs.append(job)
        }
        var options = SampleReport.options()
        options.indexJobsInFullMax = 5
        try ReportWriter(options: options).writeIndex(
            IndexInput(
                user: Samples.user(), jobs: jobs.map { JobOverview(job: $0) },
                waiting: [
                    .init(
                        name: DroppedName("upload.part"), reason: "its name says that it is not finished",
                        firstSeenAt: Samples.now)
                ], now: Samples.now), in: Directory.open(path: folder.path(percentEncoded: false)))
    }
}
