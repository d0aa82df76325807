import Model
import PostgreSQL
import SharedStore
import Store
import Support
import Synchronization
import TestSupport
import Testing

/// What a site sends while the shared database is away: what it has taken ahead, and no more.
@Suite(.limited(.processor))
struct SharedSliceTests {
    private let shared = SitesInMemory()
    private let site: LedgerSite
    private let hashes = (0..<9).map { Samples.hash($0) }
    private let job: Int64

    init() throws {
        site = try LedgerSite(1, of: shared, sliceShare: 0.1)
        job = try site.drop(hashes)
    }

    private static let minute: Duration = .milliseconds(60_020)

    private func offer(_ requests: Int, perMinute: Int) {
        let end = site.now.monotonic + .seconds(3_600)
        shared.state.withLock { $0.slice = (requests, perMinute, end) }
    }

    private func fail(with error: PostgreSQLError?) { shared.state.withLock { $0.failure = error } }

    /// Reserves these of the hashes, and gives how many may be sent.
    private func reserve(_ range: Range<Int>) async throws -> ReservedLookups {
        try await site.reserve(Array(hashes[range]), of: job)
    }

    private func record(_ reserved: ReservedLookups, from first: Int) async throws {
        for (offset, request) in reserved.granted.enumerated() {
            try await site.record(request, hashes[first + offset], of: job)
        }
    }

    @Test func aSliceIsSpentByItsMinuteAndToldBeforeAnythingIsReserved() async throws {
        offer(3, perMinute: 2)
        try await site.ledger.keepSlice()
        try await site.ledger.keepSlice()
        #expect(shared.snapshot.slicesTaken == 1)
        fail(with: SitesInMemory.away)

        let first = try await reserve(0..<4)
        #expect(first.granted.count == 2)
        #expect(Array(first.results.suffix(2)) == [.waits, .waits])
        #expect(first.wait?.kind == .unreachable && first.wait?.rest == .seconds(5))
        #expect(first.wait?.isRoutine == false)
        try await record(first, from: 0)
        site.clock.advance(by: Self.minute - .milliseconds(1))
        #expect(try await reserve(2..<4).granted.isEmpty)
        site.clock.advance(by: .milliseconds(1))
        let second = try await reserve(2..<4)
        #expect(second.granted.count == 1)
        #expect(second.wait?.reason.contains("no requests are left") == true)
        #expect(try site.database.ledger.requestsCounted() == 3)
        #expect(shared.snapshot.endings.isEmpty)

        // It is back, and one of the requests is still under way.
        fail(with: nil)
        site.clock.advance(by: .seconds(5))
        let settling = try await reserve(3..<4)
        #expect(settling.results == [.waits] && settling.wait?.kind == .turn)
        #expect(shared.snapshot.endings.count == 2 && shared.snapshot.wishes.isEmpty)
        try await record(second, from: 2)
        #expect(Set(shared.snapshot.endings.map(\.ticket)).count == 3)
        #expect(shared.snapshot.endings.allSatisfy { $0.ticket < 0 })
        #expect(try await reserve(3..<4).granted.count == 1)
        #expect(shared.snapshot.wishes.count == 1)
        #expect(site.changes.value == [true, false])
    }

    @Test func whatWasSentBeforeCountsInTheSlicesMinute() async throws {
        offer(9, perMinute: 3)
        try await site.ledger.keepSlice()
        let before = try await reserve(0..<2)
        #expect(before.granted.count == 2)
        fail(with: SitesInMemory.away)
        let first = try await reserve(2..<9)
        #expect(first.granted.count == 1)
        try await record(before, from: 0)
        try await record(first, from: 2)
        #expect(try await reserve(3..<9).granted.isEmpty)
        site.clock.advance(by: Self.minute)
        #expect(try await reserve(3..<9).granted.count == 3)
    }

    @Test func aDatabaseThatStaysAwayIsAskedEveryFewSeconds() async throws {
        offer(9, perMinute: 0)
        try await site.ledger.keepSlice()
        fail(with: SitesInMemory.away)
        let first = try await reserve(0..<1)
        try await record(first, from: 0)
        // Not asked yet.
        fail(with: nil)
        #expect(try await reserve(1..<2).granted.count == 1)
        #expect(shared.snapshot.endings.isEmpty)
        fail(with: SitesInMemory.away)
        site.clock.advance(by: .seconds(5))
        #expect(try await reserve(2..<3).granted.count == 1)
        fail(with: nil)
        site.clock.advance(by: .seconds(5))
        #expect(try await reserve(3..<4).results == [.waits])
        #expect(shared.snapshot.endings.count == 1)
    }

    @Test func aSliceIsOverAtItsEnd() async throws {
        offer(9, perMinute: 0)
        try await site.ledger.keepSlice()
        fail(with: SitesInMemory.away)
        site.clock.advance(by: .milliseconds(3_599_999))
        #expect(try await reserve(0..<1).granted.count == 1)
        site.clock.advance(by: .milliseconds(1))
        #expect(try await reserve(1..<2).granted.isEmpty)
    }

    /// Another run, key or limit: the slice is of a ledger that does not count it so any more.
    @Test func aVoidSliceIsNotSpentAndReplaced() async throws {
        offer(9, perMinute: 0)
        try await site.ledger.keepSlice()
        fail(with: SitesInMemory.away)
        shared.state.withLock { $0.sliceEpoch += 1 }
        #expect(try await reserve(0..<1).granted.isEmpty)
        fail(with: nil)
        try await site.ledger.keepSlice()
        #expect(shared.snapshot.slicesTaken == 2)
    }

    @Test func aDatabaseThatRefusesIsObeyed() async throws {
        offer(9, perMinute: 0)
        try await site.ledger.keepSlice()
        fail(with: .server(PostgreSQLServerError(sqlState: "42501", message: "permission denied")))
        let reserved = try await reserve(0..<2)
        #expect(reserved.results == [.waits, .waits] && reserved.wait?.isRoutine == false)
        #expect(try site.database.ledger.requestsCounted() == 0)
    }

    @Test func aSliceWhoseReplyIsLostMayBeSpentAndIsNotTakenAgainAtOnce() async throws {
        offer(9, perMinute: 0)
        for (failure, taken) in [(SitesInMemory.lost, 0), (SitesInMemory.away, 1)] {
            fail(with: failure)
            await #expect(throws: SharedError.self) { try await site.ledger.keepSlice() }
            fail(with: nil)
            try await site.ledger.keepSlice()
            #expect(shared.snapshot.slicesTaken == taken)
            site.clock.advance(by: .seconds(300))
        }
    }

    @Test func withoutAShareNothingIsTakenOrSent() async throws {
        offer(9, perMinute: 0)
        let other = try LedgerSite(2, of: shared)
        try await other.ledger.keepSlice()
        #expect(shared.snapshot.slicesTaken == 0)
        fail(with: SitesInMemory.away)
        let job = try other.drop(hashes)
        #expect(try await other.reserve(hashes, of: job).granted.isEmpty)
    }
}

/// The same on a real server, which counts for others what a site may send.
@Suite(.limited(.daemon)) struct SharedSliceServerTests {
    /// A site's connection that is cut and mended.
    private struct Link: SharedLookups {
        let database: SharedDatabase
        let isCut = Exchangeable(false)

        private func check() throws {
            if isCut.value { throw SharedError.database(SitesInMemory.away) }
        }

        func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant] {
            try check()
            return try await database.reserve(wishes)
        }

        func record(_ endings: [SharedEnding]) async throws {
            try check()
            try await database.record(endings)
        }

        func answers(
            to hashes: [FileHash], ages: CacheAges
        ) async throws -> [FileHash: LookupAnswer] {
            try check()
            return try await database.answers(to: hashes, ages: ages)
        }

        func takeSlice(share: Double, goodFor duration: Duration) async throws -> SharedSlice? {
            try check()
            return try await database.takeSlice(share: share, goodFor: duration)
        }

        func giveBack(_ rests: [SliceRest]) async throws {
            try check()
            try await database.giveBack(rests)
        }

        func holds(_ slice: SharedSlice) -> Bool { database.holds(slice) }
    }

    @Test func allSitesTogetherKeepTheMinuteWhileOneIsCutOff() async throws {
        let fixture = try await SharedFixture()
        let (link, other) = (Link(database: try fixture.site("a")), try fixture.site("b"))
        let site = try LedgerSite(of: link, sliceShare: 0.5, clock: fixture.clock)
        let hashes = (1...5).map { Samples.hash($0) }
        let job = try site.drop(hashes)
        try await site.ledger.keepSlice()
        let prepaid = try await other.spending().quota.today
        #expect(prepaid == 10)

        link.isCut.value = true
        let sent = try await site.reserve(hashes, of: job)
        let others = try await other.tickets(11...19)
        #expect(sent.granted.count == 2 && others.count == 2)
        for (hash, request) in zip(hashes, sent.granted) { try await site.record(request, hash, of: job) }
        try await other.recordUnknown(others, at: fixture.clock.now)
        try await fixture.advance(by: .seconds(30))
        #expect(try await site.reserve(Array(hashes.dropFirst(2)), of: job).granted.isEmpty)
        #expect(try await other.tickets(21...29).isEmpty)

        link.isCut.value = false
        try await fixture.advance(by: .seconds(5))
        let back = try await site.reserve(Array(hashes.dropFirst(2)), of: job)
        #expect(back.granted.isEmpty && back.wait?.kind == .usedUp(.minute))
        guard case .answered = try await other.grant(1) else {
            Issue.record("the answer of the slice has not come")
            return
        }
        // Both have two in the minute that began 35 s ago.
        #expect(try await other.spending().quota.lastMinute.count == 4)
        #expect(try await other.spending().quota.today == prepaid + 2)
    }

    @Test func aSliceIsOfOneRunAndItsLimits() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let slice = try #require(try await site.takeSlice(share: 0.5, goodFor: .seconds(3_600)))
        #expect(site.holds(slice))
        site.use(QuotaLimits())
        #expect(site.holds(slice), "nothing has changed")
        #expect(try fixture.site("a").holds(slice) == false)
        site.use(QuotaLimits(requestsPerMinuteLimit: 2))
        #expect(!site.holds(slice))
    }

    /// A clean stop gives back what is not sent.
    @Test func whatIsLeftIsGivenBackOnce() async throws {
        let fixture = try await SharedFixture()
        let (link, other) = (Link(database: try fixture.site("a")), try fixture.site("b"))
        let site = try LedgerSite(of: link, sliceShare: 0.5, clock: fixture.clock)
        let hashes = (1...5).map { Samples.hash($0) }
        let job = try site.drop(hashes)
        try await site.ledger.keepSlice()
        #expect(try await other.spending().quota.today == 10)
        link.isCut.value = true
        let sent = try await site.reserve(hashes, of: job).granted
        #expect(sent.count == 2)
        link.isCut.value = false
        for _ in 0..<2 {
            try await site.ledger.giveSlicesBack()
            #expect(try await other.spending().quota.today == 2)
        }
        // What is under way ends as ever, and nothing more is sent from it.
        link.isCut.value = true
        #expect(try await site.reserve(hashes, of: job).granted.isEmpty)
        link.isCut.value = false
        for (request, hash) in zip(sent, hashes) { try await site.record(request, hash, of: job) }
        try await site.ledger.deliver()
        #expect(try await other.spending().quota.today == 2)
        #expect(try await other.spending().quota.lastMinute.count == 2)
        try await link.database.giveBack([])
    }

    /// A daemon that ends again and again does not spend the day for nothing.
    @Test func noSliceIsTakenShortlyAfterAStart() async throws {
        let fixture = try await SharedFixture()
        let link = Link(database: try fixture.site("a"))
        let site = try LedgerSite(of: link, sliceShare: 0.5, sliceDelay: .seconds(600), clock: fixture.clock)
        try await link.database.closeEarlierRun()
        try await site.ledger.keepSlice()
        try await fixture.advance(by: .seconds(599))
        try await site.ledger.keepSlice()
        #expect(try await link.database.spending().quota.today == 0)
        try await fixture.advance(by: .seconds(1))
        try await site.ledger.keepSlice()
        #expect(try await link.database.spending().quota.today > 0)
    }

    /// The server has no trace of a call that spent nothing; it is no older copy for that.
    @Test func aSliceThatIsNotToBeHadEndsNoRun() async throws {
        let fixture = try await SharedFixture()
        let limits = QuotaLimits(requestsPerMinuteLimit: 9, requestsPerDayLimit: 3)
        let site = try fixture.site("a", limits: limits)
        #expect(try await site.tickets(1...3).count == 3)
        for _ in 0..<2 {
            #expect(try await site.takeSlice(share: 1, goodFor: .seconds(3_600)) == nil)
            try await site.heartbeat([:])
            #expect(try await site.tickets(4...4).isEmpty)
        }
        #expect(try await site.sites().map(\.requestsInFlight) == [3])
        #expect(try await fixture.number("SELECT run AS value FROM hashdrop.site") == 1)
    }
}
