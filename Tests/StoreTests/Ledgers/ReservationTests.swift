import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// Which requests may be sent, by either kind of ledger.
@Suite(.limited(.daemon))
struct ReservationTests {
    @Test(arguments: LedgerKind.allCases)
    func eachHashOfABatchIsReservedForItself(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept((1...3).map { [Samples.hash($0)] })
        try await fixture.ask(Samples.hash(2), for: job, .answered(.unknown))
        // The last one is on no list.
        let reserved = try await fixture.reserve(
            (1...4).map { Samples.hash($0) }, for: fixture.rowID(of: job))
        #expect(reserved.requests.map { $0 != nil } == [true, false, true, false])
        #expect(reserved.requests[0] != reserved.requests[2])
        #expect(reserved.wait == nil)
        #expect(try await fixture.spending().today == 3)
        #expect(try fixture.database.jobs.job(job.id)?.requestCost.requestsSent == 3)
    }

    @Test(arguments: LedgerKind.allCases)
    func whatHasBeenAnsweredIsNotReservedAgain(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)], [Samples.hash(2)]])
        try await fixture.ask(Samples.hash(1), for: job, .answered(.unknown))
        let rowID = try fixture.rowID(of: job)
        #expect(try await fixture.reserve([Samples.hash(1)], for: rowID).requests == [nil])
        #expect(try await fixture.spending().today == 1)
    }

    @Test(arguments: LedgerKind.allCases)
    func nothingIsSentForAJobThatIsCancelledOrGone(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)]])
        let rowID = try fixture.rowID(of: job)
        _ = try fixture.database.jobs.cancel(job.id, reason: "by hand", at: fixture.clock.now.wall)
        for rowID in [rowID, 999] {
            #expect(try await fixture.reserve([Samples.hash(1)], for: rowID).requests == [nil])
        }
        #expect(try await fixture.spending().today == 0)
        // And it holds up no other that wants the same.
        let bob = try fixture.accept([[Samples.hash(1)]], user: "bob")
        let recorded = try await fixture.ask(Samples.hash(1), for: bob, .answered(.unknown))
        #expect(recorded.finished == [bob.id])
        #expect(try await fixture.spending().today == 1)
    }

    @Test(arguments: LedgerKind.allCases)
    func aRequestThatHasNotLeftIsGivenBack(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        var options = JobOptions()
        options.budget = 2
        let job = try fixture.accept([[Samples.hash(1)], [Samples.hash(2)]], options: options)
        func requestsLeft() throws -> Int? {
            try fixture.database.lookups.runningJob(job.id)?.requestsLeft
        }
        let later = fixture.clock.now.wall + 30
        try await fixture.ask(
            Samples.hash(1), for: job,
            .failedForNow(reason: "no network", notBefore: later, countsAttempt: false), wasSent: false)
        #expect(try await fixture.spending().today == 0)
        #expect(try await fixture.spending().lastMinute.isEmpty)
        #expect(try requestsLeft() == 2)
        #expect(try fixture.database.lookups.failures(of: Samples.hash(1))?.attempts == 0)
        #expect(try fixture.open(of: job) == [Samples.hash(2)])
        try await fixture.advance(by: .seconds(30))
        #expect(try fixture.open(of: job).count == 2)
        try await fixture.ask(Samples.hash(1), for: job, .answered(.unknown))
        #expect(try await fixture.spending().today == 1)
        #expect(try requestsLeft() == 1)
    }

    @Test(arguments: LedgerKind.allCases)
    func aListThatHasSpentItsBudgetEnds(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        var options = JobOptions()
        options.budget = 1
        let job = try fixture.accept((0..<3).map { [Samples.hash($0)] }, options: options)
        let other = try fixture.accept((10..<12).map { [Samples.hash($0)] })
        try await fixture.ask(Samples.hash(0), for: job, .answered(.unknown))
        let rowIDs = try [job, other].map { try fixture.rowID(of: $0) }
        try await fixture.advance(by: .seconds(60))
        let now = fixture.clock.now.wall
        let recorded = try fixture.database.lookups.endSpent(rowIDs, at: now)
        #expect(recorded.finished == [job.id] && recorded.touched == [job.id: 2])
        let ended = try #require(try fixture.database.jobs.job(job.id))
        #expect(ended.state == .cancelled && ended.finishedAt == now)
        #expect(ended.reason?.contains("budget of 1 request is used up: 2 hashes were not asked") == true)
        #expect(
            try fixture.database.reportRows.counts(of: job.id, policy: .init())
                == [.unknown: 1, .notAsked: 2])
        #expect(try fixture.database.jobs.job(other.id)?.state == .running)
        #expect(try fixture.database.lookups.endSpent(rowIDs, at: now + 30).finished == [])
        #expect(try await fixture.reserve([Samples.hash(1)], for: rowIDs[0]).requests == [nil])
        #expect(try await fixture.spending().today == 1)
    }
}
