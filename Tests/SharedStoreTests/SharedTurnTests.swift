import Foundation
import Model
import SharedStore
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct SharedTurnTests {
    private let alice = Samples.user()
    private let minute: Duration = .milliseconds(60_020)

    @Test func shortListDoesNotWaitBehindALongOne() async throws {
        let fixture = try await SharedFixture()
        let (long, short) = (try fixture.site("long"), try fixture.site("short"))
        try await long.heartbeat([alice: SharedDemand(open: 100_000, weight: 1)])
        // Alone it takes all.
        let first = try await long.tickets(1_000...1_009)
        #expect(first.count == 4)
        try await long.recordUnknown(first, at: fixture.clock.now)

        var open = Set(1...5)
        try await short.heartbeat([alice: SharedDemand(open: open.count, weight: 1)])
        var minutes = 0
        while !open.isEmpty {
            try await fixture.advance(by: minute)
            minutes += 1
            try await long.heartbeat([alice: SharedDemand(open: 100_000, weight: 1)])
            try await short.heartbeat([alice: SharedDemand(open: open.count, weight: 1)])
            // The long one is always the first to ask.
            let longs = try await long.tickets(2_000 + minutes * 10..<2_010 + minutes * 10)
            let shorts = try await short.tickets(open.sorted())
            #expect(longs.count + shorts.count == 4, "nothing is left unused")
            #expect(shorts.count >= min(open.count, 2))
            try await long.recordUnknown(longs, at: fixture.clock.now)
            try await short.recordUnknown(shorts, at: fixture.clock.now)
            open.subtract(shorts.keys)
        }
        #expect(minutes <= 3)
    }

    @Test func siteWaitsShortlyForAnothersTurn() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        for site in [a, b] { try await site.heartbeat([alice: SharedDemand(open: 9, weight: 1)]) }
        #expect(try await a.tickets(1...9).count == 2)
        guard case .wait(let wait, .turn) = try await a.grant(9) else {
            Issue.record("it takes the other's turn")
            return
        }
        #expect(wait <= .seconds(1))
        // A site of which nothing is heard any more has no turn.
        try await fixture.advance(by: .seconds(15))
        #expect(try await a.tickets(1...9).count == 2)
    }

    @Test func weightsOfUsersAreThoseOfTheirSites() async throws {
        let fixture = try await SharedFixture()
        let limits = QuotaLimits(requestsPerMinuteLimit: 120)
        let (a, b) = (try fixture.site("a", limits: limits), try fixture.site("b", limits: limits))
        try await a.heartbeat([
            alice: SharedDemand(open: 500, weight: 1),
            Samples.user("bob"): SharedDemand(open: 500, weight: 2),
        ])
        try await b.heartbeat([alice: SharedDemand(open: 500, weight: 1)])
        #expect(abs(try await a.tickets(1...500).count - 90) <= 1)
        #expect(abs(try await b.tickets(1_001...1_500).count - 30) <= 1)
    }

    @Test func idleTimeIsNotSavedUp() async throws {
        let fixture = try await SharedFixture()
        let limits = QuotaLimits(requestsPerMinuteLimit: 100)
        let (a, b) = (try fixture.site("a", limits: limits), try fixture.site("b", limits: limits))
        try await a.heartbeat([alice: SharedDemand(open: 500, weight: 1)])
        try await a.recordUnknown(try await a.tickets(1...100), at: fixture.clock.now)
        try await fixture.advance(by: minute)
        for site in [a, b] { try await site.heartbeat([alice: SharedDemand(open: 500, weight: 1)]) }
        #expect(abs(try await b.tickets(1_001...1_500).count - 50) <= 2)
        #expect(abs(try await a.tickets(201...700).count - 50) <= 2)
    }

    @Test func sitesAreShownWithTheirSpending() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        try await a.recordUnknown(try await a.tickets(1...2), at: fixture.clock.now)
        try await fixture.advance(by: .seconds(40))
        try await b.heartbeat([alice: SharedDemand(open: 7, weight: 1)])
        _ = try await b.tickets(3...3)
        #expect(
            try await a.sites() == [
                SiteStatus(name: "a", silence: .seconds(40), today: 2, thisMonth: 2),
                SiteStatus(
                    name: "b", silence: .zero, today: 1, thisMonth: 1, requestsInFlight: 1, openHashes: 7,
                    limits: QuotaLimits()),
            ])
    }

    // MARK: Slices

    @Test func sliceIsSpentWhenItIsTaken() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        let slice = try #require(try await a.takeSlice(share: 0.25, goodFor: .seconds(3_600)))
        #expect(slice.requests == 5)
        #expect(slice.requestsPerMinuteLimit == 1)
        #expect(slice.goodUntil == fixture.clock.now.monotonic + .seconds(3_600))
        #expect(try await b.spending().quota.today == 5)
        #expect(try await b.spending().keptForSlices == 1)
        // Others leave its minute alone; the site itself may use it while the database is there.
        #expect(try await b.tickets(1...9).count == 3)
        #expect(try await a.tickets(11...19).count == 1)
        #expect(try await b.takeSlice(share: 1, goodFor: .seconds(3_600))?.requestsPerMinuteLimit == 3)
    }

    @Test func answersOfASliceAreRecordedOnce() async throws {
        let fixture = try await SharedFixture()
        let (a, b) = (try fixture.site("a"), try fixture.site("b"))
        let slice = try #require(try await a.takeSlice(share: 0.5, goodFor: .seconds(3_600)))
        let endings = (0..<2).map {
            SharedEnding(
                ticket: slice.ticket($0), hash: Samples.hash($0), outcome: "404", answer: .unknown,
                endedAt: fixture.clock.now)
        }
        for _ in 0..<2 {
            try await a.record(endings)
            // Not the slice of this one.
            try await b.record(endings)
        }
        let quota = try await b.spending().quota
        #expect(quota.today == slice.requests)
        #expect(quota.lastMinute.count == 2)
        guard case .answered = try await b.grant(1) else {
            Issue.record("the answer is not there")
            return
        }
        #expect(try await b.tickets(11...19).count == 2)
    }

    @Test func sliceOfAKilledDaemonCountsForAMinute() async throws {
        let fixture = try await SharedFixture()
        let other = try fixture.site("b")
        _ = try await fixture.site("a").takeSlice(share: 0.5, goodFor: .seconds(3_600))
        // It may have sent two, of which nothing is known.
        let site = try fixture.site("a")
        try await site.closeEarlierRun()
        #expect(try await site.tickets(1...1).count == 1)
        #expect(try await other.tickets(11...19).count == 1)
        try await fixture.advance(by: minute)
        #expect(try await other.tickets(21...29).count == 2)
        #expect(try await other.spending().keptForSlices == 0)
    }

    @Test func noSliceReachesIntoTheNextDay() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let passed = Samples.now.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400)
        try await fixture.advance(by: .seconds(86_400 - passed - 900))
        let slice = try #require(try await site.takeSlice(share: 1, goodFor: .seconds(3_600)))
        #expect(slice.goodUntil - fixture.clock.now.monotonic == .seconds(300))
        try await fixture.advance(by: .seconds(301))
        #expect(try await site.takeSlice(share: 1, goodFor: .seconds(3_600)) == nil)
    }
}
