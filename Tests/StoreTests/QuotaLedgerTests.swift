import Foundation
import GRDB
import Model
import Store
import Support
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
                endedAt: Samples.reading(endedAt))
        ])
    }

    @Test func aClockThatStepsBackGivesNothingBack() throws {
        try send(1, at: Samples.now, endedAt: Samples.now)
        let yesterday = Samples.now - 86_400 * 40
        let spending = try database.ledger.spending(at: Samples.reading(yesterday))
        #expect((spending.today, spending.thisMonth) == (1, 1))
        #expect((spending.afterToday, spending.afterThisMonth) == (1, 1))
    }

    @Test func aClockThatRanFarAheadDoesNotHoldTheQuotaForEver() throws {
        let wrong = Samples.now + 86_400 * 400
        try send(1, at: wrong, endedAt: wrong)
        try database.ledger.closeEarlierRun(at: Samples.reading(Samples.now), bootID: "a")
        let spending = try database.ledger.spending(at: Samples.reading(Samples.now))
        #expect((spending.today, spending.thisMonth) == (1, 1))
        #expect(try database.ledger.spending(at: Samples.reading(Samples.now + 86_400)).today == 0)
    }

    @Test func pruningKeepsTheSums() throws {
        try send(1, at: Samples.now, endedAt: Samples.now)
        let later = Samples.reading(Samples.now + 61)
        #expect(try !database.ledger.prune(olderThan: .seconds(60), at: later))
        let spending = try database.ledger.spending(at: Samples.reading(Samples.now))
        #expect(spending.lastMinute.isEmpty)
        #expect(spending.today == 1)
    }

    /// The clock was years late when it was sent, and was set right while the machine was off.
    @Test func aRequestWithAWrongDateIsNotPrunedBeforeItIsOld() throws {
        let month: Duration = .seconds(31 * 86_400)
        try database.ledger.closeEarlierRun(at: Samples.reading(Samples.now), bootID: "a")
        let wrong = Samples.now - 4_000 * 86_400
        try send(1, at: Samples.now, endedAt: Samples.now + 1)
        var leap = Samples.reading(Samples.now + 3_600)
        leap.leap = ClockLeap(offset: .seconds(4_000 * 86_400), believedAt: leap.monotonic)
        try database.ledger.note(leapOf: leap)
        try DatabaseQueue(path: folder.path("test.sqlite")).write { db in
            try db.execute(
                sql: "UPDATE request SET sentAt = ?, endedAt = ?",
                arguments: [Int64(wrong.timeIntervalSince1970), Int64(wrong.timeIntervalSince1970)])
        }
        #expect(try !database.ledger.prune(olderThan: month, at: leap))
        #expect(try database.ledger.spending(at: leap).today == 1)
        let late = Samples.reading(Samples.now + 32 * 86_400)
        #expect(try !database.ledger.prune(olderThan: month, at: late))
        let left = try DatabaseQueue(path: folder.path("test.sqlite")).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM request")
        }
        #expect(left == 0)
    }

    /// Or a daemon that is started again within the minute would send one request too many.
    @Test func aCheckOfTheQuotaCountsInTheMinuteAndInNoDay() throws {
        let check = try database.ledger.beginCheck(at: Samples.now)
        try database.ledger.endCheck(check, at: Samples.reading(Samples.now + 5))
        _ = try database.ledger.beginCheck(at: Samples.now + 20)
        let spending = try database.ledger.spending(at: Samples.reading(Samples.now + 30))
        #expect(spending.lastMinute == [.seconds(25), .zero])
        #expect(spending.today == 0)
        // The second one's daemon was killed.
        try database.ledger.closeEarlierRun(at: Samples.reading(Samples.now + 40), bootID: "a")
        #expect(
            try database.ledger.spending(at: Samples.reading(Samples.now + 70)).lastMinute == [.seconds(30)])
        #expect(try database.ledger.spending(at: Samples.reading(Samples.now + 101)).lastMinute == [])
    }

    /// The wall clock is put forward while the daemon is down.
    @Test func aClockPutForwardMakesNoRequestOld() throws {
        try database.ledger.closeEarlierRun(at: Samples.reading(Samples.now), bootID: "a")
        try send(1, at: Samples.now, endedAt: Samples.now + 1)
        let check = try database.ledger.beginCheck(at: Samples.now)
        try database.ledger.endCheck(check, at: Samples.reading(Samples.now + 2))
        try send(2, at: Samples.now + 3, endedAt: nil)
        var leapt = Samples.reading(Samples.now + 11)
        leapt.wall += 3_600
        try database.ledger.closeEarlierRun(at: leapt, bootID: "a")
        #expect(
            try database.ledger.spending(at: leapt).lastMinute == [.seconds(10), .seconds(9), .zero])
        let later = leapt + .seconds(51)
        #expect(try database.ledger.spending(at: later).lastMinute == [.seconds(51)])
    }

    /// A leap that is believed may be wrong: nothing is spent again, and what was spent is not for ever.
    @Test(arguments: [Duration.seconds(40 * 86_400), .seconds(-4_000 * 86_400), .seconds(13 * 3_600)])
    func afterALeapTheLastDayAndMonthCount(offset: Duration) throws {
        try database.ledger.closeEarlierRun(at: Samples.reading(Samples.now), bootID: "a")
        try send(1, at: Samples.now, endedAt: Samples.now + 1)
        try send(2, at: Samples.now + 3_600, endedAt: Samples.now + 3_601)
        func reading(_ seconds: Double) -> ClockReading {
            var reading = Samples.reading(Samples.now + seconds)
            let believedAt = Samples.reading(Samples.now + 7_200).monotonic
            reading.leap = ClockLeap(offset: offset, believedAt: believedAt)
            reading.wall = reading.wall + offset
            return reading
        }
        for _ in 0..<2 { try database.ledger.note(leapOf: reading(7_200)) }
        let soon = try database.ledger.spending(at: reading(7_200))
        #expect((soon.today, soon.thisMonth, soon.isDayRolling, soon.isMonthRolling) == (2, 2, true, true))
        let nextDay = try database.ledger.spending(at: reading(86_400 + 1_800))
        #expect((nextDay.today, nextDay.thisMonth, nextDay.isDayRolling) == (1, 2, true))
        // The month's end, by the new time, gives nothing back within 31 days; after them it does.
        let later = try database.ledger.spending(at: reading(30 * 86_400))
        #expect((later.today, later.thisMonth, later.isDayRolling) == (0, 2, false))
        let end = try database.ledger.spending(at: reading(62 * 86_400))
        #expect((end.today, end.thisMonth, end.isMonthRolling) == (0, 0, false))
        #expect(try database.ledger.sinceLeap(at: reading(7_230)).leap == .seconds(30))
        #expect(try database.ledger.sinceLeap(at: reading(7_230)).gap == nil)
        #expect(try database.ledger.clockMemory()?.wall == reading(7_200).wall)
    }

    /// How long a machine was off, only its wall clock could tell.
    @Test(arguments: [("b", Duration.seconds(20)), ("a", .seconds(20))])
    func afterAStartOfTheMachineTheLastMinuteCountsFromThere(bootID: String, uptime: Duration) throws {
        try database.ledger.closeEarlierRun(at: Samples.reading(Samples.now), bootID: "a")
        try send(1, at: Samples.now, endedAt: Samples.now + 1)
        try send(2, at: Samples.now, endedAt: Samples.now + 13)
        var started = ClockReading(wall: Samples.now + 86_400, monotonic: uptime)
        // The second case: a machine without a boot id, whose uptime has become shorter.
        try database.ledger.closeEarlierRun(at: started, bootID: bootID)
        #expect(
            try database.ledger.spending(at: started).lastMinute == [.seconds(32), .seconds(20)])
        started = started + .seconds(40)
        #expect(try database.ledger.spending(at: started).lastMinute == [])
        // And what is sent from then on has its own age.
        try send(3, at: started.wall, endedAt: nil)
        let again = started + .seconds(5)
        try database.ledger.closeEarlierRun(at: again, bootID: bootID)
        #expect(try database.ledger.spending(at: again + .seconds(7)).lastMinute == [.seconds(7)])
    }

    @Test func theLastMinuteOfAnEarlierVersionIsTakenOver() throws {
        try send(1, at: Samples.now - 4_000, endedAt: Samples.now - 3_999)
        try send(2, at: Samples.now, endedAt: Samples.now + 1)
        let check = try database.ledger.beginCheck(at: Samples.now)
        try database.ledger.endCheck(check, at: Samples.reading(Samples.now + 2))
        try DatabaseQueue(path: folder.path("test.sqlite")).write { db in
            try db.execute(
                sql: """
                    DROP INDEX requestEndedTick; DROP TABLE clockMemory; DROP TABLE ledgerClock;
                    ALTER TABLE request DROP COLUMN endedTick;
                    ALTER TABLE quotaCheck DROP COLUMN endedTick;
                    DELETE FROM grdb_migrations WHERE identifier IN ('5', '6')
                    """)
        }
        let ledger = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil).ledger
        let now = Samples.reading(Samples.now + 30)
        try ledger.closeEarlierRun(at: now, bootID: "a")
        #expect(try ledger.spending(at: now).lastMinute == [.seconds(29), .seconds(28)])
    }
}
