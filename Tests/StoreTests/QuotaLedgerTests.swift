import Foundation
import Model
import Store
import TestSupport
import Testing

@Suite(.limited(.processor))
struct QuotaLedgerTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        _ = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            for number in 0..<50 { writer.add(HashListEntry(line: 1, hashes: [Samples.hash(number)])) }
        }
    }

    /// Sends a request at one time that ends at another, or never.
    private func send(_ number: Int, at sent: Date, endedAt: Date?) throws {
        let job = try database.lookups.runningJobs()[0]
        let reservation = Reservation(hash: Samples.hash(number), jobRowID: job.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: sent)[0])
        guard let endedAt else { return }
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(.unknown), outcome: "404",
                answeredAt: endedAt)
        ])
    }

    @Test func aRequestIsInTheLedgerBeforeItEnds() throws {
        try send(1, at: Samples.now, endedAt: nil)
        let spending = try database.ledger.spending(at: Samples.now + 30)
        #expect(spending.today == 1)
        // It may have been counted at any time until now.
        #expect(spending.lastMinute == [Samples.now + 30])
    }

    @Test func theMinuteCountsFromTheEndOfARequest() throws {
        try send(1, at: Samples.now, endedAt: Samples.now + 20)
        #expect(try database.ledger.spending(at: Samples.now + 79).lastMinute == [Samples.now + 20])
        #expect(try database.ledger.spending(at: Samples.now + 81).lastMinute == [])
    }

    @Test func daysAndMonthsAreUTC() throws {
        // 2026-11-30 23:59:59 and one second later.
        let lastSecond = Date(timeIntervalSince1970: 1_796_083_199)
        try send(1, at: lastSecond, endedAt: lastSecond)
        let before = try database.ledger.spending(at: lastSecond)
        #expect((before.today, before.thisMonth) == (1, 1))
        let after = try database.ledger.spending(at: lastSecond + 1)
        #expect((after.today, after.thisMonth) == (0, 0))
    }

    @Test func aRequestThatIsOnItsWayAtMidnightCountsOnBothDays() throws {
        // 2026-11-30 23:59:59 and two seconds later.
        let lastSecond = Date(timeIntervalSince1970: 1_796_083_199)
        try send(1, at: lastSecond, endedAt: lastSecond + 2)
        try send(2, at: lastSecond, endedAt: nil)
        for moment in [lastSecond, lastSecond + 2] {
            let spending = try database.ledger.spending(at: moment)
            #expect((spending.today, spending.thisMonth) == (2, 2))
        }
        // The one that never ended died with its daemon.
        let nextDay = try database.ledger.spending(at: lastSecond + 86_401)
        #expect((nextDay.today, nextDay.thisMonth) == (0, 2))
    }

    @Test func aClockThatStepsBackGivesNothingBack() throws {
        try send(1, at: Samples.now, endedAt: Samples.now)
        let yesterday = Samples.now - 86_400 * 40
        let spending = try database.ledger.spending(at: yesterday)
        #expect((spending.today, spending.thisMonth) == (1, 1))
        #expect((spending.afterToday, spending.afterThisMonth) == (1, 1))
        #expect(spending.lastMinute == [yesterday])
    }

    @Test func whatAKilledDaemonHadInFlightEndsAtTheNextStartAndOnlyThere() throws {
        try send(1, at: Samples.now, endedAt: nil)
        try database.ledger.closeEarlierRun(at: Samples.now + 10)
        #expect(try database.ledger.spending(at: Samples.now + 10).lastMinute == [Samples.now + 10])
        // A second start, later, does not count it once more.
        try database.ledger.closeEarlierRun(at: Samples.now + 71)
        let spending = try database.ledger.spending(at: Samples.now + 71)
        #expect(spending.lastMinute == [])
        #expect(spending.today == 1)
    }

    @Test func aClockThatRanFarAheadDoesNotHoldTheQuotaForEver() throws {
        let wrong = Samples.now + 86_400 * 400
        try send(1, at: wrong, endedAt: wrong)
        try database.ledger.closeEarlierRun(at: Samples.now)
        let spending = try database.ledger.spending(at: Samples.now)
        #expect((spending.today, spending.thisMonth) == (1, 1))
        #expect(spending.lastMinute == [Samples.now])
        #expect(try database.ledger.spending(at: Samples.now + 61).lastMinute == [])
        #expect(try database.ledger.spending(at: Samples.now + 86_400).today == 0)
    }

    @Test func pruningKeepsTheSums() throws {
        try send(1, at: Samples.now, endedAt: Samples.now)
        #expect(try !database.ledger.prune(before: Samples.now + 1))
        let spending = try database.ledger.spending(at: Samples.now)
        #expect(spending.lastMinute.isEmpty)
        #expect(spending.today == 1)
    }

    /// Or a daemon that is started again within the minute would send one request too many.
    @Test func aCheckOfTheQuotaCountsInTheMinuteAndInNoDay() throws {
        let check = try database.ledger.beginCheck(at: Samples.now)
        try database.ledger.endCheck(check, at: Samples.now + 5)
        _ = try database.ledger.beginCheck(at: Samples.now + 20)
        let spending = try database.ledger.spending(at: Samples.now + 30)
        #expect(spending.lastMinute == [Samples.now + 5, Samples.now + 30])
        #expect(spending.today == 0)
        // The second one's daemon was killed.
        try database.ledger.closeEarlierRun(at: Samples.now + 40)
        #expect(try database.ledger.spending(at: Samples.now + 70).lastMinute == [Samples.now + 40])
        #expect(try database.ledger.spending(at: Samples.now + 101).lastMinute == [])
    }
}
