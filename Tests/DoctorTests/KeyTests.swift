import Curl
import Foundation
import Glibc
import Lookup
import Model
import Simulator
import Store
import Support
import Synchronization
import TestSupport
import Testing
import VirusTotal

@testable import Doctor

@Suite struct KeyFactsTests {
    private let folder = TemporaryFolder()
    private let key = APIKey(SimulatedAccount.demoKey)

    private func file(_ mode: mode_t) throws -> KeyFacts {
        let path = folder.path("vt.key")
        try Data().write(to: URL(filePath: path))
        chmod(path, mode)
        return KeyFacts(place: .file(path), key: key)
    }

    @Test func aKeyInAPrivateFileIsWell() throws {
        #expect(try file(0o600).findings(isServed: false).map(\.state) == [.ok, .ok])
        #expect(try file(0o640).findings(isServed: false).map(\.state) == [.ok, .ok])
        #expect(KeyFacts(place: .variable("V"), key: key).findings(isServed: false).map(\.state) == [.ok])
    }

    @Test func aFileThatOthersMayReadOrChangeIsSaid() throws {
        let path = ShellWord.quoted(folder.path("vt.key"))
        #expect(try file(0o644).findings(isServed: false)[1].advice == "sudo chmod o= \(path)")
        #expect(try file(0o660).findings(isServed: false)[1].advice == "sudo chmod g-w \(path)")
    }

    @Test func withoutAKeyNothingCanBeAsked() {
        let facts = KeyFacts(place: .none, key: nil, problem: Explanation("There is no key"))
        let finding = facts.findings(isServed: false)[0]
        #expect(finding.state == .failed)
        #expect(finding.advice?.contains("virustotal.apiKeyFile") == true)
        // The daemon may have it from systemd.
        #expect(facts.findings(isServed: true).map(\.state) == [.warning])
    }

    @Test func anUnusualKeyAndTwoPlacesAreSaid() {
        let odd = KeyFacts(place: .variable("V"), key: APIKey("abc"))
        #expect(odd.findings(isServed: false)[0].message.contains("usual form"))
        let two = KeyFacts(
            place: .variable("V"), key: key,
            concerns: [Explanation("V is set, so 'f. k' is not read", advice: "unset V")])
        #expect(
            two.findings(isServed: false) == [
                .warning(.key, "V", "V is set, so 'f. k' is not read", advice: "Unset V")
            ])
    }

    @Test func theKeyItselfIsNeverShown() {
        let facts = KeyFacts(place: .variable("V"), key: key)
        #expect(!"\(facts) \(facts.findings(isServed: false))".contains(SimulatedAccount.demoKey))
    }
}

/// The one request, with the simulated VirusTotal.
@Suite(.limited(.server))
struct KeyQuestionTests {
    private let folder = TemporaryFolder()
    private let database: HashdropDatabase
    private let told = Told()

    private final class Told: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func tell() { count.withLock { $0 += 1 } }
    }

    init() throws {
        database = try HashdropDatabase(path: folder.path("hashdrop.sqlite"), endpoint: nil)
        let clock = SystemClock()
        try database.ledger.goOn(at: clock.now, bootID: clock.bootID)
    }

    private func ask(
        _ endpoint: String, key: String = SimulatedAccount.demoKey, user: String? = nil,
        limits: QuotaLimits = QuotaLimits()
    ) async throws -> [Finding] {
        let curl = try CurlClient()
        defer { curl.shutdown() }
        return try await KeyQuestion(
            database: database,
            client: VirusTotalClient(
                endpoint: try VirusTotalEndpoint(endpoint), key: APIKey(key)!, curl: curl),
            user: user, limits: limits, runtime: ServiceRuntime(), tellDaemon: { [told] in told.tell() }
        ).run()
    }

    private func spending() throws -> QuotaSpending {
        try database.ledger.spending(at: database.ledger.steadyClock(over: SystemClock()).now)
    }

    @Test func aFileIsAskedForAndIsInTheLedger() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let findings = try await ask(simulator.baseURL)
            #expect(findings.map(\.check) == [.keyAccepted, .quota])
            #expect(findings.map(\.state) == [.ok, .ok])
            #expect(simulator.journal.lookups.map(\.hash) == [KeyQuestion.wellKnownFile])
            let spending = try spending()
            #expect((spending.today, spending.thisMonth, spending.lastMinute.count) == (1, 1, 1))
            // Before it is sent, and when it has ended.
            #expect(told.value == 2)
        }
    }

    @Test func whereTheUserIsKnownTheQuotaIsAskedForAndCostsNoLookup() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let findings = try await ask(simulator.baseURL, user: "demo")
            #expect(findings.map(\.check) == [.keyAccepted, .quota, .quota])
            #expect(findings[1].message.contains("of 500 today"), "\(findings[1])")
            #expect(simulator.journal.lookups.isEmpty)
            let spending = try spending()
            #expect((spending.today, spending.lastMinute.count) == (0, 1))
        }
    }

    @Test func aQuotaThatIsUsedUpIsNotSpent() async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            for number in 0..<4 {
                let request = try database.ledger.begin(Samples.hash(number), at: SystemClock().now.wall)
                try database.ledger.end(request, outcome: "200", at: SystemClock().now)
            }
            let minute = try await ask(simulator.baseURL)
            #expect(minute.map(\.check) == [.quota])
            #expect(minute[0].message.contains("the quota of this minute is used up"))
            let day = try await ask(
                simulator.baseURL, user: "demo",
                limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 4))
            #expect(day[0].message.contains("the quota of this day is used up"))
            #expect(simulator.journal.requestCount == 0)
            #expect(told.value == 0)
        }
    }

    @Test(arguments: [nil, "demo"])
    func aRefusedKeyFails(user: String?) async throws {
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let wrong = String(repeating: "f", count: 64)
            let findings = try await ask(simulator.baseURL, key: wrong, user: user)
            #expect(findings.map(\.check) == [.keyAccepted])
            #expect(findings[0].state == .failed)
            #expect(findings[0].advice?.contains("my-apikey") == true)
            #expect(!"\(findings)".contains(wrong))
            // A daemon that is told asks by the same key once more.
            #expect(told.value == (user == nil ? 2 : 1))
            #expect(try database.ledger.hasOpenQuestion(at: SystemClock().now.wall) == (user == nil))
        }
    }

    @Test func whatHasNotLeftCostsNothing() async throws {
        let findings = try await ask("http://127.0.0.1:1")
        #expect(findings.map(\.state) == [.warning])
        #expect(try spending() == QuotaSpending())
    }

    @Test func aDaemonThatCannotBeToldKeepsTheRequestFromLeaving() async throws {
        struct Refused: Error {}
        try await SimulatedVirusTotal.with(SimulatorOptions()) { simulator in
            let curl = try CurlClient()
            defer { curl.shutdown() }
            let question = KeyQuestion(
                database: database,
                client: VirusTotalClient(
                    endpoint: try VirusTotalEndpoint(simulator.baseURL),
                    key: APIKey(SimulatedAccount.demoKey)!,
                    curl: curl), user: nil, limits: QuotaLimits(), runtime: ServiceRuntime(),
                tellDaemon: { throw Refused() })
            await #expect(throws: Refused.self) { try await question.run() }
            #expect(simulator.journal.requestCount == 0)
            #expect(try spending() == QuotaSpending())
        }
    }

    @Test func figuresBelowTheSettingsAndUsedUpAreSaid() {
        let quotas = ReportedQuotas(day: Quota(used: 20, limit: 400), month: Quota(used: 9, limit: 9))
        let findings = KeyQuestion.findings(quotas, QuotaLimits(), "v")
        #expect(findings.map(\.state) == [.ok, .warning, .warning])
        #expect(findings[1].advice == "Set virustotal.requestsPerDay to 400")
        #expect(findings[2].message.contains("used up"))
    }

    /// What the daemon does when it is told: the ledger knows of a request that it has not sent itself.
    @Test func theDaemonsRateLimiterTakesTheRequestOver() throws {
        let now = Samples.reading(Samples.now)
        var limiter = RateLimiter(limits: QuotaLimits(), spending: QuotaSpending(), now: now)
        limiter.spend(at: now)
        // Its own request is in flight, the command's has ended 5 s ago.
        limiter.takeOver(
            QuotaSpending(lastMinute: [.seconds(5), .zero], today: 2, thisMonth: 2), at: now)
        #expect((limiter.minute.used, limiter.day.used, limiter.month.used) == (2, 2, 2))
        limiter.end(at: now)
        limiter.takeOver(
            QuotaSpending(lastMinute: [.seconds(5), .zero], today: 2, thisMonth: 2), at: now)
        #expect((limiter.minute.used, limiter.day.used, limiter.month.used) == (2, 2, 2))
        #expect(limiter.decide(at: now) == .go(2))
        #expect(limiter.decide(at: now + .seconds(56)) == .go(3))
    }
}
