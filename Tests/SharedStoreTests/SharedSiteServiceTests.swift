import Foundation
import Logging
import Lookup
import Model
import SharedStore
import Store
import Support
import Synchronization
import TestSupport
import Testing

@testable import Pipeline

/// What a site tells the others and learns from them, turn by turn.
@Suite(.limited(.processor))
struct SharedSiteServiceTests {
    private let shared = SitesInMemory()
    private let folder = TemporaryFolder()
    private let clock = ManualClock(start: Samples.now)
    private let database: HashdropDatabase
    private let dispatcher: LookupDispatcher
    private let service: SharedSiteService
    private let told = Exchangeable<SharedStanding?>(nil)

    init() throws { try self.init(spent: 0) }

    /// - Parameter spent: how many requests the site has sent just before.
    private init(spent: Int) throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
        for number in 0..<spent {
            let request = try database.ledger.begin(Samples.hash(9_000 + number), at: clock.now.wall)
            try database.ledger.end(request, outcome: "404", at: clock.now)
        }
        let runtime = ServiceRuntime(clock: clock)
        let site = SitesInMemory.Site(number: 1, shared: shared)
        let ledger = SharedLookupLedger(
            database: site, lookups: database.lookups, ages: CacheAges(), clock: clock)
        dispatcher = try LookupDispatcher(
            database: database, ledger: ledger, options: LookupOptions(),
            source: LookupSource(ask: { _ in .success(.unknown) }), runtime: runtime, onProgress: { _ in })
        service = SharedSiteService(
            site: site, ledger: ledger, database: database, lookups: dispatcher,
            keepAnswers: .seconds(365 * 86_400), runtime: runtime, logger: Logger(label: "test"),
            onStanding: { [told] standing, _ in told.value = standing })
    }

    private func drop(_ hashes: [FileHash]) throws -> Job {
        try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            for (index, hash) in hashes.enumerated() {
                list.add(HashListEntry(line: index + 1, hashes: [hash]))
            }
        }
    }

    private func answer(_ hashes: [FileHash]) {
        shared.state.withLock { state in
            for hash in hashes {
                state.answers[hash] = LookupAnswer(answer: .unknown, askedAt: Samples.now)
            }
        }
    }

    @Test func aListIsServedFromWhatOthersKnowHoweverLongItIs() async throws {
        let hashes = (0..<2_500).map { Samples.hash($0) }
        answer(hashes)
        let job = try drop(hashes)
        var turns = 0
        while await service.turn() == .zero { turns += 1 }
        #expect(turns == 3)
        #expect(try database.jobs.job(job.id)?.state == .done)
        #expect(try database.ledger.requestsCounted() == 0)
        // Once is enough: what others are asked later comes by the ledger.
        let asked = shared.snapshot.questions.count
        clock.advance(by: .seconds(5))
        #expect(await service.turn() == .seconds(5))
        #expect(shared.snapshot.questions.count == asked)
    }

    @Test func listsThatComeLaterAreSeenWithTheNextSignOfLife() async throws {
        #expect(await service.turn() == .seconds(5))
        #expect(shared.snapshot.demand == [1: [:]])
        answer([Samples.hash(1)])
        let job = try drop([Samples.hash(1)])
        clock.advance(by: .seconds(2))
        #expect(await service.turn() == .seconds(3))
        #expect(try database.jobs.job(job.id)?.state == .running)
        clock.advance(by: .seconds(3))
        _ = await service.turn()
        #expect(try database.jobs.job(job.id)?.state == .done)
    }

    @Test func oldAnswersAreForgottenSomeWithEachTurnAndThenByTheHour() async throws {
        for _ in 0..<4 {
            _ = await service.turn()
            clock.advance(by: .seconds(5))
        }
        #expect(shared.snapshot.forgotten == [.seconds(365 * 86_400), .seconds(365 * 86_400)])
        clock.advance(by: .seconds(3_600))
        _ = await service.turn()
        #expect(shared.snapshot.forgotten.count == 3)
    }

    @Test func howTheSiteStandsIsToldWithEachTurn() async throws {
        let sites = [
            SiteStatus(
                name: "quay", silence: .seconds(3), today: 5, thisMonth: 9, requestsInFlight: 1, openHashes: 2
            )
        ]
        shared.state.withLock { $0.sites = sites }
        _ = await service.turn()
        let first = try #require(told.value)
        #expect(first.site == "site-1" && first.trouble == nil)
        let view = try #require(first.view)
        #expect(view.sites == sites && view.at.wall == Samples.now)
        shared.state.withLock { $0.failure = SitesInMemory.away }
        for _ in 0..<2 {
            clock.advance(by: .seconds(5))
            _ = await service.turn()
        }
        let away = try #require(told.value)
        #expect(away.trouble?.since == Samples.now + 5)
        #expect(away.view == view, "what was heard last stays")
        shared.state.withLock { $0.failure = nil }
        _ = await service.turn()
        #expect(try #require(told.value).trouble == nil)
    }

    @Test func afterAFailureAllOfItIsDoneAgain() async throws {
        let hashes = [Samples.hash(1)]
        answer(hashes)
        let job = try drop(hashes)
        shared.state.withLock { $0.failure = SitesInMemory.away }
        #expect(await service.turn() == .seconds(5))
        shared.state.withLock { $0.failure = nil }
        _ = await service.turn()
        #expect(shared.snapshot.demand.keys.contains(1))
        #expect(try database.jobs.job(job.id)?.state == .done)
    }

    /// Lookups that wait for this machine's own quota ask nothing of the shared database, and do not see it.
    @Test func itIsBackAlsoWhereLookupsWaitForSomethingElse() async throws {
        let site = try SharedSiteServiceTests(spent: 4)
        _ = try site.drop([Samples.hash(50)])
        let lookups = Task { await site.dispatcher.run() }
        try await eventually("lookups wait for the minute") {
            await site.dispatcher.health().waitReason != nil
        }
        _ = await site.service.turn()
        #expect(site.shared.snapshot.demand[1]?.isEmpty == false)
        site.shared.state.withLock { $0.failure = SitesInMemory.away }
        site.clock.advance(by: .seconds(5))
        _ = await site.service.turn()
        #expect(site.told.value?.trouble != nil)
        site.shared.state.withLock { $0.failure = nil }
        _ = await site.service.turn()
        #expect(site.told.value?.trouble == nil && site.shared.snapshot.wishes.isEmpty)
        lookups.cancel()
        await lookups.value
    }
}
