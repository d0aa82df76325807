import FileSystem
import Foundation
import Model
import Reporting
import TestSupport
import Testing

/// A user's index in a real browser, opened as a file.
@Suite(.limited(.browser), .sharedBrowser)
struct IndexReadingTests {
    private let folder = TemporaryFolder()
    private var url: String { "file://" + folder.path("index.html") }

    /// Lists of two months, of which the newest three are shown with their bars.
    ///
    /// - Parameter titles: what lists are called, by their names.
    private func writeIndex(titles: [String: String] = [:]) throws {
        let lists: [(name: String, state: JobState, day: Double, verdicts: [Verdict: Int])] = [
            ("running & new.txt", .running, 0, [.waiting: 2]),
            ("IOCs monday.txt", .done, 1, [.malicious: 1, .clean: 4]),
            ("huge.bin", .refused, 2, [:]),
            ("iocs sunday.txt", .done, 3, [.clean: 5]),
            ("stopped.csv", .cancelled, 29, [.malicious: 1, .notAsked: 4]),
            ("older iocs.csv", .done, 30, [.unknown: 1]),
        ]
        let jobs = lists.map { list in
            var job = Samples.job(
                name: list.name, state: list.state, receivedAt: Samples.now - list.day * 86_400)
            job.counts = JobCounts(
                hashes: list.verdicts.values.reduce(0, +), byVerdict: list.verdicts)
            job.isReported = job.state.isFinal
            job.options.title = titles[list.name]
            return JobOverview(job: job)
        }
        var options = SampleReport.options()
        options.indexJobsInFullMax = 3
        options.refreshSeconds = 3_600
        try ReportWriter(options: options).writeIndex(
            IndexInput(user: Samples.user(), jobs: jobs, now: Date()),
            in: Directory.open(path: folder.url.path(percentEncoded: false)))
    }

    private func shown(_ browser: Browser) async throws -> [String] {
        let script = """
            Array.from(document.querySelectorAll('.jobs > li h3, .older > li > a'))
              .filter(function(name){return name.offsetParent!==null})
              .map(function(name){return name.textContent.split('.')[0]})
            """
        return try await browser.value(script) as? [String] ?? []
    }

    private func choose(_ field: String, _ value: String, in browser: Browser) async throws {
        try await browser.run(
            "var field=document.querySelector('.tools [name=\(field)]');field.value='\(value)';"
                + "field.dispatchEvent(new Event('input'))")
    }

    private static let all = ["running & new", "IOCs monday", "iocs sunday", "huge", "stopped", "older iocs"]

    @Test func listsAreFoundByNameStateVerdictAndDay() async throws {
        try writeIndex()
        try await Browser.with { browser in
            try await browser.open(url)
            #expect(try await shown(browser) == Self.all)
            let day = { (days: Double) in
                (Samples.now - days * 86_400).formatted(.iso8601.year().month().day())
            }
            let choices: [(field: String, value: String, shown: [String])] = [
                ("q", " IOCS ", ["IOCs monday", "iocs sunday", "older iocs"]),
                ("verdict", "c", ["IOCs monday", "iocs sunday"]),
                ("q", "", ["IOCs monday", "iocs sunday"]),
                ("state", "C", []), ("verdict", "m", ["stopped"]), ("verdict", "", ["stopped"]),
                ("state", "X", ["huge"]), ("state", "", Self.all),
                ("from", day(3), ["running & new", "IOCs monday", "iocs sunday", "huge"]),
                ("to", day(2), ["huge", "iocs sunday"]),
                ("from", "", ["huge", "iocs sunday", "stopped", "older iocs"]),
            ]
            for (field, value, wanted) in choices {
                try await choose(field, value, in: browser)
                try await eventually("\(field) is '\(value)'") {
                    try await Set(shown(browser)) == Set(wanted)
                }
            }
            #expect(try await browser.text(".tools output") == "4 of 6 shown")
            // No heading stands over nothing, and what was chosen survives loading again.
            #expect(
                try await browser.value(
                    "Array.from(document.querySelectorAll('main h2')).filter(function(heading){"
                        + "return heading.offsetParent!==null}).length") as? Int == 3)
            try await browser.run("location.reload()")
            try await eventually("the choice is there again") {
                try await browser.text(".tools output") == "4 of 6 shown"
            }
            try await browser.click(".tools .clear")
            try await eventually("all are shown") { try await shown(browser) == Self.all }
            #expect(try await browser.complaints() == [])
        }
    }

    /// Of a list in full and of one that is a line; what else they say is no name.
    @Test(arguments: [
        ("case 8", 2), ("IOCs", 3), ("csv", 2), ("case 8 ", 2), ("malicious", 0), ("hash", 0), ("8 CASE", 2),
        ("case iocs", 2), ("case monday", 1), ("\"case 8\"", 2), ("\"8 case\"", 0), ("\"case 8\" csv", 1),
    ])
    func aListIsFoundByItsTitleAndByItsName(text: String, count: Int) async throws {
        try writeIndex(titles: ["IOCs monday.txt": "Case 81", "older iocs.csv": "case 8"])
        try await Browser.with { browser in
            try await browser.open(url)
            try await choose("q", text, in: browser)
            try await eventually("'\(text)' is searched for") {
                try await browser.text(".tools output") == "\(count) of 6 shown"
            }
            #expect(try await browser.complaints() == [])
        }
    }

    @Test func anAddressIsFollowedAndAMonthIsNoChoice() async throws {
        try writeIndex()
        try await Browser.with { browser in
            try await browser.open(url + "#state=D&verdict=c&verdict=%E0%A4%A&nothing=1&to=never")
            #expect(try await Set(shown(browser)) == ["IOCs monday", "iocs sunday"])
            try await browser.run("location.hash='#m2026-08'")
            #expect(try await Set(shown(browser)) == ["IOCs monday", "iocs sunday"])
            try await browser.run("location.hash='#q=stop'")
            try await eventually("the other choice is shown") { try await shown(browser) == ["stopped"] }
            try await browser.run("location.hash='#all'")
            try await eventually("all are shown") { try await shown(browser) == Self.all }
            #expect(try await browser.complaints() == [])
        }
    }

    @Test func withoutJavaScriptEachMonthIsALinkAway() async throws {
        try writeIndex()
        try await Browser.with { browser in
            try await browser.withoutJavaScript {
                try await browser.open(url)
                #expect(!(try await browser.text()).contains("every verdict"))
                try await browser.clickLink("August 2026")
                #expect(try await browser.url() == url + "#m2026-08")
                #expect(try await browser.text("#m2026-08") == "Older: August 2026")
                #expect(try await shown(browser) == Self.all)
            }
        }
    }
}
