import Foundation
import Model
import Support
import Testing

@testable import Doctor

/// What the shared database and the other sites are told to be.
@Suite struct SharedFindingsTests {
    private static let endpoint = "https://virustotal.test/api/v3"

    private static func facts(
        endpoint: String? = Self.endpoint, ahead: Duration = .zero, roundTrip: Duration = .milliseconds(3),
        sites: [SiteStatus]? = [.init(name: "a", silence: .seconds(2), today: 3, thisMonth: 40)],
        pause: SharedPause? = nil
    ) -> SharedFacts {
        SharedFacts(
            endpoint: endpoint, clockAhead: ahead, roundTrip: roundTrip, sites: sites,
            day: Quota(used: 3, limit: 500), month: Quota(used: 40, limit: 0), pause: pause)
    }

    private static func findings(_ facts: SharedFacts, isServed: Bool = true) -> [Finding] {
        facts.findings(of: "db:5432/hashdrop", site: "a", endpoint: endpoint, isServed: isServed)
    }

    @Test func whatIsWellSaysSoInThreeLines() {
        let findings = Self.findings(Self.facts())
        #expect(findings.map(\.check) == [.sharedDatabase, .sharedClock, .sites])
        #expect(findings.allSatisfy { $0.state == .ok })
        #expect(findings[0].message.contains("3 ms"))
        // Nothing is from anywhere yet.
        #expect(Self.findings(Self.facts(endpoint: nil))[0].state == .ok)
    }

    @Test func eachSiteIsToldWithWhatItHasSpent() {
        let message = Self.findings(Self.facts())[2].message
        #expect(
            message == "1 site has this key, with 3 of 500 requests today and 40 requests this month: "
                + "a (seen 2 seconds ago, 3 today, 40 this month)")
        let many = (0..<22).map { SiteStatus(name: "s\($0)", silence: .zero) }
        #expect(
            Self.findings(Self.facts(sites: many + [.init(name: "a", silence: .zero)]))[2].message
                .hasSuffix(", 3 more"))
    }

    @Test func aPauseIsAWarningBesideTheOthers() {
        let findings = Self.findings(Self.facts(pause: SharedPause(left: .seconds(40), reason: "429")))
        #expect(findings.map(\.check) == [.sharedDatabase, .sharedClock, .sites, .sites])
        #expect(findings.map(\.state) == [.ok, .ok, .warning, .ok])
        #expect(findings[2].message.contains("(429); no site asks for 40 seconds"))
    }

    @Test func anotherEndpointsAnswersFail() {
        let finding = Self.findings(Self.facts(endpoint: "http://127.0.0.1:1"))[0]
        #expect(finding.state == .failed && finding.message.contains("http://127.0.0.1:1"))
    }

    @Test(arguments: [
        (5_003, Finding.State.ok, ""), (5_004, .warning, "ahead of"), (-5_003, .ok, ""),
        (-5_004, .warning, "behind"), (10_800_000, .warning, "3 hours ahead of"),
    ])
    func clocksMayDifferByAFewSeconds(_ ahead: Int, _ state: Finding.State, _ words: String) {
        let finding = Self.findings(Self.facts(ahead: .milliseconds(ahead)))[1]
        #expect(finding.state == state)
        #expect(words.isEmpty || finding.message.contains(words))
    }

    @Test func aSlowAnswerDoesNotMakeClocksDiffer() {
        let facts = Self.facts(ahead: .seconds(7), roundTrip: .seconds(3))
        #expect(Self.findings(facts)[1].state == .ok)
    }

    @Test(arguments: [
        (900, true), (901, false), (7 * 86_400 - 1, false), (7 * 86_400, true),
    ])
    func aSilentSiteIsNamedForAWeek(seconds: Int, isWell: Bool) {
        let facts = Self.facts(sites: [
            .init(name: "a", silence: .seconds(2)), .init(name: "b", silence: .seconds(seconds)),
        ])
        let findings = Self.findings(facts).dropFirst(2)
        #expect(findings.map(\.subject) == [isWell ? "db:5432/hashdrop" : "b"])
        #expect(findings.map(\.state) == [isWell ? .ok : .warning])
    }

    @Test(arguments: [(60, true, true), (61, true, false), (61, false, true)])
    func theOwnSiteMayBeSilentWithoutItsDaemonAlone(seconds: Int, isServed: Bool, isWell: Bool) {
        let facts = Self.facts(sites: [.init(name: "a", silence: .seconds(seconds))])
        #expect(Self.findings(facts, isServed: isServed)[2].state == (isWell ? .ok : .warning))
    }

    @Test(arguments: [nil, [], [.init(name: "b", silence: .zero)]] as [[SiteStatus]?])
    func aSiteThatIsNotKnownBeginsWithItsDaemon(sites: [SiteStatus]?) {
        #expect(Self.findings(Self.facts(sites: sites), isServed: false)[2].state == .ok)
        #expect(Self.findings(Self.facts(sites: sites))[2].state == .warning)
    }

    @Test func aDatabaseThatIsAwayFailsOnceWithWhatToDo() async {
        struct Away: ExplainedError {
            var explanation: Explanation { Explanation("it is away", advice: "look whether it runs") }
        }
        let question = SharedQuestion(address: "db", site: "a", ask: { throw Away() })
        let findings = await question.findings(endpoint: Self.endpoint, isServed: true)
        #expect(findings.map(\.state) == [.failed] && findings.map(\.check) == [.sharedDatabase])
        #expect(findings.first?.message == "it is away")
        #expect(findings.first?.advice == "Look whether it runs")
    }

    @Test func aSiteWithOtherLimitsIsAWarning() {
        let other = QuotaLimits(requestsPerMinuteLimit: 4, requestsPerDayLimit: 20, requestsPerMonthLimit: 0)
        func state(_ limits: QuotaLimits?, silence: Duration) -> [Finding] {
            Array(
                Self.findings(
                    Self.facts(sites: [
                        .init(name: "a", silence: .zero, limits: QuotaLimits()),
                        .init(name: "b", silence: silence, limits: limits),
                    ]))[2...])
        }
        let findings = state(other, silence: .seconds(5))
        #expect(findings.map(\.state) == [.warning])
        #expect(
            findings[0].message == "is configured with 4 requests a minute and 20 a day, and this site with "
                + "4 requests a minute, 500 a day and 15,500 a month")
        #expect(state(QuotaLimits(), silence: .seconds(5)).map(\.state) == [.ok])
        #expect(state(nil, silence: .seconds(5)).map(\.state) == [.ok])
    }

    /// The question here may be answered while the daemon's own is not.
    @Test func whatTheDaemonSaysCountsWhileItRuns() async {
        let question = SharedQuestion(
            address: "db:5432/hashdrop", site: "a",
            trouble: .init(since: Date(timeIntervalSince1970: 1_790_000_000), reason: "it is refused.")
        ) { Self.facts() }
        let findings = await question.findings(endpoint: Self.endpoint, isServed: true)
        #expect(findings.map(\.state) == [.failed, .ok, .ok, .ok])
        #expect(
            findings[0].message == "does not serve its daemon since 2026-09-21 14:13 UTC: it is refused.")
        let stopped = await question.findings(endpoint: Self.endpoint, isServed: false)
        #expect(stopped.map(\.state) == [.ok, .ok, .ok])
    }
}
