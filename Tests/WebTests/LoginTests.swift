import Cryptography
import Foundation
import Model
import Store
import Support
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite(.limited(.server))
struct LoginTests {
    @Test func theRightPasswordLetsInAndTheJobsAreThere() async throws {
        let site = try await WebFixture.make()
        let answer = try await site.logIn("alice", WebFixture.password)
        #expect(answer.status == 303)
        #expect(answer["location"] == "/jobs")
        let jobs = try await site.client.send("GET", "/jobs", cookies: answer.cookies)
        #expect(jobs.status == 200)
        #expect(jobs.body.contains("/jobs/\(site.alicesJob.id)"))
        #expect(!jobs.body.contains("Operations"))
    }

    @Test func aWrongPasswordAnUnknownUserAndAUserWithoutPasswordGetTheSameAnswer() async throws {
        let checked = Mutex(0)
        let check: Authenticator.Check = { password, hash in
            checked.withLock { $0 += 1 }
            return try hash.matches(password)
        }
        let site = try await WebFixture.make(check: check)
        try await site.store {
            try $0.users.add(User(name: Samples.user("dave"), passwordHash: nil, createdAt: Samples.now))
        }
        let form = try await site.client.send("GET", "/login", headers: WebFixture.sameOrigin)
        var answers: [String] = []
        for user in ["alice", "nobody", "dave", "../etc", ""] {
            let answer = try await site.client.send(
                "POST", "/login", headers: WebFixture.sameOrigin, cookies: form.cookies,
                body: WebFixture.form(user, "wrong", token: form.formToken))
            #expect(answer.status == 200)
            #expect(answer.body.contains("The user name or the password is wrong."))
            #expect(answer.cookies.isEmpty)
            answers.append(answer.comparable)
        }
        #expect(Set(answers).count == 1)
        // The same work too: a hash for each, whether there is such a user or not.
        #expect(checked.withLock { $0 } == 5)
    }

    @Test func theSessionIsInAGuardedCookieAndTheDatabaseKnowsOnlyItsDigest() async throws {
        let site = try await WebFixture.make()
        let answer = try await site.logIn("alice", WebFixture.password)
        let line = try #require(answer.headers["set-cookie"]?.first { $0.hasPrefix("hashdrop-session=") })
        for part in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(line.contains(part)) }
        #expect(!line.contains("Secure"))
        let id = try #require(answer.cookies["hashdrop-session"])
        #expect(id.utf8.count == 64)
        #expect(try await site.session("alice")["hashdrop-session"] != id)
        #expect(
            try site.database.sessions.user(Data(Hex.bytes(id.utf8)!), limits: .init(), at: Samples.now)
                == nil)
    }

    @Test func overTLSAtTheProxyCookiesAreSecureAndBoundToTheHost() async throws {
        let options = WebFixture.options { $0.trustedProxies = ["127.0.0.1"] }
        let headers = WebFixture.sameOrigin.merging(["X-Forwarded-Proto": "https"]) { $1 }
        let proxied = try await WebFixture.make(options)
        let answer = try await proxied.logIn("alice", WebFixture.password, headers: headers)
        let line = try #require(
            answer.headers["set-cookie"]?.first { $0.hasPrefix("__Host-hashdrop-session=") })
        #expect(line.contains("; Secure"))
        let direct = try await WebFixture.make()
        let other = try await direct.logIn("alice", WebFixture.password, headers: headers)
        #expect(other.cookies.keys.contains("hashdrop-session"), "only a trusted proxy is believed")
    }

    /// The page's default: all people of the machine come from 127.0.0.1.
    @Test func aKnownBrowserLogsInBesideAFloodOfWrongPasswords() async throws {
        let site = try await WebFixture.make()
        let first = try await site.logIn("alice", WebFixture.password)
        let device = try #require(first.cookies["hashdrop-device"])
        let line = try #require(first.headers["set-cookie"]?.first { $0.hasPrefix("hashdrop-device=") })
        for part in ["HttpOnly", "SameSite=Strict", "Max-Age=15552000"] { #expect(line.contains(part)) }
        for _ in 0..<30 { _ = try await site.logIn("alice", "guess") }
        #expect(try await site.logIn("alice", WebFixture.password).status == 429)
        let cookies = ["hashdrop-device": device]
        #expect(try await site.logIn("alice", WebFixture.password, cookies: cookies).status == 303)
        // It is alice's, and no other user's.
        for _ in 0..<30 { _ = try await site.logIn("bob", "guess") }
        #expect(try await site.logIn("bob", WebFixture.password, cookies: cookies).status == 429)
        // Another password, and no browser is known any more.
        let user = Samples.user("alice")
        try await site.store { database in
            let hash = try database.users.user(user)?.passwordHash
            try database.users.setPasswordHash(hash, of: user)
        }
        #expect(try await site.logIn("alice", WebFixture.password, cookies: cookies).status == 429)
    }

    @Test func aSessionThatWasPlantedBeforeTheLoginIsWorthNothingAfterwards() async throws {
        let site = try await WebFixture.make()
        let planted = try await site.session("bob")
        let answer = try await site.logIn("alice", WebFixture.password, cookies: ["hashdrop-session": "f"])
        #expect(answer.status == 303)
        // Bob's own session, put into alice's browser: the login gives another and ends it.
        let form = try await site.client.send("GET", "/login")
        let again = try await site.client.send(
            "POST", "/login", headers: WebFixture.sameOrigin, cookies: planted.merging(form.cookies) { $1 },
            body: WebFixture.form("alice", WebFixture.password, token: form.formToken))
        #expect(again.cookies["hashdrop-session"] != planted["hashdrop-session"])
        #expect(try await site.client.send("GET", "/jobs", cookies: planted).status == 303)
    }

    /// Replaces the password's hash by one with earlier parameters.
    private func setOldHash(_ password: String, of user: String, _ site: WebFixture) async throws {
        let hash = try PasswordHash(password: password, parameters: .init(logRounds: 3)).stored
        try await site.store { try $0.users.setPasswordHash(hash, of: Samples.user(user)) }
    }

    @Test func aPasswordIsRehashedWhenTheParametersHaveChangedAndSessionsStay() async throws {
        let site = try await WebFixture.make()
        try await setOldHash(WebFixture.password, of: "alice", site)
        let first = try await site.session("alice")
        let hash = try site.database.users.user(Samples.user("alice"))?.passwordHash
        #expect(hash?.hasPrefix("scrypt$5$") == true)
        _ = try await site.session("alice")
        #expect(try await site.client.send("GET", "/jobs", cookies: first).status == 200)
    }

    @Test func twoLoginsAtOnceBothSucceedThoughTheFirstReplacesTheHash() async throws {
        let gate = Gate()
        defer { gate.open() }
        let check: Authenticator.Check = { password, hash in
            gate.pass()
            return try hash.matches(password)
        }
        let options = WebFixture.options { $0.passwordChecksMax = 2 }
        let site = try await WebFixture.make(options, check: check)
        try await setOldHash(WebFixture.password, of: "alice", site)
        async let first = site.session("alice")
        async let second = site.session("alice")
        try await eventually("both check the old hash") { gate.waiting == 2 }
        gate.open()
        for cookies in try await [first, second] {
            #expect(try await site.client.send("GET", "/jobs", cookies: cookies).status == 200)
        }
    }

    @Test func checkingPasswordsNeverHoldsUpThePage() async throws {
        let gate = Gate()
        let options = WebFixture.options {
            $0.passwordChecksMax = 2
            $0.passwordChecksWaitingMax = 8
        }
        let check: Authenticator.Check = { _, _ in
            gate.pass()
            return false
        }
        let site = try await WebFixture.make(options, check: check)
        // Also when something fails: the group waits for its tasks.
        defer { gate.open() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask { _ = try await site.logIn("user\(number)", "wrong") }
            }
            try await eventually("two are being checked") { gate.waiting == 2 }
            // More than there are threads wait, and the page answers.
            for _ in 0..<5 {
                #expect(try await site.client.send("GET", "/login").status == 200)
                #expect(gate.waiting == 2)
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(gate.mostWaiting == 2)
    }

    @Test func aFloodOfLoginsIsAskedToComeAgainAndDoesNotCount() async throws {
        let gate = Gate()
        let options = WebFixture.options {
            $0.passwordChecksMax = 1
            $0.passwordChecksWaitingMax = 0
        }
        let check: Authenticator.Check = { password, hash in
            gate.pass()
            return try hash.matches(password)
        }
        let site = try await WebFixture.make(options, check: check)
        defer { gate.open() }
        async let first = site.logIn("bob", "wrong")
        try await eventually("one is being checked") { gate.waiting == 1 }
        for _ in 0..<20 {
            let answer = try await site.logIn("alice", WebFixture.password)
            #expect(answer.status == 429)
            #expect(answer["retry-after"] == "5")
        }
        gate.open()
        _ = try await first
        #expect(try await site.logIn("alice", WebFixture.password).status == 303)
    }

    @Test func guessingIsSlowedDownAndTheRightPasswordHelpsAgainSoon() async throws {
        let site = try await WebFixture.make()
        for _ in 0..<5 { #expect(try await site.logIn("alice", "guess").status == 200) }
        let refused = try await site.logIn("alice", WebFixture.password)
        #expect(refused.status == 429)
        #expect(refused["retry-after"] == "1")
        site.clock.advance(by: Self.longestWait)
        #expect(try await site.logIn("alice", WebFixture.password).status == 303)
    }

    /// Of one user.
    private static let longestWait: Duration = .seconds(30)

    @Test func theLogHoldsNoPasswordAndNoSession() async throws {
        let site = try await WebFixture.make()
        let cookies = try await site.session("alice")
        _ = try await site.logIn("hunter2-typed-as-name", "hunter2-typed-as-password")
        _ = try await site.client.send("GET", "/jobs", cookies: cookies)
        let log = site.log.lines.joined(separator: "\n")
        #expect(log.contains("Logged in.") && log.contains("A login failed."))
        for secret in [WebFixture.password, "hunter2", cookies.values.first!] {
            #expect(!log.contains(secret))
        }
    }

    @Test func whatClientsSendIsEscapedInTheLogAndCannotPassForAnotherField() async throws {
        let site = try await WebFixture.make()
        // A terminal's control sequence in one character, a change of direction, and a field's end.
        let host = "evil\u{9B}31m\u{202E}gro\" address=10.0.0.1 \\.example"
        #expect(try await site.client.send("GET", "/", host: host).status == 421)
        let line = try #require(site.log.lines.first { $0.contains("another host") })
        #expect(!line.unicodeScalars.contains { $0 == "\u{9B}" || $0 == "\u{202E}" })
        #expect(
            line.contains(#"host="evil\u{9B}31m\u{202E}gro\" address=10.0.0.1 \\.example""#), "\(line)")
    }

    @Test func aFloodOfRequestsIsNoFloodOfTheLog() async throws {
        let site = try await WebFixture.make()
        for _ in 0..<30 { _ = try await site.client.send("GET", "/", host: "evil.example") }
        #expect(site.log.lines.count { $0.contains("another host") } == 10)
        site.clock.advance(by: .seconds(60))
        _ = try await site.client.send("GET", "/", host: "evil.example")
        #expect(site.log.lines.last?.contains("left_out=20") == true)
    }

    @Test func anUnknownNameCostsWhatOneOfTheUsersCosts() async throws {
        let checked = Mutex<[String: Set<Int>]>([:])
        let name = Mutex("")
        let check: Authenticator.Check = { _, hash in
            checked.withLock {
                _ = $0[name.withLock { $0 }, default: []].insert(hash.parameters.logRounds)
            }
            return false
        }
        let site = try await WebFixture.make(check: check)
        // All hashes are from before the parameters changed.
        for user in ["alice", "bob", "carol"] { try await setOldHash("x", of: user, site) }
        for user in ["alice", "nobody", "nobody2", "nobody"] {
            name.withLock { $0 = user }
            _ = try await site.logIn(user, "wrong")
        }
        #expect(checked.withLock { $0 } == ["alice": [3], "nobody": [3], "nobody2": [3]])
        // Half of them have logged in since: an unknown name is like one of both kinds, and stays like it.
        let hash = try PasswordHash(password: "x", parameters: .init(logRounds: 5)).stored
        try await site.store { try $0.users.setPasswordHash(hash, of: Samples.user("alice")) }
        checked.withLock { $0 = [:] }
        for number in 0..<40 {
            site.clock.advance(by: .seconds(900))
            for _ in 0..<2 {
                name.withLock { $0 = "x\(number)" }
                _ = try await site.logIn("x\(number)", "wrong")
            }
        }
        let kinds = checked.withLock { $0 }
        #expect(kinds.values.allSatisfy { $0.count == 1 })
        #expect(Set(kinds.values) == [[3], [5]])
    }
}
