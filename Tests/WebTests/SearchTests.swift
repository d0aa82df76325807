import Foundation
import Hummingbird
import Model
import Reporting
import Store
import Support
import TestSupport
import Testing

@testable import Web

@Suite(.limited(.server))
struct SearchTests {
    private static let hash = Samples.hash(1)

    /// Refused lists of alice's with these names, an hour apart.
    private func add(_ names: [String], to site: WebFixture) async throws {
        try await site.store { database in
            for (number, name) in names.enumerated() {
                try database.jobs.refuse(
                    Samples.job(
                        name: name, state: .refused, receivedAt: Samples.now - Double(number + 1) * 3_600))
            }
        }
    }

    @Test func theFormStandsWhereThereAreLists() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let page = try await site.client.send("GET", "/jobs", cookies: alice).body
        #expect(page.contains("<details class=search>"))
        #expect(page.contains("<form method=get role=search"))
        for field in ["name=name ", "name=state>", "name=verdict>", "name=month ", "name=hash "] {
            #expect(page.contains(field), "\(field)")
        }
        let carol = try await site.session("carol")
        #expect(try await !site.client.send("GET", "/jobs", cookies: carol).body.contains("role=search"))
        #expect(try await site.client.send("GET", "/everybody", cookies: carol).body.contains("role=search"))
    }

    @Test func listsAreFilteredAndTheFormKeepsWhatWasTyped() async throws {
        let site = try await WebFixture.make()
        try await add(["quarterly review.txt", "a+b.txt"], to: site)
        let alice = try await site.session("alice")
        func found(_ query: String) async throws -> HTTPAnswer {
            try await site.client.send("GET", "/jobs?\(query)", cookies: alice)
        }
        // As browsers send a form: all fields, spaces as plus signs.
        let byName = try await found("name=+Review.&state=&verdict=&month=&hash=").body
        #expect(byName.contains("quarterly review.txt</a>") && byName.contains("1 list found"))
        #expect(!byName.contains("a+b.txt") && !byName.contains("data-live"))
        #expect(byName.contains("<details class=search open>") && byName.contains("value=\"Review.\""))
        #expect(try await found("name=a%2Bb").body.contains("a+b.txt</a>"))
        let refused = try await found("state=refused&month=2026-09").body
        #expect(refused.contains("2 lists found") && refused.contains("<h2>Refused</h2>"))
        #expect(!refused.contains("<h2>Finished</h2>") && !refused.contains("<h2>Running</h2>"))
        #expect(refused.contains("<option value=\"refused\" selected>"))
        #expect(refused.contains("name=month placeholder=YYYY-MM value=\"2026-09\""))
        let waiting = try await found("verdict=waiting").body
        #expect(waiting.contains("\(site.alicesJob.id)") && waiting.contains("1 list found"))
        let none = try await found("name=nothing+of+the+kind")
        #expect(none.status == 200 && none.body.contains("There is no such list."))
    }

    @Test func theListsThatHeldAHashAreTheUsersOwn() async throws {
        let site = try await WebFixture.make()
        let query = "?hash=%20\(Self.hash.hexadecimal.uppercased())%20"
        let alice = try await site.session("alice")
        let own = try await site.client.send("GET", "/jobs" + query, cookies: alice).body
        let link = "/jobs/\(site.alicesJob.id)/report.html#q=\(Self.hash.hexadecimal)"
        #expect(own.contains("<p>line 1: <a href=\"\(link)\">"))
        #expect(own.contains("1 list found") && !own.contains("\(site.bobsJob.id)"))
        let carol = try await site.session("carol")
        let none = try await site.client.send("GET", "/jobs" + query, cookies: carol).body
        #expect(none.contains("There is no such list."))
        let all = try await site.client.send("GET", "/everybody" + query, cookies: carol).body
        #expect(all.contains("\(site.alicesJob.id)") && all.contains("\(site.bobsJob.id)"))
        // What only administrators may search is not there for others.
        let everybody = try await site.client.send("GET", "/everybody" + query, cookies: alice)
        let missing = try await site.client.send("GET", "/nothing", cookies: alice)
        #expect(everybody.comparable == missing.comparable)
        #expect(try await site.client.send("GET", "/jobs" + query)["location"] == "/login")
    }

    @Test(arguments: [
        ("hash=44d88612fea8a8f36de82e1278abb02", "no MD5, SHA-1 or SHA-256"),
        ("hash=%3Cscript%3Ealert(1)%3C/script%3E", "no MD5, SHA-1 or SHA-256"),
        ("hash=g4d88612fea8a8f36de82e1278abb02f", "no MD5, SHA-1 or SHA-256"),
        ("month=2026-13", "YYYY-MM"), ("month=%22%20autofocus", "YYYY-MM"),
        ("state=finished", "no such state"), ("verdict=bad", "no such verdict"),
        ("name=" + String(repeating: "%C3%A4", count: 101), "at most 100 characters"),
    ])
    func whatCannotBeSearchedForIsSaid(query: String, sentence: String) async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let answer = try await site.client.send("GET", "/jobs?\(query)", cookies: alice)
        #expect(answer.status == 400)
        #expect(answer.body.contains(sentence) && answer.body.contains("Nothing was searched for"))
        #expect(!answer.body.contains("<script>alert") && !answer.body.contains("\" autofocus"))
        #expect(!answer.body.contains("\(site.alicesJob.id)"))
    }

    @Test(arguments: ["hash", "hash=", "hash=%", "name=a&name=b", "before=20260921-141320-aaaaa", "q=1"])
    func anAddressThatAsksForNothingShowsAllLists(query: String) async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let answer = try await site.client.send("GET", "/jobs?\(query)", cookies: alice)
        #expect(answer.status == 200 && answer.body.contains("\(site.alicesJob.id)"))
    }

    @Test func hostileNamesAndTextsAreTextInResults() async throws {
        let hostile = "\"><img src=x onerror=alert(1)>\u{202E}'"
        let site = try await WebFixture.make()
        try await add([hostile], to: site)
        let alice = try await site.session("alice")
        let typed = hostile.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        for (query, shown) in [
            ("name=\(typed)&before=%22%3E", "value=\"&quot;&gt;&lt;img src=x"),
            ("name=img+src", ">&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\\u{202E}&#39;"),
        ] {
            let answer = try await site.client.send("GET", "/jobs?\(query)", cookies: alice)
            #expect(answer.status == 200 && answer.body.contains(shown))
            #expect(!answer.body.contains("<img") && !answer.body.contains("\u{202E}"))
            #expect(answer["content-security-policy"]?.contains("script-src 'self'") == true)
        }
    }

    @Test func resultsComeAHundredAtATime() async throws {
        let site = try await WebFixture.make()
        try await add((0..<150).map { "part & \($0) of it" }, to: site)
        let alice = try await site.session("alice")
        var seen: [String] = []
        var path: String? = "/jobs?name=part+%26&state=refused"
        while let next = path {
            let page = try await site.client.send("GET", next, cookies: alice).body
            let names = page.components(separatedBy: " of it</a>").dropLast()
            seen += names.compactMap { $0.components(separatedBy: "part &amp; ").last }
            #expect(!page.contains("Not all lists have been looked at"))
            path = page.components(separatedBy: "\">Search older lists</a>").dropLast().first?
                .components(separatedBy: "<a href=\"").last?.replacing("&amp;", with: "&")
            if let path { #expect(path.hasPrefix("/jobs?name=part%20%26&state=refused&before=")) }
        }
        #expect(seen == (0..<150).map { "\($0)" })
    }

    @Test func aSearchThatEndedEarlySaysSo() async throws {
        let site = try await WebFixture.make()
        try await add(["a", "b", "c"], to: site)
        let filter = JobFilter(name: "nothing")
        for (limits, isWhole) in [(JobSearchLimits(jobsMax: 2), false), (JobSearchLimits(), true)] {
            let result = try await site.store {
                try $0.jobs.search(filter, of: Samples.user("alice"), limits: limits)
            }
            var page = HTMLBuilder()
            SearchPage(
                place: .jobs, form: JobSearchForm("/jobs?name=nothing"),
                content: .found(result, estimates: [:]), now: Samples.now
            ).append(to: &page)
            let text = String(decoding: page.bytes, as: UTF8.self)
            #expect(text.contains("ended after 2 lists") == !isWhole)
            #expect(text.contains("There is no such list.") == isWhole)
        }
    }

    // MARK: Limits

    /// Clock whose readers wait at a gate.
    private struct GatedClock: ServiceClock {
        let gate: Gate
        let clock = ManualClock()
        var now: ClockReading {
            gate.pass()
            return clock.now
        }
        var bootID: String { clock.bootID }
        func sleep(for duration: Duration) async throws { try await clock.sleep(for: duration) }
    }

    @Test func aUserHasTwoSearchesAtATimeAndOthersHaveTheirs() async throws {
        let site = try await WebFixture.make()
        let gate = Gate()
        let data = try await site.store { try WebDatabase(database: $0, reports: "") }
        let finder = JobFinder(data: data, clock: GatedClock(gate: gate))
        let search = { @Sendable (user: String) async throws -> Bool in
            let user = Samples.user(user)
            return try await finder.find(JobFilter(), of: user, before: nil, for: user) != nil
        }
        try await withThrowingTaskGroup(of: Bool.self) { searches in
            // Also when something fails: the group waits for its searches.
            defer { gate.open() }
            for _ in 0..<3 { searches.addTask { try await search("alice") } }
            let first = try await searches.next()
            #expect(first == false)
            searches.addTask { try await search("bob") }
            gate.open()
            while let isFound = try await searches.next() { #expect(isFound) }
        }
        #expect(try await search("alice"))
    }

    /// Clock that goes on by 300 ms with each look at it.
    private struct HastyClock: ServiceClock {
        let clock = ManualClock()
        var now: ClockReading {
            clock.advance(by: .milliseconds(300))
            return clock.now
        }
        var bootID: String { clock.bootID }
        func sleep(for duration: Duration) async throws { try await clock.sleep(for: duration) }
    }

    @Test func aSearchEndsAfterASecond() async throws {
        let site = try await WebFixture.make()
        try await add((0..<10).map { "\($0)" }, to: site)
        let data = try await site.store { try WebDatabase(database: $0, reports: "") }
        let alice = Samples.user("alice")
        let result = try await JobFinder(data: data, clock: HastyClock()).find(
            JobFilter(), of: alice, before: nil, for: alice)
        #expect(result?.hits.count == 4)
        #expect(result?.rest == result?.hits.last?.job.id)
    }
}
