import Foundation
import Logging
import Model
import Cryptography
import Store
import Synchronization
import TestSupport
import Testing

@testable import Web

struct SessionTests {
    private func status(_ site: WebFixture, _ cookies: [String: String]) async throws -> Int {
        try await site.client.send("GET", "/jobs", cookies: cookies).status
    }

    @Test func aSessionEndsTwelveHoursAfterTheLoginHoweverItIsUsed() async throws {
        try await WebFixture.with { site in
            let cookies = try await site.session("alice")
            for _ in 0..<23 {
                site.time.advance(by: .seconds(1_800))
                #expect(try await status(site, cookies) == 200)
            }
            site.time.advance(by: .seconds(1_800))
            #expect(try await status(site, cookies) == 303)
        }
    }

    @Test func aSessionEndsAfterAnHourWithoutUse() async throws {
        try await WebFixture.with { site in
            let cookies = try await site.session("alice")
            site.time.advance(by: .seconds(3_599))
            #expect(try await status(site, cookies) == 200)
            site.time.advance(by: .seconds(3_600))
            #expect(try await status(site, cookies) == 303)
        }
    }

    @Test func logOutEndsTheSessionAtTheServer() async throws {
        try await WebFixture.with { site in
            let cookies = try await site.session("alice")
            let page = try await site.client.send("GET", "/jobs", cookies: cookies)
            let answer = try await site.client.send(
                "POST", "/logout", headers: WebFixture.sameOrigin, cookies: cookies,
                body: "token=\(page.formToken ?? "")")
            #expect(answer.status == 303)
            #expect(answer.headers["set-cookie"]?.first?.contains("Max-Age=0") == true)
            #expect(try await status(site, cookies) == 303)
        }
    }

    @Test func anotherPasswordEndsTheUsersSessionsAndNobodyElses() async throws {
        try await WebFixture.with { site in
            let alice = try await site.session("alice")
            let bob = try await site.session("bob")
            let hash = try PasswordHash(password: "another one", parameters: WebFixture.parameters).stored
            try site.database.users.setPasswordHash(hash, of: Samples.user("alice"))
            #expect(try await status(site, alice) == 303)
            #expect(try await status(site, bob) == 200)
        }
    }

    @Test func aRemovedUserIsOutAndStaysOutWhenTheNameIsGivenAgain() async throws {
        try await WebFixture.with { site in
            let alice = try await site.session("alice")
            try site.database.users.remove(Samples.user("alice"))
            #expect(try await status(site, alice) == 303)
            try site.database.users.add(User(name: Samples.user("alice"), createdAt: Samples.now))
            #expect(try await status(site, alice) == 303)
        }
    }

    @Test func aSessionIdThatIsNoneIsNobodys() async throws {
        try await WebFixture.with { site in
            for id in ["", "x", String(repeating: "0", count: 64), String(repeating: "'", count: 64)] {
                let status = try await status(site, ["hashdrop-session": id])
                #expect(status == 303)
            }
        }
    }

    @Test func aUserHasTwentySessionsAtMostAndTheOldestEnd() async throws {
        try await WebFixture.with { site in
            let first = try await site.session("alice")
            for _ in 0..<20 {
                site.time.advance(by: .seconds(1))
                _ = try await site.session("alice")
            }
            #expect(try await status(site, first) == 303)
            try await eventually("the oldest are gone") { try site.database.sessions.count() == 20 }
        }
    }

    @Test func aLoginWithThePasswordThatWasJustReplacedBeginsNoSession() async throws {
        try await WebFixture.with { site in
            let old = try #require(try site.database.users.user(Samples.user("alice"))?.passwordHash)
            try site.database.users.setPasswordHash("scrypt$other", of: Samples.user("alice"))
            var changes = SessionChanges()
            changes.begun[Data(repeating: 1, count: 32)] = .init(
                user: Samples.user("alice"), passwordHash: old, startedAt: Samples.now)
            try site.database.sessions.write(changes, limits: .init(), at: Samples.now)
            #expect(try site.database.sessions.count() == 0)
        }
    }

    @Test func aForgottenWindowThatLoadsItselfAgainDoesNotKeepTheSession() async throws {
        try await WebFixture.with { site in
            for path in ["/jobs?live", "/operations?live", "/jobs/\(site.alicesJob.id)/report.html"] {
                let cookies = try await site.session("carol")
                for _ in 0..<5 {
                    site.time.advance(by: .seconds(700))
                    #expect(try await site.client.send("GET", path, cookies: cookies).status == 200)
                }
                site.time.advance(by: .seconds(101))
                #expect(try await site.client.send("GET", path, cookies: cookies).status == 303, "\(path)")
            }
        }
    }

    @Test func whoReloadsALivePageByHandUsesIt() async throws {
        try await WebFixture.with { site in
            let cookies = try await site.session("alice")
            for _ in 0..<3 {
                site.time.advance(by: .seconds(3_000))
                let answer = try await site.client.send(
                    "GET", "/jobs?live", headers: ["Sec-Fetch-User": "?1"], cookies: cookies)
                #expect(answer.status == 200)
            }
        }
    }

    @Test func noVisitorStandsStillWhileAListIsTakenIn() async throws {
        try await WebFixture.with { site in
            let earlier = try await site.session("alice")
            try await eventually("it is written down") { try site.database.sessions.count() == 1 }
            let gate = Gate()
            // Also when something fails: the page's end waits for the writer.
            defer { gate.open() }
            let intake = Mutex<Result<Job, any Error>?>(nil)
            Thread.detachNewThread {
                let result = Result {
                    try site.database.jobs.accept(
                        Samples.job(user: "bob", name: "two million.txt"), ages: CacheAges()
                    ) { writer in
                        gate.pass()
                        writer.add(HashListEntry(line: 1, hashes: [Samples.hash(2)]))
                    }
                }
                intake.withLock { $0 = result }
            }
            try await eventually("the database's writer is held") { gate.waiting == 1 }
            // A use that is to be written down, a login, and a logout, each with the answer it always has.
            site.time.advance(by: .seconds(120))
            #expect(try await status(site, earlier) == 200)
            let later = try await site.session("alice")
            let page = try await site.client.send("GET", "/jobs", cookies: later)
            #expect(page.status == 200)
            let out = try await site.client.send(
                "POST", "/logout", headers: WebFixture.sameOrigin, cookies: later,
                body: "token=\(page.formToken ?? "")")
            #expect(out.status == 303)
            #expect(try await status(site, later) == 303)
            #expect(gate.waiting == 1)
            gate.open()
            _ = try await eventually("the list is taken in") { intake.withLock { $0 } }.get()
            // The use before counts, though it could be written down only now.
            site.time.advance(by: .seconds(3_590))
            #expect(try await status(site, earlier) == 200)
            try await eventually("only the first is left") { try site.database.sessions.count() == 1 }
            #expect(try await status(site, later) == 303)
        }
    }

    @Test func aSessionThatIsNotWrittenDownYetEndsWithThePasswordToo() async throws {
        let folder = TemporaryFolder()
        let database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        let user = User(name: Samples.user("alice"), passwordHash: "old", createdAt: Samples.now)
        try database.users.add(user)
        // Nothing of this book is ever written down, because it does not run.
        let book = SessionCache(
            database: database, data: WebDatabase(database: database, reports: folder.path("")),
            limits: .init(), clock: ManualTime().clock, logger: Logger(label: "test"))
        let id = SecretToken().hash
        book.begin(id, .init(user: user.name, passwordHash: "old", startedAt: Samples.now))
        #expect(try await book.user(id, isUse: true)?.name == user.name)
        try database.users.setPasswordHash("new", of: user.name)
        #expect(try await book.user(id, isUse: true) == nil)
    }

    @Test func whatIsNotWrittenDownAtTheEndOfThePageIsWrittenThen() async throws {
        let folder = TemporaryFolder()
        let database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        try database.users.add(
            User(name: Samples.user("alice"), passwordHash: "hash", createdAt: Samples.now))
        let book = SessionCache(
            database: database, data: WebDatabase(database: database, reports: folder.path("")),
            limits: .init(), clock: ManualTime().clock, logger: Logger(label: "test"))
        let running = Task { await book.run() }
        running.cancel()
        book.begin(
            SecretToken().hash,
            .init(user: Samples.user("alice"), passwordHash: "hash", startedAt: Samples.now))
        await running.value
        #expect(try database.sessions.count() == 1)
    }
}
