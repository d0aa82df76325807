import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct SharedLedgerTests {
    private let minute: Duration = .milliseconds(60_020)

    // MARK: Limits

    @Test func minuteIsThatOfAllSitesTogether() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        let first = try await a.tickets(1...3)
        #expect(first.count == 3)
        #expect(try await b.tickets(11...13).count == 1)
        // Requests under way end now at the earliest.
        #expect(try await b.grant(14) == .wait(minute, .usedUp(.minute)))

        try await fixture.advance(by: .seconds(5))
        try await a.recordUnknown(first, at: fixture.clock.now)
        try await fixture.advance(by: minute - .milliseconds(1))
        #expect(try await a.grant(4) == .wait(.milliseconds(1), .usedUp(.minute)))
        try await fixture.advance(by: .milliseconds(1))
        // The fourth is still under way.
        #expect(try await a.tickets(21...29).count == 3)
        #expect(try await b.spending().quota.lastMinute == [.zero, .zero, .zero, .zero])
    }

    @Test func dayAndMonthAreThoseOfUTC() async throws {
        let fixture = try await SharedFixture()
        let limits = QuotaLimits(
            requestsPerMinuteLimit: 0, requestsPerDayLimit: 5, requestsPerMonthLimit: 8)
        let (a, b) = (try fixture.site("a", limits: limits), try fixture.site("b", limits: limits))
        try await a.recordUnknown(try await a.tickets(1...3), at: fixture.clock.now)
        try await b.recordUnknown(try await b.tickets(11...19), at: fixture.clock.now)
        let left = timeToMidnight(fixture.clock.now.wall)
        #expect(try await a.grant(4) == .wait(left, .usedUp(.day)))

        try await fixture.advance(by: left)
        let second = try await b.tickets(31...39)
        #expect(second.count == 3)
        guard case .wait(let wait, .usedUp(.month)) = try await a.grant(4) else {
            Issue.record("the month is not used up")
            return
        }
        try await b.recordUnknown(second, at: fixture.clock.now)
        #expect(try await a.spending().quota.thisMonth == 8)
        try await fixture.advance(by: wait)
        #expect(try await a.spending().quota.thisMonth == 0)
        #expect(try await a.tickets(41...49).count == 5)
    }

    @Test func whatIsOnItsWayWhenADayBeginsCountsInBoth() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a", limits: QuotaLimits(requestsPerMinuteLimit: 0))
        let left = timeToMidnight(fixture.clock.now.wall)
        try await fixture.advance(by: left - .seconds(2))
        let tickets = try await site.tickets(1...3)
        try await fixture.advance(by: .seconds(1))
        try await site.recordUnknown(tickets.filter { $0.key == 1 }, at: fixture.clock.now)
        try await fixture.advance(by: .seconds(2))
        try await site.recordUnknown(tickets.filter { $0.key == 2 }, at: fixture.clock.now)
        #expect(try await site.spending().quota.today == 2)
    }

    @Test func withoutLimitsEverythingIsSent() async throws {
        let fixture = try await SharedFixture()
        let none = QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0)
        #expect(try await fixture.site("a", limits: none).tickets(1...1_000).count == 1_000)
    }

    @Test func twoKeysNeverMix() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a", key: 1), try fixture.site("b", key: 2))
        let tickets = try await a.tickets(1...9)
        #expect(tickets.count == 4)
        #expect(try await b.tickets(11...19).count == 4)
        #expect(try await a.spending().quota.today == 4)
        #expect(try await b.sites().map(\.name) == ["b"])
        try await a.record([
            SharedEnding(
                ticket: try #require(tickets[1]), hash: Samples.hash(1), outcome: "401",
                endedAt: fixture.clock.now)
        ])
        #expect(try await a.spending().pause?.reason == "401")
        #expect(try await b.spending().pause == nil)
        // A file is still asked once: the answer does not depend on the key.
        #expect(try await b.grant(2) == .asked(elsewhereUntil: .seconds(600)))
    }

    @Test func pauseOfOneSiteIsThatOfAll() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        let ticket = try #require(try await a.tickets(1...1)[1])
        let ended = fixture.clock.now
        try await fixture.advance(by: .seconds(10))
        try await a.record([
            SharedEnding(ticket: ticket, hash: Samples.hash(1), outcome: "429", endedAt: ended)
        ])
        #expect(try await b.grant(2) == .wait(.seconds(50), .pause("429")))
        #expect(try await b.spending().pause == SharedPause(left: .seconds(50), reason: "429"))
        try await fixture.advance(by: .seconds(50))
        #expect(try await b.tickets(2...2).count == 1)
    }

    // MARK: Endings

    @Test func withdrawnRequestIsGivenBack() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let tickets = try await site.tickets(1...4)
        let endings = tickets.filter { $0.key < 3 }.map {
            SharedEnding(
                ticket: $0.value, hash: Samples.hash($0.key), outcome: "not sent", wasSent: false,
                endedAt: fixture.clock.now)
        }
        for _ in 0..<3 {
            try await site.record(endings)
            #expect(try await site.spending().quota.today == 2)
        }
        #expect(try await site.tickets(1...9).count == 2)
    }

    @Test func recordingAgainDoublesNothing() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let tickets = try await site.tickets(1...4)
        let ended = fixture.clock.now
        for _ in 0..<3 {
            try await site.recordUnknown(tickets, at: ended)
            try await fixture.advance(by: .seconds(7))
        }
        let quota = try await site.spending().quota
        #expect(quota.today == 4)
        #expect(quota.lastMinute == [Duration](repeating: .seconds(21), count: 4))
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.answer") == 4)
    }

    @Test func onlyTheSiteThatAskedRecords() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        let tickets = try await a.tickets(1...2)
        try await b.recordUnknown(tickets, at: fixture.clock.now)
        // The right ticket of another file.
        try await a.record([
            SharedEnding(
                ticket: try #require(tickets[1]), hash: Samples.hash(77), outcome: "404", answer: .unknown,
                endedAt: fixture.clock.now)
        ])
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.answer") == 0)
        #expect(try await b.grant(1) == .asked(elsewhereUntil: .seconds(600)))
    }

    @Test func oldRequestsGoAndTheirSumsStay() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        try await site.recordUnknown(try await site.tickets(1...3), at: fixture.clock.now)
        try await fixture.advance(by: .seconds(2 * 86_400 + 1))
        _ = try await site.tickets(4...4)
        try await site.heartbeat([:])
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.request") == 1)
        #expect(try await site.spending().quota.thisMonth == 4)
    }

    // MARK: Sites that die

    @Test func flightOfADeadSiteComesFreeWithItsLease() async throws {
        let fixture = try await SharedFixture()
        let (dead, other) = (try fixture.site("dead"), try fixture.site("other"))
        let late = try #require(try await dead.tickets(1...1)[1])
        try await fixture.advance(by: .milliseconds(599_999))
        #expect(try await other.grant(1) == .asked(elsewhereUntil: .milliseconds(1)))
        #expect(try await other.tickets(11...19).count == 3)
        try await fixture.advance(by: .milliseconds(1))
        // It counts until its lease ends, and for a minute after that.
        #expect(try await other.grant(1) == .wait(minute, .usedUp(.minute)))
        try await fixture.advance(by: minute)
        let own = try #require(try await other.tickets(1...1)[1])

        // The late one has an answer after all, and does not free the other's flight.
        try await dead.recordUnknown([1: late], at: fixture.clock.now)
        let ownFlights = "SELECT count(*) AS value FROM hashdrop.flight WHERE ticket = \(own)"
        #expect(try await fixture.number(ownFlights) == 1)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.answer") == 1)
        #expect(try await other.spending().quota.today == 5)
    }

    @Test func siteThatStartsAgainFreesWhatItHeld() async throws {
        let fixture = try await SharedFixture()
        let (before, other) = (try fixture.site("a"), try fixture.site("b"))
        _ = try await before.tickets(1...3)
        let after = try fixture.site("a")
        try await after.closeEarlierRun()
        try await after.closeEarlierRun()
        #expect(try await other.tickets(1...3).count == 1)
        let quota = try await after.spending().quota
        #expect(quota.today == 4)
        #expect(quota.lastMinute.count == 4)
        #expect(await failure { try await before.reserve(wishes(5...5)) } == .supplanted)
        #expect(await failure { try await before.heartbeat([:]) } == .supplanted)
        #expect(try await after.sites().map(\.requestsInFlight) == [0, 1])
    }

    @Test func reservationThatWasNeverToldIsGivenBack() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        try await site.closeEarlierRun()
        func reserve(call: Int, lost: [Int]) async throws -> Int {
            try await fixture.owner.query(
                """
                SELECT FROM hashdrop.reserve($1, 'a', 1, $2, 0, $3, $4, ARRAY['u', 'u'],
                    ARRAY['(9,9,,,,,,,,)', '(9,9,,,,,,,,)']::hashdrop.ages[], 4, 500, 15500)
                WHERE result = 'send'
                """,
                [
                    .int(SharedSchema.version), .int(call), .intArray(lost),
                    .bytesArray([Samples.hash(1).bytes, Samples.hash(2).bytes]),
                ]
            ).count
        }
        #expect(try await reserve(call: 1_001, lost: []) == 2)
        #expect(try await reserve(call: 1_002, lost: []) == 0)
        #expect(try await reserve(call: 1_003, lost: [1_001]) == 2)
        #expect(try await reserve(call: 1_004, lost: [1_001, 1_002]) == 0)
        #expect(try await site.spending().quota.today == 2)
    }

    @Test func hashThatIsWishedTwiceIsSentOnce() async throws {
        let fixture = try await SharedFixture()
        let grants = try await fixture.site("a").reserve(wishes([1, 2, 1, 1]))
        #expect(grants.count { if case .send = $0 { true } else { false } } == 2)
        #expect(grants[2] == .asked(elsewhereUntil: .seconds(600)))
    }

    @Test func mostUrgentComesFirst() async throws {
        let fixture = try await SharedFixture()
        let numbers = [9, 3, 7, 1, 8, 2]
        let tickets = try await fixture.site("a").tickets(numbers)
        #expect(Set(tickets.keys) == Set(numbers.prefix(4)))
    }
}

/// How long it is until the next UTC midnight.
private func timeToMidnight(_ date: Date) -> Duration {
    let passed = date.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400)
    return .milliseconds(Int((86_400 - passed) * 1_000))
}
