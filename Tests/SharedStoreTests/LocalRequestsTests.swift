import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// What a site has spent by its own count, and the shared database knows nothing of.
@Suite(.limited(.daemon)) struct LocalRequestsTests {
    /// Of the tests' time.
    private static let today = Samples.now.daysSince1970

    private func begin(_ name: String, _ own: LocalRequests, key: UInt8 = 1, in fixture: SharedFixture)
        async throws
        -> SharedDatabase
    {
        let site = try fixture.site(name, key: key, limits: Self.limits, localRequests: { own })
        try await site.closeEarlierRun()
        return site
    }

    private func ages(_ count: Int, of seconds: Int) -> [Duration] {
        [Duration](repeating: .seconds(seconds), count: count)
    }

    private static let limits = QuotaLimits(
        requestsPerMinuteLimit: 10, requestsPerDayLimit: 100, requestsPerMonthLimit: 200)

    @Test func theDayAndMonthAreSpentForAllSitesAtOnce() async throws {
        let fixture = try await SharedFixture()
        let own = LocalRequests(days: [Self.today: 93, Self.today - 1: 105])
        let site = try await begin("a", own, in: fixture)
        let other = try fixture.site("b", limits: Self.limits)
        #expect(try await other.tickets(1...9).count == 2)
        #expect(try await other.grant(10) == .wait(.seconds(9 * 86_400 + 35_200), .usedUp(.month)))
        #expect(try await site.sites().map(\.today) == [93, 2])
        #expect(try await site.sites().map(\.thisMonth) == [198, 2])
    }

    @Test func theMinuteIsSpentToo() async throws {
        let fixture = try await SharedFixture()
        let own = LocalRequests(
            days: [Self.today: 8], lastMinute: [.seconds(59), .seconds(50)] + ages(6, of: 20))
        let site = try await begin("a", own, in: fixture)
        #expect(try await site.tickets(1...9).count == 2)
        #expect(try await site.grant(10) == .wait(.milliseconds(1_020), .usedUp(.minute)))
        try await fixture.advance(by: .milliseconds(1_020))
        #expect(try await site.tickets(10...19).count == 1)
        #expect(try await site.spending().quota.today == 11)
    }

    @Test func whatIsKnownIsNotCountedAgain() async throws {
        let fixture = try await SharedFixture()
        var own = LocalRequests(days: [Self.today: 3], lastMinute: ages(3, of: 10))
        for _ in 0..<3 {
            let site = try await begin("a", own, in: fixture)
            #expect(try await site.spending().quota.today == 3)
            #expect(try await site.spending().quota.lastMinute.count == 3)
        }
        let site = try await begin("a", own, in: fixture)
        try await site.recordUnknown(try await site.tickets(1...2), at: fixture.clock.now)
        own = LocalRequests(days: [Self.today: 6], lastMinute: ages(4, of: 10) + [.zero, .zero])
        // Of six one was sent without the shared database: it is taken for one of the newest.
        let again = try await begin("a", own, in: fixture)
        #expect(try await again.spending().quota.today == 6)
        let minute = try await again.spending().quota.lastMinute
        #expect(minute == ages(3, of: 10) + [.zero, .zero, .zero])
    }

    /// An older copy of the shared database was put back: it knows less than the sites.
    @Test func aRestoredCopyLearnsWhatWasSpentSince() async throws {
        let fixture = try await SharedFixture()
        let own = LocalRequests(days: [Self.today: 6])
        _ = try await begin("a", LocalRequests(days: [Self.today: 4]), in: fixture)
        #expect(try await begin("a", own, in: fixture).spending().quota.today == 6)
        _ = try await fixture.owner.query("TRUNCATE hashdrop.site CASCADE")
        #expect(try await begin("a", own, in: fixture).spending().quota.today == 6)
    }

    @Test func whatAnotherKeyHasSpentCountsThere() async throws {
        let fixture = try await SharedFixture()
        let site = try await begin("a", LocalRequests(), in: fixture)
        try await site.recordUnknown(try await site.tickets(1...3), at: fixture.clock.now)
        let own = LocalRequests(days: [Self.today: 5])
        // Five are the site's own, of which three are the first key's.
        #expect(try await begin("a", own, key: 2, in: fixture).spending().quota.today == 2)
        #expect(try await begin("a", own, in: fixture).spending().quota.today == 3)
    }

    @Test func aDayOfAWrongClockCountsTodayAndAnEarlierMonthNowhere() async throws {
        let fixture = try await SharedFixture()
        let own = LocalRequests(days: [Self.today: 1, Self.today + 400: 2, Self.today - 40: 50])
        for _ in 0..<2 {
            let quota = try await begin("a", own, in: fixture).spending().quota
            #expect(quota.today == 3 && quota.thisMonth == 3)
        }
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.request_day") == 1)
    }

    /// VirusTotal may have counted it in either day, and so do both ledgers.
    @Test func aRequestOverMidnightCountsOnceInEachDay() async throws {
        let fixture = try await SharedFixture()
        let folder = TemporaryFolder()
        let database = try HashdropDatabase(path: folder.path("own.sqlite"), endpoint: SharedFixture.endpoint)
        let seconds = 86_400 - Samples.now.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400)
        try await fixture.advance(by: .seconds(seconds - 1))
        let site = try await begin("a", LocalRequests(), in: fixture)
        let tickets = try await site.tickets(1...1)
        let number = try database.ledger.begin(Samples.hash(1), at: fixture.clock.now.wall)
        try await fixture.advance(by: .seconds(2))
        try await site.recordUnknown(tickets, at: fixture.clock.now)
        try database.ledger.end(number, outcome: "404", at: fixture.clock.now)
        let own = try LocalRequests(database.ledger, at: fixture.clock.now)
        #expect(own == LocalRequests(days: [Self.today: 1, Self.today + 1: 1], lastMinute: [.zero]))
        let quota = try await begin("a", own, in: fixture).spending().quota
        #expect(quota.today == 1 && quota.thisMonth == 1 && quota.lastMinute.count == 1)
        // Where the request is not known its days are, and the month has one more than there was.
        let other = try await begin("b", own, key: 2, in: fixture).spending().quota
        #expect(other.today == 1 && other.thisMonth == 2 && other.lastMinute.count == 1)
    }

    @Test func ofOthersRequestsNoneIsOwn() throws {
        let folder = TemporaryFolder()
        let database = try HashdropDatabase(path: folder.path("own.sqlite"), endpoint: SharedFixture.endpoint)
        let request = try database.ledger.begin(Samples.hash(1), at: Samples.now)
        try database.ledger.end(request, outcome: "200", at: Samples.reading(Samples.now))
        try database.ledger.takeOver(own: [:], others: [Self.today: 7])
        let own = try LocalRequests(database.ledger, at: Samples.reading(Samples.now + 5))
        #expect(own == LocalRequests(days: [Self.today: 1], lastMinute: [.seconds(5)]))
    }

    /// A question for the quota counts in the minute alone; it comes from nowhere that answers would be from.
    @Test func theEndpointIsFreeUntilADayWasSpent() async throws {
        let fixture = try await SharedFixture()
        _ = try await begin("a", LocalRequests(lastMinute: [.seconds(1)]), in: fixture)
        let moved = try fixture.site("a", endpoint: "https://other.test")
        try await moved.closeEarlierRun()
        let own = LocalRequests(days: [Self.today: 1])
        _ = try await fixture.site("a", endpoint: "https://other.test", localRequests: { own })
            .closeEarlierRun()
        #expect(await failure { try await begin("a", own, in: fixture) } != nil)
    }

    /// An older copy is put back while the daemons run: they notice, and tell what they have spent since.
    @Test func anOlderCopyIsNoticedByARunningDaemon() async throws {
        let fixture = try await SharedFixture()
        let spent = Exchangeable(0)
        let site = try fixture.site(
            "a", limits: QuotaLimits(requestsPerMinuteLimit: 0),
            localRequests: { LocalRequests(days: [Self.today: spent.value]) })
        spent.value += try await site.tickets(1...3).count
        try await fixture.server.run(
            "CREATE TABLE public.copy AS SELECT * FROM hashdrop.site; "
                + "CREATE TABLE public.days AS SELECT * FROM hashdrop.request_day", in: fixture.database)
        spent.value += try await site.tickets(4...8).count
        try await site.heartbeat([:])
        #expect(try await site.spending().quota.today == 8)
        try await fixture.server.run(
            """
            UPDATE hashdrop.site s SET run = c.run, call = c.call FROM public.copy c WHERE c.id = s.id;
            UPDATE hashdrop.request_day d SET requests = c.requests FROM public.days c WHERE c.day = d.day;
            """, in: fixture.database)
        #expect(await failure { try await site.tickets(9...9) } == .forgotten)
        spent.value += try await site.tickets(9...9).count
        #expect(try await site.spending().quota.today == 9)
        // A run that the copy does not know is no other daemon's.
        try await fixture.server.run("UPDATE hashdrop.site SET run = 1", in: fixture.database)
        #expect(await failure { try await site.heartbeat([:]) } == .forgotten)
        try await site.heartbeat([:])
        #expect(try await fixture.number("SELECT run AS value FROM hashdrop.site") == 3)
        // Another daemon under the name is one still.
        try await fixture.site("a").closeEarlierRun()
        #expect(await failure { try await site.heartbeat([:]) } == .supplanted)
    }

    /// Two daemons under one name do not become one run by an older copy.
    @Test func afterAnOlderCopyTheNewerDaemonIsTheSite() async throws {
        let fixture = try await SharedFixture()
        let (first, second) = (try fixture.site("a"), try fixture.site("a"))
        try await first.closeEarlierRun()
        try await second.closeEarlierRun()
        try await fixture.server.run("UPDATE hashdrop.site SET run = 0", in: fixture.database)
        #expect(await failure { try await second.heartbeat([:]) } == .forgotten)
        try await second.heartbeat([:])
        #expect(await failure { try await first.heartbeat([:]) } == .supplanted)
    }
}
