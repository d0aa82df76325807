import Foundation
import Model
import Testing

@testable import Reporting

struct IndexPageTests {
    let samples: Samples
    init() throws { samples = try Samples() }

    private func page(_ input: IndexInput, jobsMax: Int = 1_000) throws -> String {
        var options = Samples.writer().options
        options.indexJobsMax = jobsMax
        try ReportWriter(options: options).writeIndex(input, in: samples.directory())
        return try samples.text("index.html")
    }

    private func overview(_ state: JobState, _ tail: String, reason: String? = nil) -> JobOverview {
        var job = Samples.input(state, rows: [Samples.row(.unknown)]).job
        job.id = JobID("20261123-195045-\(tail)")!
        job.reason = reason
        return JobOverview(job: job)
    }

    @Test func everythingOfAUserIsListedWithItsReason() throws {
        let page = try page(
            .init(
                user: UserName("alice")!,
                jobs: [overview(.running, "aaaa3"), overview(.refused, "aaaa2", reason: "a link <x>")],
                waiting: [
                    .init(name: DroppedName("b.part"), reason: "not finished", firstSeenAt: Samples.now)
                ], now: Samples.now))
        #expect(page.contains("b.part") && page.contains("not finished"))
        #expect(page.contains("href=\"20261123-195045-aaaa3_list.txt/report.html\""))
        #expect(page.contains("a link &lt;x&gt;"))
        #expect(page.contains("data-refresh=\"5\""))
    }

    @Test func aFinishedUserIsNotReloaded() throws {
        var job = overview(.done, "aaaa3")
        func pageNow() throws -> String {
            try page(.init(user: UserName("alice")!, jobs: [job], now: Samples.now))
        }
        let link = "href=\"20261123-195045-aaaa3_list.txt/report.csv\""
        // Its last report is on the way.
        #expect(try !pageNow().contains(link) && pageNow().contains("data-refresh"))
        job.job.isReported = true
        #expect(try pageNow().contains(link) && !pageNow().contains("data-refresh"))
    }

    @Test func aCancelledListShowsWhatItHas() throws {
        let page = try page(
            .init(
                user: UserName("alice")!, jobs: [overview(.cancelled, "aaaa3", reason: "by hand")],
                now: Samples.now))
        #expect(page.contains("cancelled</span>: by hand"))
        #expect(page.contains("1 unknown to VirusTotal</span>"))
    }

    /// Of a job in full and of one that is a line.
    @Test(arguments: [500, 0])
    func aListTellsWhatHasChanged(inFullMax: Int) throws {
        let lists: [(changes: [JobChanges.Kind: Int]?, words: String?)] = [
            (nil, nil), ([:], "no changes"), ([.new: 3, .worse: 1], "+3 new, 1 worse"),
            ([.other: 1], "1 other change"),
            (
                [.new: 1_200, .gone: 1, .worse: 2, .better: 3, .other: 4],
                "+1,200 new, 1 gone, 2 worse, 3 better, 4 other changes"
            ),
        ]
        for (changes, words) in lists {
            var job = overview(.done, "aaaa3")
            job.job.changes = changes.map { JobChanges($0) }
            var options = Samples.writer().options
            options.indexJobsInFullMax = inFullMax
            try ReportWriter(options: options).writeIndex(
                .init(user: UserName("alice")!, jobs: [job], now: Samples.now), in: samples.directory())
            let page = try samples.text("index.html")
            #expect(page.contains(" · \(words ?? "no changes")") == (words != nil))
        }
    }

    @Test func aNameOfNothingButSpacesCanBeSeenAndClicked() throws {
        var job = Samples.input(.done, rows: []).job
        job.droppedName = DroppedName(" ")
        let page = try page(.init(user: UserName("alice")!, jobs: [JobOverview(job: job)], now: Samples.now))
        #expect(page.contains("\">\\u{20}</a>"))
        #expect(DroppedName("a b").display == "a b")
    }

    /// In full and as a line alike; a title is text from outside.
    @Test(arguments: [0, 10])
    func aTitleStandsBeforeTheListsName(inFullMax: Int) throws {
        var titled = overview(.done, "aaaa3")
        titled.job.options.title = "Case <7>"
        var options = Samples.writer().options
        options.indexJobsInFullMax = inFullMax
        try ReportWriter(options: options).writeIndex(
            .init(user: UserName("alice")!, jobs: [titled, overview(.done, "aaaa2")], now: Samples.now),
            in: samples.directory())
        let page = try samples.text("index.html")
        #expect(
            page.contains(
                "aaaa3_list.txt/report.html\">Case &lt;7&gt;</a> <small class=muted>list.txt</small>"))
        #expect(page.contains("aaaa2_list.txt/report.html\">list.txt</a>"))
        #expect(page.components(separatedBy: "<small").count == 2)
    }

    @Test func jobsBeyondTheLimitAreCounted() throws {
        let jobs = ["aaaa3", "aaaa2", "aaaa1"].map { overview(.done, $0) }
        let page = try page(
            .init(user: UserName("alice")!, jobs: jobs, jobsTotal: 1_500, now: Samples.now), jobsMax: 2)
        #expect(page.contains("aaaa2_") && !page.contains("aaaa1_"))
        #expect(page.contains("The newest 2 of 1,500 lists"))
    }

    @Test func olderJobsAreALineEach() throws {
        let jobs = [
            overview(.done, "aaaa3"), overview(.done, "aaaa2"), overview(.refused, "aaaa1", reason: "why"),
        ]
        var options = Samples.writer().options
        options.indexJobsInFullMax = 1
        try ReportWriter(options: options).writeIndex(
            .init(user: UserName("alice")!, jobs: jobs, now: Samples.now), in: samples.directory())
        let page = try samples.text("index.html")
        let older = try #require(page.components(separatedBy: "<ul class=older>").last)
        #expect(older.contains("aaaa2_list.txt/report.html\">list.txt</a> 1 hash, 1 unknown to VirusTotal"))
        #expect(older.contains("aaaa1_list.txt/report.html\">list.txt</a> refused"))
        #expect(!older.contains("aaaa3_"))
    }

    @Test func thePageSaysOfWhenItIsAndUntilWhenThatIsGood() throws {
        let idle = try page(.init(user: UserName("alice")!, jobs: [], now: Samples.now))
        #expect(idle.contains("as of <time datetime=2026-11-23T20:10:45Z>"))
        #expect(idle.contains("data-due=\"2026-11-23T21:11:45Z\" hidden>"))
        let live = try page(
            .init(user: UserName("alice")!, jobs: [overview(.running, "aaaa3")], now: Samples.now))
        #expect(live.contains("data-due=\"2026-11-23T20:15:45Z\" hidden>"))
    }

    /// It says that hashdrop is stopped; that it is not renewed would be a second notice of the same.
    @Test(arguments: [true, false])
    func aStoppedDaemonsLastPageIsNotMissed(isLive: Bool) throws {
        let jobs = isLive ? [overview(.running, "aaaa3")] : []
        var input = IndexInput(
            user: UserName("alice")!, jobs: jobs, troubles: ["hashdrop is stopped."], isLast: true,
            now: Samples.now)
        let last = try page(input)
        #expect(last.contains("hashdrop is stopped.") && !last.contains("data-due"))
        input.isLast = false
        #expect(try page(input).contains("data-due"))
    }

    @Test func whatIsWrongWithTheDaemonStandsFirst() throws {
        let page = try page(
            .init(
                user: UserName("alice")!, jobs: [overview(.done, "aaaa3")],
                troubles: ["Hashes wait: the key <x> was refused."], now: Samples.now))
        let trouble = try #require(page.range(of: "Hashes wait: the key &lt;x&gt; was refused."))
        let jobs = try #require(page.range(of: "aaaa3_list.txt"))
        #expect(trouble.lowerBound < jobs.lowerBound)
    }

    /// The text from the first to the second, without them.
    private func part(_ page: String, from start: String, to end: String = "</html>") throws -> String {
        let from = try #require(page.range(of: start))
        let to = try #require(page.range(of: end, range: from.upperBound..<page.endIndex))
        return String(page[from.upperBound..<to.lowerBound])
    }

    @Test func whatWasRefusedStandsByItselfAndFirstWhileItIsTheNewest() throws {
        let states: [(JobState, String)] = [
            (.refused, "aaaa4"), (.done, "aaaa3"), (.refused, "aaaa2"), (.cancelled, "aaaa1"),
        ]
        let jobs = states.map { overview($0, $1) }
        func sections(_ jobs: [JobOverview]) throws -> [String] {
            try page(.init(user: UserName("alice")!, jobs: jobs, now: Samples.now))
                .components(separatedBy: "<section><h2").dropFirst().map { String($0) }
        }
        let first = try sections(jobs)
        try #require(first.count == 2)
        #expect(first[0].hasPrefix(" id=\"refused\">Refused</h2>"))
        #expect(first[0].contains("aaaa4_") && first[0].contains("aaaa2_") && !first[0].contains("aaaa3_"))
        #expect(first[1].hasPrefix(" id=\"m2026-11\">Finished: November 2026</h2>"))
        #expect(first[1].contains("aaaa3_") && first[1].contains("aaaa1_") && !first[1].contains("aaaa2_"))
        let later = try sections(Array(jobs.dropFirst()))
        #expect(later.count == 2 && later[0].contains(">Finished") && later[1].contains(">Refused"))
    }

    @Test func eachMonthHasItsHeadingAndALinkToIt() throws {
        let months = [("2026-11", 2), ("2026-10", 3), ("2026-01", 1), ("2025-12", 2)]
        var jobs: [JobOverview] = []
        for (month, count) in months {
            for day in 0..<count {
                var job = overview(.done, "aaaa\(jobs.count)")
                job.job.receivedAt = try Date("\(month)-2\(9 - day)T23:59:59Z", strategy: .iso8601)
                jobs.append(job)
            }
        }
        var options = Samples.writer().options
        // In the middle of October.
        options.indexJobsInFullMax = 3
        try ReportWriter(options: options).writeIndex(
            .init(user: UserName("alice")!, jobs: jobs, now: Samples.now), in: samples.directory())
        let page = try samples.text("index.html")
        let navigation = try part(page, from: "<nav class=months", to: "</nav>")
        #expect(
            navigation.components(separatedBy: "<li>").dropFirst().map { $0.prefix { $0 != "/" } } == [
                "<a href=\"#m2026-11\">November 2026<", "<a href=\"#m2026-10\">October 2026<",
                "<a href=\"#m2026-01\">January 2026<", "<a href=\"#m2025-12\">December 2025<",
            ])
        for (month, count) in months {
            #expect(page.components(separatedBy: "id=\"m\(month)\"").count == 2, "\(month)")
            #expect(
                try part(navigation + "<li>", from: "#m\(month)\">", to: "<li>").contains("</a> \(count)"))
        }
        let headings = page.components(separatedBy: "<h2").dropFirst()
            .compactMap { $0.components(separatedBy: "</h2>").first?.components(separatedBy: ">").last }
        #expect(
            headings.filter { $0.contains("20") } == [
                "Finished: November 2026", "Finished: October 2026", "Older: October 2026",
                "Older: January 2026", "Older: December 2025",
            ])
    }

    @Test func oneMonthAloneNeedsNoLinks() throws {
        let page = try page(
            .init(user: UserName("alice")!, jobs: [overview(.done, "aaaa3")], now: Samples.now))
        #expect(!page.contains("<nav class=months"))
    }

    @Test func eachListTellsTheScriptItsStateAndVerdicts() throws {
        var mixed = overview(.done, "aaaa4")
        mixed.job.counts = JobCounts(
            hashes: 9, byVerdict: [.malicious: 1, .suspicious: 0, .clean: 7, .noResults: 1])
        let jobs = [mixed, overview(.running, "aaaa3"), overview(.refused, "aaaa2"), mixed]
        var options = Samples.writer().options
        options.indexJobsInFullMax = 2
        try ReportWriter(options: options).writeIndex(
            .init(user: UserName("alice")!, jobs: jobs, now: Samples.now), in: samples.directory())
        let page = try samples.text("index.html")
        // The same for a line and for a list with its bar.
        #expect(page.components(separatedBy: "<li data-is=Dmnc>").count == 3)
        #expect(page.contains("<li data-is=Ru>") && page.contains("<li data-is=Xu>"))
        for option in ["<option value=D>done", "<option value=X>refused", "<option value=m>malicious"] {
            #expect(page.contains(option))
        }
        // Without the script the fields would do nothing.
        #expect(page.contains("<div class=tools hidden"))
        let empty = try self.page(.init(user: UserName("alice")!, jobs: [], now: Samples.now))
        #expect(!empty.contains("class=tools"))
    }

    @Test func theIndexAllowsItsOwnScriptAlone() throws {
        let page = try page(
            .init(user: UserName("alice")!, jobs: [overview(.done, "aaaa3")], now: Samples.now))
        let policy = try part(page, from: "Content-Security-Policy\" content=\"", to: "\">")
        let script = try part(page, from: "<script>", to: "</script>")
        let source = PageAsset(bytes: Array(script.utf8)).policySource.replacing("'", with: "&#39;")
        #expect(policy.contains("script-src \(source);"))
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(!policy.contains("unsafe"))
    }
}
