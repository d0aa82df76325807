import Model
import SharedStore
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct SharedOverviewTests {
    private func overview(of site: String, in fixture: SharedFixture) throws -> SharedOverview {
        SharedOverview(
            client: try SharedFixture.client(fixture.server.socketAddress(fixture.database)), site: site)
    }

    @Test func itShowsWhatTheDaemonsSeeAndLeavesTheirFlightsAlone() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let other = try fixture.site("b")
        let tickets = try await site.tickets(1...3)
        #expect(tickets.count == 3)
        try await other.heartbeat([Samples.user(): SharedDemand(open: 7, weight: 1)])

        let overview = try overview(of: "a", in: fixture)
        let sites = try await overview.sites()
        #expect(sites.map(\.name) == ["a", "b"])
        #expect(sites.map(\.today) == [3, 0] && sites.map(\.thisMonth) == [3, 0])
        #expect(sites.map(\.requestsInFlight) == [3, 0] && sites.map(\.openHashes) == [0, 7])
        #expect(try await overview.spending().quota.today == 3)
        #expect(try await overview.spending() == site.spending())
        #expect(try await overview.sites() == site.sites())

        #expect(try await fixture.number("SELECT run AS value FROM hashdrop.site WHERE name = 'a'") == 1)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.flight") == 3)
        try await site.recordUnknown(tickets, at: fixture.clock.now)
        #expect(try await overview.sites().map(\.requestsInFlight) == [0, 0])
    }

    @Test func aPauseIsToldWithItsReason() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let ticket = try #require(try await site.tickets(1...1)[1])
        try await site.record([
            SharedEnding(ticket: ticket, hash: Samples.hash(1), outcome: "429", endedAt: fixture.clock.now)
        ])
        let pause = try await overview(of: "a", in: fixture).spending().pause
        #expect(pause == SharedPause(left: .seconds(60), reason: "429"))
    }

    @Test func theOutlookBeginsNothingAndComparesTheClocks() async throws {
        let fixture = try await SharedFixture()
        let overview = try overview(of: "a", in: fixture)
        let first = try await overview.outlook(clock: fixture.clock)
        #expect(first.endpoint == nil && first.clockAhead == .zero && first.sites == nil)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.site") == 0)

        let site = try fixture.site("a")
        _ = try await site.tickets(1...1)
        fixture.clock.advance(by: .seconds(7))
        let second = try await overview.outlook(clock: fixture.clock)
        #expect(second.endpoint == SharedFixture.endpoint)
        #expect(second.clockAhead == .seconds(-7))
        #expect(second.sites?.map(\.name) == ["a"])
        #expect(try await fixture.number("SELECT run AS value FROM hashdrop.site WHERE name = 'a'") == 1)
    }

    @Test func theOutlookSaysWhatTheDatabaseIsNot() async throws {
        let fixture = try await SharedFixture()
        let overview = try overview(of: "a", in: fixture)
        try await fixture.server.run(
            "UPDATE hashdrop.meta SET value = '999' WHERE key = 'version'", in: fixture.database)
        #expect(await failure { try await overview.outlook() } == .newerSchema(version: nil))
        try await fixture.server.run("DROP SCHEMA hashdrop CASCADE", in: fixture.database)
        let another = try self.overview(of: "a", in: fixture)
        #expect(await failure { try await another.outlook() } == .noSchema)
    }

    @Test func aSiteThatHasNeverBegunIsForgotten() async throws {
        let fixture = try await SharedFixture()
        try await fixture.site("a").closeEarlierRun()
        let overview = try overview(of: "b", in: fixture)
        #expect(await failure { try await overview.sites() } == .forgotten)
        #expect(await failure { try await overview.spending() } == .forgotten)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.site") == 1)
    }

    @Test func eachSiteTellsItsLimits() async throws {
        let fixture = try await SharedFixture()
        let limits = QuotaLimits(requestsPerMinuteLimit: 9, requestsPerDayLimit: 0, requestsPerMonthLimit: 7)
        let site = try fixture.site("a", limits: limits)
        try await site.closeEarlierRun()
        #expect(try await site.sites().map(\.limits) == [nil])
        try await site.heartbeat([:])
        #expect(try await site.sites().map(\.limits) == [limits])
        site.use(QuotaLimits())
        try await site.heartbeat([:])
        #expect(try await overview(of: "a", in: fixture).sites().map(\.limits) == [QuotaLimits()])
    }
}
