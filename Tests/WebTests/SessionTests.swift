import Cryptography
import Foundation
import Model
import Store
import TestSupport
import Testing
import Web

@Suite(.limited(.server))
struct SessionTests {
    private func status(_ site: WebFixture, _ cookies: [String: String]) async throws -> Int {
        try await site.client.send("GET", "/jobs", cookies: cookies).status
    }

    @Test func aSessionEndsTwelveHoursAfterTheLoginHoweverItIsUsed() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        for _ in 0..<23 {
            site.clock.advance(by: .seconds(1_800))
            #expect(try await status(site, cookies) == 200)
        }
        site.clock.advance(by: .seconds(1_800))
        #expect(try await status(site, cookies) == 303)
    }

    @Test func aSessionEndsAfterAnHourWithoutUse() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        site.clock.advance(by: .seconds(3_599))
        #expect(try await status(site, cookies) == 200)
        site.clock.advance(by: .seconds(3_600))
        #expect(try await status(site, cookies) == 303)
    }

    @Test func logOutEndsTheSessionAtTheServer() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        let page = try await site.client.send("GET", "/jobs", cookies: cookies)
        let answer = try await site.client.send(
            "POST", "/logout", headers: WebFixture.sameOrigin, cookies: cookies,
            body: "token=\(page.formToken ?? "")")
        #expect(answer.status == 303)
        #expect(answer.headers["set-cookie"]?.first?.contains("Max-Age=0") == true)
        #expect(try await status(site, cookies) == 303)
    }

    @Test func anotherPasswordEndsThisUsersSessionsAlone() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let bob = try await site.session("bob")
        let hash = try PasswordHash(password: "another one", parameters: WebFixture.parameters).stored
        try await site.store { try $0.users.setPasswordHash(hash, of: Samples.user("alice")) }
        #expect(try await status(site, alice) == 303)
        #expect(try await status(site, bob) == 200)
    }

    @Test func aRemovedUserIsOutAndStaysOutWhenTheNameIsGivenAgain() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        try await site.store { try $0.users.remove(Samples.user("alice")) }
        #expect(try await status(site, alice) == 303)
        try await site.store {
            try $0.users.add(User(name: Samples.user("alice"), createdAt: Samples.now))
        }
        #expect(try await status(site, alice) == 303)
    }

    @Test func anInventedSessionIdIsNoSession() async throws {
        let site = try await WebFixture.make()
        for id in ["", "x", String(repeating: "0", count: 64), String(repeating: "'", count: 64)] {
            let status = try await status(site, ["hashdrop-session": id])
            #expect(status == 303)
        }
    }

    @Test func aUserHasTwentySessionsAtMostAndTheOldestEnd() async throws {
        let site = try await WebFixture.make()
        let first = try await site.session("alice")
        for _ in 0..<20 {
            site.clock.advance(by: .seconds(1))
            _ = try await site.session("alice")
        }
        #expect(try await status(site, first) == 303)
        #expect(try site.database.sessions.count() == 20)
    }

    @Test func aLoginWithThePasswordThatWasJustReplacedBeginsNoSession() async throws {
        let site = try await WebFixture.make()
        let isBegun = try await site.store { database in
            let alice = Samples.user("alice")
            let old = try #require(try database.users.user(alice)?.passwordHash)
            try database.users.setPasswordHash("scrypt$other", of: alice)
            return try database.sessions.begin(
                Data(repeating: 1, count: 32), of: alice, passwordHash: old, newPasswordHash: "scrypt$new",
                limits: .init(), at: Samples.now)
        }
        #expect(!isBegun)
        #expect(try site.database.sessions.count() == 0)
        #expect(try site.database.users.user(Samples.user("alice"))?.passwordHash == "scrypt$other")
    }

    @Test func aForgottenWindowThatLoadsItselfAgainDoesNotKeepTheSession() async throws {
        let site = try await WebFixture.make()
        for path in ["/jobs?live", "/operations?live", "/jobs/\(site.alicesJob.id)/report.html"] {
            let cookies = try await site.session("carol")
            for _ in 0..<5 {
                site.clock.advance(by: .seconds(700))
                #expect(try await site.client.send("GET", path, cookies: cookies).status == 200)
            }
            site.clock.advance(by: .seconds(101))
            #expect(try await site.client.send("GET", path, cookies: cookies).status == 303, "\(path)")
        }
    }

    @Test func aLivePageThatIsReloadedByHandIsUsed() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        for _ in 0..<3 {
            site.clock.advance(by: .seconds(3_000))
            let answer = try await site.client.send(
                "GET", "/jobs?live", headers: ["Sec-Fetch-User": "?1"], cookies: cookies)
            #expect(answer.status == 200)
        }
    }

    @Test func aPageIsReadWhileTheDatabasesWriterIsHeld() async throws {
        let site = try await WebFixture.make()
        let earlier = try await site.session("alice")
        let writer = HeldWriter(of: site.database)
        // Also when something fails: the test's end waits for the login.
        defer { writer.release() }
        try await eventually("the database's writer is held") { writer.isHeld }
        // A page that loads itself again has nothing to write.
        #expect(try await site.client.send("GET", "/jobs?live", cookies: earlier).status == 200)
        // A use is to be noted: the page waits for that, half a second at most.
        site.clock.advance(by: .seconds(120))
        async let page = site.client.send("GET", "/jobs", cookies: earlier)
        try await eventually("the page waits") { site.clock.sleeperCount == 1 }
        site.clock.advance(by: .milliseconds(500))
        #expect(try await page.status == 200)
        #expect(writer.isHeld)
        async let later = site.session("alice")
        writer.release()
        #expect(try await status(site, later) == 200)
        // The use before counts, though it could be written down only now.
        site.clock.advance(by: .seconds(3_598))
        #expect(try await status(site, earlier) == 200)
    }
}
