import Foundation
import Model
import Store
import Synchronization
import TestSupport
import Testing
import Web

struct JobsPageTests {
    @Test func aLongListHasPagesTheNewestFirst() async throws {
        try await WebFixture.with { site in
            // With alice's own running one: 250.
            for number in 0..<249 {
                try site.database.jobs.refuse(
                    Samples.job(
                        name: "list \(number) of alice", state: .refused,
                        receivedAt: Samples.now - 1_000 + Double(number)))
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
    }

    @Test func whatWaitsIsShownToItsOwnerAndToAdministrators() async throws {
        let sources = DaemonQueries(
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
        try await WebFixture.with(sources: sources) { site in
            let own = try await site.client.send("GET", "/jobs", cookies: try await site.session("alice"))
                .body
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
    }

    @Test func whatHasJustBecomeAJobIsNotShownAsWaitingToo() async throws {
        let name = DroppedName("<img src=x onerror=alert(1)>.txt")
        let sources = DaemonQueries(
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
        try await WebFixture.with(sources: sources) { site in
            let carol = try await site.session("carol")
            let page = try await site.client.send("GET", "/everybody", cookies: carol).body
            #expect(!page.contains("the first") && page.contains("the next") && page.contains("of bob"))
            #expect(page.contains("2 waiting"))
        }
    }

    @Test func noVisitorStandsStillWhileTheLookupsAreBusy() async throws {
        let gate = Gate()
        let isBusy = Mutex(false)
        // As an actor that waits for the database's writer on a thread of its own.
        let work = { @Sendable in
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    if isBusy.withLock({ $0 }) { gate.pass() }
                    continuation.resume()
                }
            }
        }
        let sources = DaemonQueries(
            estimates: {
                await work()
                return [:]
            },
            operations: {
                await work()
                return OperationsView(waitReason: "as it was before")
            }, waiting: { [:] })
        try await WebFixture.with(sources: sources) { site in
            // Also when something fails: the page's end waits for an answer.
            defer { gate.open() }
            let carol = try await site.session("carol")
            func page(_ path: String) async throws -> HTTPAnswer {
                try await site.client.send("GET", path, cookies: carol)
            }
            #expect(try await page("/operations").body.contains("as it was before"))
            isBusy.withLock { $0 = true }
            #expect(try await page("/jobs/\(site.alicesJob.id)").status == 200)
            #expect(try await page("/everybody").status == 200)
            #expect(try await page("/operations").body.contains("as it was before"))
            #expect(gate.waiting > 0)
        }
    }
}
