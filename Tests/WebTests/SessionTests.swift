import Foundation
import Model
import Passwords
import Store
import TestSupport
import Testing

struct SessionTests {
    private func status(_ site: Site, _ cookies: [String: String]) async throws -> Int {
        try await site.client.send("GET", "/jobs", cookies: cookies).status
    }

    @Test func aSessionEndsTwelveHoursAfterTheLoginHoweverItIsUsed() async throws {
        try await Site.with { site in
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
        try await Site.with { site in
            let cookies = try await site.session("alice")
            site.time.advance(by: .seconds(3_599))
            #expect(try await status(site, cookies) == 200)
            site.time.advance(by: .seconds(3_600))
            #expect(try await status(site, cookies) == 303)
        }
    }

    @Test func logOutEndsTheSessionAtTheServer() async throws {
        try await Site.with { site in
            let cookies = try await site.session("alice")
            let page = try await site.client.send("GET", "/jobs", cookies: cookies)
            let answer = try await site.client.send(
                "POST", "/logout", headers: Site.sameOrigin, cookies: cookies,
                body: "token=\(page.formToken ?? "")")
            #expect(answer.status == 303)
            #expect(answer.headers["set-cookie"]?.first?.contains("Max-Age=0") == true)
            #expect(try await status(site, cookies) == 303)
        }
    }

    @Test func anotherPasswordEndsTheUsersSessionsAndNobodyElses() async throws {
        try await Site.with { site in
            let alice = try await site.session("alice")
            let bob = try await site.session("bob")
            let hash = try PasswordHash(password: "another one", parameters: Site.parameters).stored
            try site.database.users.setPasswordHash(hash, of: Samples.user("alice"))
            #expect(try await status(site, alice) == 303)
            #expect(try await status(site, bob) == 200)
        }
    }

    @Test func aRemovedUserIsOutAndStaysOutWhenTheNameIsGivenAgain() async throws {
        try await Site.with { site in
            let alice = try await site.session("alice")
            try site.database.users.remove(Samples.user("alice"))
            #expect(try await status(site, alice) == 303)
            try site.database.users.add(User(name: Samples.user("alice"), createdAt: Samples.now))
            #expect(try await status(site, alice) == 303)
        }
    }

    @Test func aSessionIdThatIsNoneIsNobodys() async throws {
        try await Site.with { site in
            for id in ["", "x", String(repeating: "0", count: 64), String(repeating: "'", count: 64)] {
                let status = try await status(site, ["hashdrop-session": id])
                #expect(status == 303)
            }
        }
    }

    @Test func aUserHasTwentySessionsAtMostAndTheOldestEnd() async throws {
        try await Site.with { site in
            let first = try await site.session("alice")
            for _ in 0..<20 {
                site.time.advance(by: .seconds(1))
                _ = try await site.session("alice")
            }
            #expect(try await status(site, first) == 303)
            #expect(try site.database.sessions.count() == 20)
        }
    }

    @Test func aLoginWithThePasswordThatWasJustReplacedBeginsNoSession() async throws {
        try await Site.with { site in
            let old = try #require(try site.database.users.user(Samples.user("alice"))?.passwordHash)
            try site.database.users.setPasswordHash("scrypt$other", of: Samples.user("alice"))
            let hasBegun = try site.database.sessions.begin(
                Data(repeating: 1, count: 32), for: Samples.user("alice"), whosePasswordHashIs: old,
                limits: .init(), at: Samples.now)
            #expect(!hasBegun)
        }
    }
}
