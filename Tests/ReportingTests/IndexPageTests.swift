import Foundation
import Model
import Reporting
import Testing

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

    @Test func aNameOfNothingButSpacesCanBeSeenAndClicked() throws {
        var job = Samples.input(.done, rows: []).job
        job.droppedName = DroppedName(" ")
        let page = try page(.init(user: UserName("alice")!, jobs: [JobOverview(job: job)], now: Samples.now))
        #expect(page.contains("\">\\u{20}</a>"))
        #expect(DroppedName("a b").display == "a b")
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
}
