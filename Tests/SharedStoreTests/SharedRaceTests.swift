import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import Synchronization
import TestSupport
import Testing

/// Many sites at once, by the server's own clock.
@Suite(.limited(.daemon, .processor)) struct SharedRaceTests {
    private let none = QuotaLimits(
        requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0)

    /// Lets each site reserve some files of a few again and again, and record what it may send.
    private func burst(
        _ sites: [SharedDatabase], rounds: Int, files: Int, clock: any ServiceClock = SystemClock()
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, site) in sites.enumerated() {
                group.addTask {
                    var generator = SeededGenerator(seed: UInt64(number))
                    for _ in 0..<rounds {
                        let numbers = Set((0..<4).map { _ in Int.random(in: 0..<files, using: &generator) })
                        let tickets = try await site.tickets(numbers.sorted())
                        try await site.recordUnknown(tickets, at: clock.now)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [false, true]) func noFileIsAskedTwice(withTwoKeys: Bool) async throws {
        let fixture = try await SharedFixture(hasRealClock: true)
        let sites = try (0..<8).map { number in
            try fixture.site(
                "s\(number)", key: withTwoKeys ? UInt8(number % 2) : 1, limits: none, clock: SystemClock())
        }
        try await burst(sites, rounds: 60, files: 300)
        #expect(
            try await fixture.number(
                "SELECT count(*) - count(DISTINCT hash) AS value FROM hashdrop.request") == 0)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.flight") == 0)
        let requests = try await fixture.number("SELECT count(*) AS value FROM hashdrop.request")
        #expect(
            try await fixture.number("SELECT sum(requests)::bigint AS value FROM hashdrop.request_day")
                == requests)
    }

    @Test func limitIsExact() async throws {
        let fixture = try await SharedFixture(hasRealClock: true)
        let sites = try (0..<8).map { number in
            try fixture.site(
                "s\(number)", limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 50),
                clock: SystemClock())
        }
        try await burst(sites, rounds: 20, files: 100_000)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.request") == 50)
    }

    @Test func minuteIsExactInEveryWindow() async throws {
        let fixture = try await SharedFixture()
        let limits = QuotaLimits(requestsPerMinuteLimit: 5, requestsPerDayLimit: 0)
        let sites = try (0..<4).map { try fixture.site("s\($0)", limits: limits) }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<12 {
            try await burst(sites, rounds: 2, files: 100_000, clock: fixture.clock)
            try await fixture.advance(by: .milliseconds(Int.random(in: 1...30_000, using: &generator)))
        }
        let most = try await fixture.number(
            """
            SELECT max((SELECT count(*) FROM hashdrop.request b
                WHERE b.sent_at BETWEEN a.sent_at AND a.sent_at + 60000)) AS value FROM hashdrop.request a
            """)
        #expect(most == 5)
    }

    @Test func siteThatIsKilledLosesNothing() async throws {
        let fixture = try await SharedFixture(hasRealClock: true)
        let killed = try fixture.site("a", limits: none, clock: SystemClock())
        let tickets = try await killed.tickets(1...3)
        await killed.client.close()
        let error = await failure { try await killed.recordUnknown(tickets, at: SystemClock().now) }
        #expect(error == .database(.closed))
        let other = try fixture.site("b", limits: none, clock: SystemClock())
        #expect(try await other.tickets(1...3).isEmpty)
        try await fixture.site("a", clock: SystemClock()).closeEarlierRun()
        #expect(try await other.tickets(1...3).count == 3)
        #expect(try await other.spending().quota.today == 6)
    }

    private final class Burst: Sendable {
        let isOver = Exchangeable(false)
        /// The tickets that were told.
        let sent = Mutex<Set<Int64>>([])

        var sentCount: Int { sent.withLock(\.count) }
    }

    @Test func serverThatStopsInTheBurstLosesAndDoublesNothing() async throws {
        let server = try await PostgreSQLServer.start(settings: ["fsync=on"])
        let fixture = try await SharedFixture(on: server, hasRealClock: true)
        let sites = try (0..<6).map { number in
            try fixture.site("s\(number)", limits: none, clock: SystemClock())
        }
        let burst = Burst()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, site) in sites.enumerated() {
                group.addTask {
                    var file = number
                    while !burst.isOver.value {
                        let numbers = [file, file + 10, file + 20]
                        file += 30
                        let tickets = try await eventually("\(site.site) reserves") {
                            try? await site.tickets(numbers)
                        }
                        burst.sent.withLock { $0.formUnion(tickets.values) }
                        try await eventually("\(site.site) records") {
                            (try? await site.recordUnknown(tickets, at: SystemClock().now)) != nil
                        }
                    }
                    // Gives back what was reserved and never told.
                    _ = try await site.reserve(wishes([number]))
                }
            }
            try await eventually("the burst is on") { burst.sentCount > 100 }
            try await server.restart(.immediate)
            let before = burst.sentCount
            try await eventually("the burst goes on") { burst.sentCount > before + 100 }
            burst.isOver.value = true
            try await group.waitForAll()
        }
        // The owner's connection was lost too.
        let rows = try await eventually("the owner is let in") {
            try? await fixture.owner.query("SELECT id FROM hashdrop.request")
        }
        let ledger = try rows.map { Int64(try $0.get("id", .int)) }
        #expect(Set(ledger) == burst.sent.withLock(\.self), "what was told, and nothing else")
        #expect(
            try await fixture.number("SELECT sum(requests)::bigint AS value FROM hashdrop.request_day")
                == ledger.count)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.answer") == ledger.count)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.flight") == 0)
        try await server.stop()
    }
}
