import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import Synchronization
import TestSupport
import Testing

/// The shared ledger before a daemon's own store: what is asked where, and what a failure leaves.
@Suite(.limited(.processor))
struct SharedLookupLedgerTests {
    private typealias Site = LedgerSite

    private let shared = SitesInMemory()

    @Test func whatOneSiteAskedServesAnotherWithoutARequest() async throws {
        let (one, two) = (try Site(1, of: shared), try Site(2, of: shared))
        let hash = Samples.hash(1)
        let job = try one.drop([hash])
        let request = try LedgerSite.request(try await one.reserve([hash], of: job))
        #expect(try one.database.ledger.requestsCounted() == 1)
        let recorded = try await one.record(request, hash, of: job, .answered(.known(Samples.file(1))))
        #expect(recorded.finished.count == 1)

        let wanted = Samples.hash(1, .md5)
        let reserved = try await two.reserve([wanted], of: try two.drop([wanted]))
        #expect(reserved.results == [.answered])
        #expect(reserved.recorded.finished.count == 1)
        #expect(try two.database.ledger.requestsCounted() == 0)
        #expect(shared.snapshot.spent == 1)
    }

    @Test func aHashThatAnotherSiteAsksIsServedWhenItsAnswerIsCollected() async throws {
        let (one, two) = (try Site(1, of: shared), try Site(2, of: shared))
        let hash = Samples.hash(1)
        let job = try one.drop([hash])
        let request = try LedgerSite.request(try await one.reserve([hash], of: job))
        let reserved = try await two.reserve([hash], of: try two.drop([hash]))
        #expect(reserved.results == [.held(.seconds(600))])
        #expect(reserved.wait == nil)
        let collected = Exchangeable<[RecordedOutcomes]>([])
        try await two.ledger.collect { collected.value += [$0] }
        #expect(collected.value.map(\.finished) == [[]])
        _ = try await one.record(request, hash, of: job)
        try await two.ledger.collect { collected.value += [$0] }
        #expect(collected.value.last?.finished.count == 1)
        let asked = shared.snapshot.questions.count
        try await two.ledger.collect { collected.value += [$0] }
        #expect(shared.snapshot.questions.count == asked, "nothing is awaited any more")
    }

    @Test(arguments: [
        (
            SharedGrant.Cause.usedUp(.minute), LedgerWait.Kind.usedUp(.minute),
            "the minute's requests of all sites"
        ),
        (.usedUp(.day), .usedUp(.day), "the day's requests of all sites"),
        (.usedUp(.month), .usedUp(.month), "the month's requests of all sites"),
        (.turn, .turn, "other sites have their turns"),
        (.pause("429"), .paused, "VirusTotal has refused a request with the key of all sites (429)"),
        (.pause("401"), .paused, "VirusTotal has refused the key (401)"),
    ])
    func aWaitSendsNothingAndSaysWhy(
        cause: SharedGrant.Cause, kind: LedgerWait.Kind, words: String
    ) async throws {
        let site = try Site(1, of: shared)
        shared.state.withLock { $0.wait = (.seconds(20), cause) }
        let reserved = try await site.reserve(
            [Samples.hash(1), Samples.hash(2)], of: try site.drop([Samples.hash(1), Samples.hash(2)]))
        #expect(reserved.results == [.waits, .waits])
        let wait = try #require(reserved.wait)
        #expect(wait.rest == .seconds(20))
        #expect(wait.kind == kind && wait.reason.hasPrefix(words))
        #expect(wait.isRoutine == (cause == .turn || cause == .usedUp(.minute)))
        #expect(try site.database.ledger.requestsCounted() == 0)
    }

    @Test func whileItIsAwayNothingIsSentAndAnswersAreToldLater() async throws {
        let site = try Site(1, of: shared)
        let hashes = [Samples.hash(1), Samples.hash(2)]
        let job = try site.drop(hashes)
        let request = try LedgerSite.request(try await site.reserve([hashes[0]], of: job))
        shared.state.withLock { $0.failure = SitesInMemory.away }
        let reserved = try await site.reserve([hashes[1]], of: job)
        #expect(reserved.results == [.waits])
        #expect(reserved.wait?.kind == .unreachable)
        #expect(try site.database.ledger.requestsCounted() == 1)
        // The list gets its answer all the same.
        let recorded = try await site.record(request, hashes[0], of: job)
        #expect(recorded.touched.values.sorted() == [1])
        #expect(shared.snapshot.endings.isEmpty)
        shared.state.withLock { $0.failure = nil }
        let second = try LedgerSite.request(try await site.reserve([hashes[1]], of: job))
        #expect(shared.snapshot.endings.map(\.ticket) == [1])
        #expect(site.changes.value == [true, false])
        _ = try await site.record(second, hashes[1], of: job)
        #expect(shared.snapshot.endings.map(\.ticket) == [1, 2], "each once")
        #expect(shared.snapshot.flights.isEmpty)
    }

    /// One batch may hold two names of a file, of which another site has asked one.
    @Test func aGrantForAnotherNameOfWhatIsAnsweredIsNotWanted() async throws {
        let site = try Site(1, of: shared)
        let names = [Samples.hash(1), Samples.hash(1, .md5)]
        let job = try site.drop(names)
        shared.state.withLock {
            $0.answers[names[0]] = LookupAnswer(answer: .known(Samples.file(1)), askedAt: Samples.now)
        }
        let reserved = try await site.reserve(names, of: job)
        #expect(reserved.results == [.answered, .notWanted])
        #expect(reserved.recorded.finished.count == 1)
        try await site.ledger.deliver()
        #expect(shared.snapshot.spent == 0)
        #expect(try site.database.ledger.requestsCounted() == 0)
    }

    /// It was not sent: what was granted is given back with the next word.
    @Test func aReservationWhoseReplyIsLostIsMadeAgain() async throws {
        let site = try Site(1, of: shared)
        let job = try site.drop([Samples.hash(1)])
        shared.state.withLock { $0.losesNextReply = true }
        #expect(try await site.reserve([Samples.hash(1)], of: job).results == [.waits])
        _ = try LedgerSite.request(try await site.reserve([Samples.hash(1)], of: job))
        #expect(shared.snapshot.spent == 1)
        #expect(try site.database.ledger.requestsCounted() == 1)
    }

    @Test func whatIsGrantedAndNotWantedIsGivenBack() async throws {
        let site = try Site(1, of: shared)
        let hash = Samples.hash(1)
        let job = try site.drop([hash])
        _ = try site.database.lookups.take(
            [hash: LookupAnswer(answer: .unknown, askedAt: Samples.now)], at: Samples.now)
        #expect(try await site.reserve([hash], of: job).results == [.notWanted])
        try await site.ledger.deliver()
        #expect(shared.snapshot.endings.map(\.wasSent) == [false])
        #expect(shared.snapshot.spent == 0)
        // A job that is gone is not even asked for.
        #expect(try await site.reserve([hash], of: 999).results == [.notWanted])
        #expect(shared.snapshot.wishes.count == 1)
    }

    @Test func anotherFilesAnswerIsNotTaken() async throws {
        let site = try Site(1, of: shared)
        let hash = Samples.hash(1)
        shared.state.withLock {
            $0.answers[hash] = LookupAnswer(answer: .known(Samples.file(2)), askedAt: Samples.now)
        }
        let reserved = try await site.reserve([hash], of: try site.drop([hash]))
        #expect(reserved.results == [.held(.seconds(600))])
        #expect(reserved.recorded == RecordedOutcomes())
    }

    @Test func aListIsServedFromWhatIsKnownAThousandHashesAtATime() async throws {
        let site = try Site(1, of: shared)
        let hashes = (0..<2_500).map { Samples.hash($0) }
        let job = try site.drop(hashes)
        shared.state.withLock { state in
            for hash in hashes.prefix(2_000) {
                state.answers[hash] = LookupAnswer(answer: .unknown, askedAt: Samples.now)
            }
        }
        let open = Exchangeable<[Int]>([])
        var last: FileHash?
        repeat {
            last = try await site.ledger.copyAnswers(for: job, after: last) {
                open.value += $0.touched.values
            }
        } while last != nil
        #expect(open.value.last == 500)
        #expect(shared.snapshot.questions == [1_000, 1_000, 500])
        #expect(try site.database.ledger.requestsCounted() == 0)
    }

    @Test func anAnswerMayBeAsOldAsTheListSaysElseAsItsKind() async throws {
        let ages = CacheAges(
            known: .seconds(900), unknown: .seconds(800),
            byKind: [.new: .seconds(60), .settledClean: .seconds(9_000), .unknown: .seconds(70)])
        let site = try Site(1, of: shared, ages: ages)
        let (own, other) = (Samples.hash(1), Samples.hash(2))
        _ = try await site.reserve([own], of: try site.drop([own], fresh: 5))
        _ = try await site.reserve([other], of: try site.drop([other]))
        let wishes = shared.snapshot.wishes
        #expect(wishes.map(\.ages) == [.upTo(.seconds(5)), ages])
        #expect(wishes.map(\.user) == [Samples.user(), Samples.user()])
    }
}
