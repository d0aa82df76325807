import Foundation
import Model
import Store
import TestSupport
import Testing
import Web

@Suite(.limited(.server))
struct JobsPageTests {
    @Test func aLongListHasPagesTheNewestFirst() async throws {
        let site = try await WebFixture.make()
        // With alice's own running one: 250.
        try await site.store { database in
            for number in 0..<249 {
                let job = Samples.job(
                    name: "list \(number) of alice", state: .refused,
                    receivedAt: Samples.now - 1_000 + Double(number))
                try database.jobs.refuse(job)
                try database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
            }
        }
        let alice = try await site.session("alice")
        func page(_ query: String) async throws -> HTTPAnswer {
            try await site.client.send("GET", "/jobs\(query)", cookies: alice)
        }
        let first = try await page("").body
        #expect(first.contains("250 lists"))
        #expect(first.contains("Page 1 of 3") && first.contains("href=\"/jobs?page=2\">Older</a>"))
        #expect(first.contains("list 248 of") && first.contains("list 150 of"))
        #expect(!first.contains("list 149 of") && !first.contains("Newer"))
        // One of its jobs runs.
        #expect(first.contains("data-live=\"/jobs?live\""))
        let second = try await page("?page=2").body
        #expect(second.contains("list 149 of") && second.contains("list 50 of"))
        #expect(second.contains("href=\"/jobs\">Newer</a>") && second.contains("href=\"/jobs?page=3\">"))
        #expect(!second.contains("data-live"))
        let last = try await page("?page=3").body
        #expect(last.contains("list 49 of") && last.contains("list 0 of") && !last.contains("Older"))
        #expect(try await page("?page=4").status == 404)
        for nonsense in ["?page=0", "?page=-1", "?page=a", "?page=", "?pages=2", "?page=1&page=1", "?"] {
            #expect(try await page(nonsense).body.contains("Page 1 of 3"), "\(nonsense)")
        }
        #expect(try await page("?page=99999999999999999999").status == 200)
        #expect(try await page("?page=999999999").status == 404)
    }

    @Test func whatWaitsIsShownToItsOwnerAndToAdministrators() async throws {
        let queries = DaemonQueries(
            estimates: { [:] }, operations: { OperationsView() },
            waiting: {
                [
                    Samples.user("alice"): [
                        WaitingFile(
                            name: DroppedName("big.txt"), reason: "still being written",
                            firstSeenAt: Samples.now)
                    ],
                    Samples.user("bob"): (0..<205).map {
                        WaitingFile(
                            name: DroppedName("bobs-\($0).txt"), reason: "its turn", firstSeenAt: Samples.now)
                    },
                ]
            })
        let site = try await WebFixture.make(queries: queries)
        let alice = try await site.session("alice")
        let own = try await site.client.send("GET", "/jobs", cookies: alice).body
        for text in ["Waiting in your folder", "big.txt", "still being written", "1 waiting"] {
            #expect(own.contains(text), "\(text)")
        }
        #expect(!own.contains("bob"))
        let carol = try await site.session("carol")
        let all = try await site.client.send("GET", "/everybody", cookies: carol).body
        for text in [
            "Waiting in the drop folders", "big.txt", "bobs-198.txt", "206 waiting", "6 more files",
        ] {
            #expect(all.contains(text), "\(text)")
        }
        #expect(!all.contains("bobs-199.txt"))
        #expect(try await !site.client.send("GET", "/jobs", cookies: carol).body.contains("big.txt"))
    }

    @Test func whatHasJustBecomeAJobIsNotShownAsWaitingToo() async throws {
        let name = DroppedName("<img src=x onerror=alert(1)>.txt")
        let queries = DaemonQueries(
            estimates: { [:] }, operations: { OperationsView() },
            waiting: {
                [
                    Samples.user("alice"): [
                        WaitingFile(name: name, reason: "the first", firstSeenAt: Samples.now),
                        WaitingFile(name: name, reason: "the next", firstSeenAt: Samples.now + 60),
                    ],
                    Samples.user("bob"): [
                        WaitingFile(name: name, reason: "of bob", firstSeenAt: Samples.now)
                    ],
                ]
            })
        let site = try await WebFixture.make(queries: queries)
        let carol = try await site.session("carol")
        let page = try await site.client.send("GET", "/everybody", cookies: carol).body
        #expect(!page.contains("the first") && page.contains("the next") && page.contains("of bob"))
        #expect(page.contains("2 waiting"))
    }

    @Test(arguments: [nil, "it is away since 08:00"])
    func operationsShowTheSitesAsTheyWereHeardOfLast(trouble: String?) async throws {
        let shared = OperationsView.Shared(
            site: "harbour", trouble: trouble,
            overview: .init(
                sites: [
                    .init(
                        name: "harbour", silence: .zero, today: 311, thisMonth: 4_127,
                        requestsInFlight: 2, openHashes: 17),
                    .init(
                        name: "quay", silence: .seconds(3_600), today: 122, thisMonth: 659,
                        requestsInFlight: 0, openHashes: 0),
                ], today: 433, thisMonth: 786, at: Samples.now))
        let site = try await WebFixture.make(
            queries: DaemonQueries(
                estimates: { [:] }, operations: { OperationsView(shared: shared) }, waiting: { [:] }))
        let carol = try await site.session("carol")
        let page = try await site.client.send("GET", "/operations", cookies: carol).body
        for text in ["<h2>Sites</h2>", "harbour", "quay", "311", "122", "659", "433", "786"] {
            #expect(page.contains(text), "\(text)")
        }
        // As of the last word: an hour before it.
        #expect(page.contains("datetime=\((Samples.now - 3_600).formatted(.iso8601))"))
        #expect(page.contains(">Away</span>") == (trouble != nil))
        if let trouble { #expect(page.contains(trouble)) }
    }

    @Test func operationsOfADaemonAloneShowNoSites() async throws {
        let site = try await WebFixture.make()
        let carol = try await site.session("carol")
        let page = try await site.client.send("GET", "/operations", cookies: carol).body
        #expect(page.contains("<h2>Quota</h2>") && !page.contains("<h2>Sites</h2>"))
    }

    @Test func aPageWaitsHalfASecondForLookupsThatAreBusy() async throws {
        let gate = Gate()
        // As an actor that waits for the database's writer on a thread of its own.
        let work = { @Sendable in
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    gate.pass()
                    continuation.resume()
                }
            }
        }
        let site = try await WebFixture.make(
            queries: DaemonQueries(
                estimates: {
                    await work()
                    return [:]
                },
                operations: {
                    await work()
                    return OperationsView(waitReason: "as it is")
                }, waiting: { [:] }))
        // Also when something fails: the test's end waits for its requests.
        defer { gate.open() }
        let carol = try await site.session("carol")
        for path in ["/jobs/\(site.alicesJob.id)", "/everybody", "/operations"] {
            async let answer = site.client.send("GET", path, cookies: carol)
            try await eventually("\(path) waits for the lookups") { site.clock.sleeperCount == 1 }
            site.clock.advance(by: .milliseconds(499))
            #expect(site.clock.sleeperCount == 1)
            site.clock.advance(by: .milliseconds(1))
            let page = try await answer
            #expect(page.status == 200)
            #expect(page.body.contains("too busy to say") == (path == "/operations"))
        }
        #expect(gate.waiting == 3)
        gate.open()
        let operations = try await site.client.send("GET", "/operations", cookies: carol)
        #expect(operations.body.contains("as it is"))
    }
}
