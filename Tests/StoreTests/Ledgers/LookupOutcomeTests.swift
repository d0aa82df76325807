import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// What the end of a request does to lists, by either kind of ledger.
@Suite(.limited(.daemon))
struct LookupOutcomeTests {
    @Test(arguments: LedgerKind.allCases)
    func anAnswerForOneNameAnswersTheOthersInEveryJob(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let byMD5 = try fixture.accept([[Samples.hash(1, .md5)], [Samples.hash(2, .md5)]])
        let bySHA1 = try fixture.accept([[Samples.hash(1, .sha1)]], user: "bob")
        let recorded = try await fixture.ask(
            Samples.hash(1, .md5), for: byMD5, .answered(.known(Samples.file(1, detections: 4))))
        #expect(recorded.finished == [bySHA1.id])
        #expect(recorded.touched == [byMD5.id: 1, bySHA1.id: 0])
        let bob = try #require(try fixture.database.jobs.job(bySHA1.id))
        #expect(bob.state == .done)
        #expect(bob.requestCost.requestsSent == 0)
        #expect(bob.requestCost.savedByAlias == 1)
        #expect(try fixture.rows(of: bob)[0].answer?.fileObject == Samples.file(1, detections: 4))
        #expect(try fixture.database.jobs.job(byMD5.id)?.requestCost.requestsSent == 1)
    }

    @Test(arguments: LedgerKind.allCases)
    func theCacheAnswersANewJobUntilTheAnswerIsTooOld(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)]])
        try await fixture.ask(Samples.hash(1), for: job, .answered(.known(Samples.file(1))))
        try await fixture.advance(by: .seconds(86_399))
        let fresh = try fixture.accept([[Samples.hash(1, .md5)]])
        #expect(fresh.state == .done)
        #expect(fresh.requestCost.savedByCache == 1)
        try await fixture.advance(by: .seconds(2))
        let late = try fixture.accept([[Samples.hash(1, .md5)]])
        #expect(late.state == .running)
        let row = try fixture.rows(of: late)[0]
        #expect(row.isStale)
        #expect(row.answer?.fileObject?.md5 == Samples.hash(1, .md5))
        // By every name it may be asked again.
        let recorded = try await fixture.ask(Samples.hash(1, .md5), for: late, .answered(.unknown))
        #expect(recorded.finished == [late.id])
    }

    @Test(arguments: LedgerKind.allCases)
    func severalNamesOnOneLineCostOneRequest(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([FileHash.Kind.allCases.map { Samples.hash(1, $0) }])
        #expect(try fixture.database.lookups.runningJobs()[0].openHashes == 1)
        let asked = try #require(try fixture.open(of: job).first)
        let recorded = try await fixture.ask(asked, for: job, .answered(.known(Samples.file(1))))
        #expect(recorded.finished == [job.id])
        #expect(try fixture.database.jobs.job(job.id)?.requestCost.savedByAlias == 2)
        #expect(try await fixture.spending().today == 1)
    }

    @Test(arguments: LedgerKind.allCases)
    func aNameThatTheAnswerContradictsIsAskedByItself(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(2, .md5), Samples.hash(1, .sha256)]])
        let recorded = try await fixture.ask(Samples.hash(1), for: job, .answered(.known(Samples.file(1))))
        #expect(recorded.touched == [job.id: 1])
        #expect(try fixture.open(of: job) == [Samples.hash(2, .md5)])
    }

    @Test(arguments: LedgerKind.allCases)
    func anUnknownHashSaysNothingOfAnotherOnItsLine(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1, .sha256), Samples.hash(2, .md5)]])
        let recorded = try await fixture.ask(Samples.hash(1), for: job, .answered(.unknown))
        #expect(recorded.touched == [job.id: 1])
        #expect(try fixture.rows(of: job).map(\.askedAs) == [nil, nil])
        #expect(try fixture.database.lookups.runningJobs()[0].openHashes == 1)
    }

    @Test(arguments: LedgerKind.allCases)
    func anUnknownFileIsUnknownByAllNamesThatItsStructureGivesItAndSaysWhichWasAsked(
        ledger: LedgerKind
    ) async throws {
        let fixture = try await LedgerFixture(ledger)
        // The SHA-1 leads in the second object and follows in the first.
        let entries = [[FileHash.Kind.sha256, .sha1], [.sha1, .md5]].enumerated().map { line, kinds in
            HashListEntry(line: line + 1, hashes: kinds.map { Samples.hash(1, $0) }, namesOneFile: true)
        }
        let job = try fixture.accept(entries: entries)
        let recorded = try await fixture.ask(Samples.hash(1), for: job, .answered(.unknown))
        #expect(recorded.finished == [job.id])
        let rows = try fixture.rows(of: job)
        #expect(rows.allSatisfy { $0.answer?.answer == .unknown })
        #expect(rows.map(\.askedAs) == [nil, Samples.hash(1), Samples.hash(1)])
        // What was not asked is not in the cache, nor in another daemon's.
        let other = try fixture.accept([[Samples.hash(1, .md5)]], user: "bob")
        #expect(other.state == .running)
        try await fixture.ask(Samples.hash(1, .md5), for: other, .answered(.unknown))
        #expect(try await fixture.spending().today == 2)
    }

    @Test(arguments: LedgerKind.allCases)
    func anAnswerComesTooLateForANameThatIsInFlight(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let names = [Samples.hash(1, .md5), Samples.hash(1)]
        let job = try fixture.accept(names.map { [$0] })
        let rowID = try fixture.rowID(of: job)
        let requests = try await fixture.reserve(names, for: rowID).requests.compactMap { $0 }
        try #require(requests.count == 2)
        let outcomes = zip(requests, names).map {
            fixture.outcome(of: $0, $1, for: rowID, .answered(.known(Samples.file(1))))
        }
        let first = try await fixture.record([outcomes[0]], inFlight: [names[1]])
        #expect(first.finished == [job.id])
        let second = try await fixture.record([outcomes[1]])
        #expect(second.touched.isEmpty)
        let cost = try #require(try fixture.database.jobs.job(job.id)).requestCost
        #expect(cost.requestsSent == 2 && cost.savedByAlias == 0)
        #expect(try await fixture.spending().today == 2)
    }

    // MARK: Failures

    @Test(arguments: LedgerKind.allCases)
    func aFailureForGoodEndsTheRowWithItsReason(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)], [Samples.hash(2)]])
        let recorded = try await fixture.ask(
            Samples.hash(1), for: job, .failedForGood(reason: "bad request"))
        #expect(recorded.touched == [job.id: 1])
        #expect(try fixture.rows(of: job)[0].state == .failed(reason: "bad request", stale: nil))
    }

    @Test(arguments: LedgerKind.allCases)
    func aPostponedHashIsNotOfferedBeforeItsTime(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)]])
        let later = fixture.clock.now.wall + 30
        let recorded = try await fixture.ask(
            Samples.hash(1), for: job,
            .failedForNow(reason: "503", notBefore: later, countsAttempt: true))
        #expect(recorded.nextRetry == later)
        #expect(try recorded.postponed == [fixture.rowID(of: job)])
        try await fixture.advance(by: .seconds(29))
        #expect(try fixture.open(of: job).isEmpty)
        #expect(try fixture.database.lookups.nextRetry(after: fixture.clock.now.wall) == later)
        try await fixture.advance(by: .seconds(1))
        #expect(try fixture.open(of: job) == [Samples.hash(1)])
        #expect(try fixture.database.lookups.failures(of: Samples.hash(1))?.attempts == 1)
        let again = try await fixture.ask(Samples.hash(1), for: job, .answered(.unknown))
        #expect(again.finished == [job.id])
        #expect(try fixture.database.lookups.failures(of: Samples.hash(1)) == nil)
    }

    @Test(arguments: LedgerKind.allCases)
    func aHashThatNobodyWaitsForAnyMoreBeginsAnew(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)]])
        let now = fixture.clock.now.wall
        try await fixture.ask(
            Samples.hash(1), for: job,
            .failedForNow(reason: "503", notBefore: now + 3600, countsAttempt: true))
        #expect(try fixture.database.lookups.failures(of: Samples.hash(1))?.attempts == 1)
        _ = try fixture.database.jobs.cancel(job.id, reason: "cancelled", at: now)
        #expect(try fixture.database.lookups.failures(of: Samples.hash(1)) == nil)
        #expect(try fixture.database.lookups.nextRetry(after: now) == nil)
    }

    @Test(arguments: LedgerKind.allCases)
    func aPauseFromBeforeTheClockSteppedBackIsOver(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)]])
        try await fixture.ask(
            Samples.hash(1), for: job,
            .failedForNow(
                reason: "503", notBefore: fixture.clock.now.wall + 60, countsAttempt: true))
        try await fixture.advance(by: .seconds(1))
        #expect(try fixture.open(of: job).isEmpty)
        fixture.clock.stepWall(by: .seconds(-86_401))
        #expect(try fixture.open(of: job) == [Samples.hash(1)])
        #expect(try fixture.database.lookups.nextRetry(after: fixture.clock.now.wall) == nil)
        let recorded = try await fixture.ask(Samples.hash(1), for: job, .answered(.unknown))
        #expect(recorded.finished == [job.id])
    }

    /// The file's other name was asked meanwhile, for another list.
    @Test(arguments: LedgerKind.allCases)
    func aFailedHashWhoseAnswerHasComeSinceCostsNoRequest(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let file = Samples.file(1)
        let job = try fixture.accept([[file.hashes[0]], [Samples.hash(2)]])
        try await fixture.ask(file.hashes[0], for: job, .failedForGood(reason: "400"))
        try await fixture.ask(Samples.hash(2), for: job, .failedForGood(reason: "400"))
        let other = try fixture.accept([[file.hashes[1]]])
        try await fixture.ask(file.hashes[1], for: other, .answered(.known(file)))
        var retry = try fixture.database.jobs.retry(job.id, ages: CacheAges(), at: fixture.clock.now.wall)
        #expect(try retry.advance() == JobRetry.Slice(opened: 1, answered: 1))
        #expect(try fixture.database.lookups.runningJobs().map(\.openHashes) == [1])
        let recorded = try await fixture.ask(Samples.hash(2), for: job, .answered(.unknown))
        #expect(recorded.finished == [job.id])
        #expect(try await fixture.spending().today == 4)
    }

    // MARK: Cancelled lists

    @Test(arguments: LedgerKind.allCases)
    func aCancelledListsOpenRowsWereNotAskedAndStaySo(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let (database, now) = (fixture.database, fixture.clock.now.wall)
        let job = try fixture.accept([
            [Samples.hash(0)], [Samples.hash(1)], [Samples.hash(2), Samples.hash(2, .md5)],
        ])
        try await fixture.ask(Samples.hash(0), for: job, .answered(.known(Samples.file(0))))
        // As of its last report, until the next: the numbers of one moment.
        try database.jobs.saveReported(job.id, verdicts: [.clean: 1, .waiting: 3], isFinal: false)
        let rowID = try fixture.rowID(of: job)
        let cancelled = try #require(try database.jobs.cancel(job.id, reason: "by hand", at: now))
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.counts.byVerdict == [.clean: 1, .notAsked: 3])
        #expect(
            try database.reportRows.counts(of: job.id, policy: VerdictPolicy())
                == [.clean: 1, .notAsked: 3])
        // Nothing more is asked for it, and another list's answer does not change its report.
        #expect(try await fixture.reserve([Samples.hash(1)], for: rowID).requests == [nil])
        let bob = try fixture.accept([[Samples.hash(1)]], user: "bob")
        let recorded = try await fixture.ask(Samples.hash(1), for: bob, .answered(.unknown))
        #expect(recorded.touched.keys.sorted() == [bob.id])
        #expect(
            try fixture.rows(of: job).map { $0.verdict(VerdictPolicy()) } == [
                .clean, .notAsked, .notAsked, .notAsked,
            ])
        #expect(try database.jobs.job(job.id)?.counts[.notAsked] == 3)
    }

    /// Its request had left.
    @Test(arguments: LedgerKind.allCases)
    func whatACancelledListHasAskedIsRememberedForOthers(ledger: LedgerKind) async throws {
        let fixture = try await LedgerFixture(ledger)
        let job = try fixture.accept([[Samples.hash(1)]])
        let rowID = try fixture.rowID(of: job)
        let request = try #require(try await fixture.reserve([Samples.hash(1)], for: rowID).requests[0])
        _ = try fixture.database.jobs.cancel(job.id, reason: "by hand", at: fixture.clock.now.wall)
        let recorded = try await fixture.record([
            fixture.outcome(of: request, Samples.hash(1), for: rowID, .answered(.known(Samples.file(1))))
        ])
        #expect(recorded.touched.isEmpty)
        #expect(try fixture.rows(of: job).map { $0.verdict(VerdictPolicy()) } == [.notAsked])
        #expect(try fixture.accept([[Samples.hash(1, .sha1)]], user: "bob").state == .done)
        #expect(try await fixture.spending().today == 1)
    }
}
