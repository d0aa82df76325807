import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// What counts as spent, by either kind of ledger.
@Suite(.limited(.daemon))
struct SpendingTests {
    private static let hashes = (1...5).map { Samples.hash($0) }

    /// 2026-11-30 23:59:59.
    private static let lastSecond = Date(timeIntervalSince1970: 1_796_083_199)

    @Test(arguments: LedgerKind.allCases)
    func aRequestIsInTheLedgerBeforeItEnds(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        _ = try await fixture.reserve([Self.hashes[0]], for: fixture.rowID(of: job))
        try await fixture.advance(by: .seconds(30))
        let spending = try await fixture.spending()
        #expect(spending.today == 1)
        // It may have been counted at any time until now.
        #expect(spending.lastMinute == [.zero])
    }

    @Test(arguments: LedgerKind.allCases)
    func theMinuteCountsFromTheEndOfARequest(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        let rowID = try fixture.rowID(of: job)
        let request = try #require(try await fixture.reserve([Self.hashes[0]], for: rowID).requests[0])
        try await fixture.advance(by: .seconds(20))
        let outcome = fixture.outcome(of: request, Self.hashes[0], for: rowID, .answered(.unknown))
        // Not from when that was recorded.
        try await fixture.advance(by: .seconds(7))
        _ = try await fixture.record([outcome])
        #expect(try await fixture.spending().lastMinute == [.seconds(7)])
        try await fixture.advance(by: .seconds(52))
        #expect(try await fixture.spending().lastMinute == [.seconds(59)])
        try await fixture.advance(by: .seconds(2))
        #expect(try await fixture.spending().lastMinute == [])
    }

    @Test(arguments: LedgerKind.allCases)
    func failedRequestsCountAsWell(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        let later = fixture.clock.now.wall + 60
        let results: [LookupOutcome.Result] = [
            .failedForGood(reason: "400"), .answered(.known(Samples.file(2))), .answered(.unknown),
            .failedForNow(reason: "503", notBefore: later, countsAttempt: true),
        ]
        for (hash, result) in zip(Self.hashes, results) {
            try await fixture.ask(hash, for: job, result)
        }
        let spending = try await fixture.spending()
        #expect(spending.today == 4)
        #expect(spending.lastMinute == [Duration](repeating: .zero, count: 4))
        #expect(try fixture.database.jobs.job(job.id)?.requestCost.requestsSent == 4)
    }

    /// It is not known whether the first time has arrived.
    @Test(arguments: LedgerKind.allCases, [true, false])
    func whatIsRecordedAgainCountsOnce(ledger: LedgerKind, wasSent: Bool) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        let rowID = try fixture.rowID(of: job)
        let later = fixture.clock.now.wall + 60
        let results: [LookupOutcome.Result] =
            wasSent
            ? [.answered(.known(Samples.file(1))), .answered(.unknown)]
            : [.failedForNow(reason: "no network", notBefore: later, countsAttempt: false)]
        let hashes = Array(Self.hashes.prefix(results.count))
        let requests = try await fixture.reserve(hashes, for: rowID).requests.compactMap { $0 }
        let outcomes = zip(zip(requests, hashes), results).map { sent, result in
            fixture.outcome(of: sent.0, sent.1, for: rowID, result, wasSent: wasSent)
        }
        let first = try await fixture.record(outcomes)
        #expect(first.touched == (wasSent ? [job.id: 3] : [:]))
        try await fixture.advance(by: .seconds(5))
        let again = try await fixture.record(outcomes)
        #expect(again.touched.isEmpty && again.finished.isEmpty)
        let spending = try await fixture.spending()
        #expect(spending.today == (wasSent ? 2 : 0))
        #expect(spending.lastMinute == [Duration](repeating: .seconds(5), count: wasSent ? 2 : 0))
        let cost = try #require(try fixture.database.jobs.job(job.id)).requestCost
        #expect(cost.requestsSent == (wasSent ? 2 : 0))
    }

    @Test(arguments: LedgerKind.allCases)
    func daysAndMonthsAreUTC(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger, start: Self.lastSecond)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        try await fixture.ask(Self.hashes[0], for: job, .answered(.unknown))
        let before = try await fixture.spending()
        #expect((before.today, before.thisMonth) == (1, 1))
        try await fixture.advance(by: .seconds(1))
        let after = try await fixture.spending()
        #expect((after.today, after.thisMonth) == (0, 0))
    }

    @Test(arguments: LedgerKind.allCases)
    func aRequestThatIsOnItsWayAtMidnightCountsOnBothDays(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger, start: Self.lastSecond)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        let rowID = try fixture.rowID(of: job)
        let requests = try await fixture.reserve(Array(Self.hashes.prefix(2)), for: rowID).requests
        let before = try await fixture.spending()
        #expect((before.today, before.thisMonth) == (2, 2))
        try await fixture.advance(by: .seconds(2))
        let first = try #require(requests[0])
        _ = try await fixture.record([
            fixture.outcome(of: first, Self.hashes[0], for: rowID, .answered(.unknown))
        ])
        let after = try await fixture.spending()
        #expect((after.today, after.thisMonth) == (2, 2))
        // The one that never ended died with its daemon.
        try await fixture.advance(by: .seconds(86_399))
        let nextDay = try await fixture.spending()
        #expect((nextDay.today, nextDay.thisMonth) == (0, 2))
    }

    @Test(arguments: LedgerKind.allCases)
    func whatAKilledDaemonHadInFlightEndsAtTheNextStartAndOnlyThere(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept(Self.hashes.map { [$0] })
        _ = try await fixture.reserve([Self.hashes[0]], for: fixture.rowID(of: job))
        try await fixture.advance(by: .seconds(10))
        let second = try await fixture.restarted()
        #expect(try await second.spending().lastMinute == [.zero])
        // Another start, later, does not count it once more.
        try await fixture.advance(by: .seconds(61))
        let third = try await second.restarted()
        let spending = try await third.spending()
        #expect(spending.lastMinute == [])
        #expect(spending.today == 1)
        // It is asked anew.
        try await third.ask(Self.hashes[0], for: job, .answered(.unknown))
        #expect(try await third.spending().today == 2)
        #expect(try third.open(of: job).count == 4)
    }
}
