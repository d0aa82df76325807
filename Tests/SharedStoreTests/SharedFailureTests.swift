import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// What a kill, a lost word or a restored copy leaves, on a real server and in the daemons' own databases.
@Suite(.limited(.daemon))
struct SharedFailureTests {
    private let hash = Samples.hash(1)

    private func shared(_ fixture: LedgerFixture) throws -> LedgerFixture.Shared {
        try #require(fixture.shared)
    }

    // MARK: Kills

    /// The request is spent and never sent.
    @Test func aKillBetweenTheTwoReservationsCostsARequestAndNoAnswer() async throws {
        let server = try await SharedFixture()
        let (killed, other) = (
            try await LedgerFixture(on: server, site: "a"), try await LedgerFixture(on: server, site: "b")
        )
        let job = try killed.accept([[hash]])
        #expect(try await shared(killed).site.tickets([1]).count == 1)
        #expect(try killed.database.ledger.requestsCounted() == 0)
        let otherRowID = try other.rowID(of: other.accept([[hash]]))
        #expect(try await other.reserve([hash], for: otherRowID).results == [.held(.seconds(600))])

        let restarted = try await killed.restarted()
        #expect(try await restarted.spending().today == 1)
        #expect(try await restarted.ask(hash, for: job, .answered(.unknown)).finished == [job.id])
        #expect(try restarted.database.ledger.requestsCounted() == 1)
        #expect(try await restarted.spending().today == 2)
        #expect(try await other.reserve([hash], for: otherRowID).results == [.answered])
    }

    @Test func aKillAfterTheReservationsSpendsBothAndAsksAnew() async throws {
        let server = try await SharedFixture()
        let killed = try await LedgerFixture(on: server, site: "a")
        let job = try killed.accept([[hash]])
        _ = try await killed.reserve([hash], for: killed.rowID(of: job))
        let restarted = try await killed.restarted()
        try await restarted.ask(hash, for: job, .answered(.unknown))
        #expect(try await restarted.spending().today == 2)
        #expect(try restarted.database.ledger.requestsCounted() == 2)
        #expect(try await server.number("SELECT count(*) AS value FROM hashdrop.flight") == 0)
    }

    /// The answer is everyone's; the list that wanted it takes it from there.
    @Test func aKillBetweenTheTwoRecordsCostsNoSecondRequest() async throws {
        let server = try await SharedFixture()
        let killed = try await LedgerFixture(on: server, site: "a")
        let job = try killed.accept([[hash]])
        let rowID = try killed.rowID(of: job)
        _ = try await killed.reserve([hash], for: rowID)
        let ticket = try await server.number("SELECT max(id) AS value FROM hashdrop.request")
        try await shared(killed).site.recordUnknown([1: Int64(ticket)], at: killed.clock.now)
        let restarted = try await killed.restarted()
        #expect(try await restarted.reserve([hash], for: rowID).recorded.finished == [job.id])
        #expect(try await restarted.spending().today == 1)
        #expect(try restarted.database.ledger.requestsCounted() == 1)
    }

    // MARK: Lost words

    /// Connection that loses what is recorded, or the reply to it.
    private struct LosingConnection: SharedLookups {
        enum Loss: Sendable { case none, question, reply }

        let site: SharedDatabase
        let loss: Exchangeable<Loss>

        func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant] { try await site.reserve(wishes) }

        func record(_ endings: [SharedEnding]) async throws {
            if loss.value == .question { throw SharedError.database(SitesInMemory.away) }
            try await site.record(endings)
            if loss.value == .reply { throw SharedError.database(SitesInMemory.lost) }
        }

        func answers(
            to hashes: [FileHash], ages: CacheAges
        ) async throws -> [FileHash: LookupAnswer] {
            try await site.answers(to: hashes, ages: ages)
        }

        func takeSlice(share: Double, goodFor duration: Duration) async throws -> SharedSlice? {
            try await site.takeSlice(share: share, goodFor: duration)
        }

        func giveBack(_ rests: [SliceRest]) async throws { try await site.giveBack(rests) }

        func holds(_ slice: SharedSlice) -> Bool { site.holds(slice) }
    }

    @Test(arguments: [false, true])
    func whatWasRecordedAndPerhapsHasArrivedIsToldAgain(hasArrived: Bool) async throws {
        let server = try await SharedFixture()
        let loss = Exchangeable(LosingConnection.Loss.none)
        let a = try await LedgerFixture(on: server, site: "a") { LosingConnection(site: $0, loss: loss) }
        let b = try await LedgerFixture(on: server, site: "b")
        let job = try a.accept([[hash], [Samples.hash(2)]])
        loss.value = hasArrived ? .reply : .question
        // The list does not wait for it.
        #expect(try await a.ask(hash, for: job, .answered(.known(Samples.file(1)))).touched == [job.id: 1])
        #expect(try shared(a).ledger.trouble != nil)
        let rowID = try b.rowID(of: b.accept([[hash]]))
        #expect(
            try await b.reserve([hash], for: rowID).results
                == [hasArrived ? .answered : .held(.seconds(600))])
        #expect(try await a.reserve([Samples.hash(2)], for: a.rowID(of: job)).results == [.waits])

        loss.value = .none
        try await a.advance(by: .seconds(5))
        try await a.ask(Samples.hash(2), for: job, .answered(.unknown))
        #expect(try shared(a).ledger.trouble == nil)
        #expect(try await a.spending().today == 2)
        #expect(try await a.spending().lastMinute == [.seconds(5), .zero])
        #expect(try await server.number("SELECT count(*) AS value FROM hashdrop.request") == 2)
        #expect(try await server.number("SELECT count(*) AS value FROM hashdrop.answer") == 4)
        #expect(try await server.number("SELECT count(*) AS value FROM hashdrop.flight") == 0)
        #expect(try await b.reserve([hash], for: rowID).results == [.answered])
    }

    /// Given back when it is told, however late; and the others wait for no more than its lease.
    @Test func whatHasNotLeftIsGivenBackAlsoIfThatIsToldLate() async throws {
        let server = try await SharedFixture()
        let loss = Exchangeable(LosingConnection.Loss.question)
        let a = try await LedgerFixture(on: server, site: "a") { LosingConnection(site: $0, loss: loss) }
        let job = try a.accept([[hash]])
        try await a.ask(
            hash, for: job,
            .failedForNow(reason: "no network", notBefore: a.clock.now.wall + 1, countsAttempt: false),
            wasSent: false)
        let b = try await LedgerFixture(on: server, site: "b")
        #expect(try await b.spending().today == 1)
        try await a.advance(by: .seconds(601))
        #expect(try await b.ask(hash, for: b.accept([[hash]]), .answered(.unknown)).finished.count == 1)
        #expect(try await b.spending().today == 2)
        loss.value = .none
        #expect(try await a.reserve([hash], for: a.rowID(of: job)).results == [.answered])
        #expect(try await a.spending().today == 1)
    }

    // MARK: Runs

    @Test func anotherKeyIsAnotherLedgerAndAnotherRun() async throws {
        let fixture = try await SharedFixture()
        let key = Exchangeable([UInt8](repeating: 1, count: 32))
        let site = SharedDatabase(
            client: try SharedFixture.client(fixture.server.socketAddress(fixture.database)), site: "a",
            keyHash: { key.value }, endpoint: SharedFixture.endpoint, limits: QuotaLimits(),
            clock: fixture.clock)
        let other = try fixture.site("b")
        let before = try await site.tickets(1...3)
        #expect(before.count == 3)
        #expect(try await other.grant(1) == .asked(elsewhereUntil: .seconds(600)))
        key.value = [UInt8](repeating: 2, count: 32)
        // The new key's minute is unused, and the old one's stays spent.
        #expect(try await site.tickets(11...19).count == 4)
        #expect(try await site.spending().quota.today == 4)
        #expect(try await other.spending().quota.today == 3)
        // What the run before had in flight is free.
        #expect(try await other.tickets(1...3).count == 1)
        // An answer that comes in the new run is one all the same.
        try await site.recordUnknown(before.filter { $0.key == 2 }, at: fixture.clock.now)
        guard case .answered = try await other.grant(2) else {
            Issue.record("the answer is not there")
            return
        }
        key.value = [UInt8](repeating: 1, count: 32)
        #expect(try await site.spending().quota.today == 4)
        #expect(try await site.sites().map(\.name).contains("b"))
    }

    @Test func aSupplantedDaemonSendsNothingAndSaysWhy() async throws {
        let server = try await SharedFixture()
        let first = try await LedgerFixture(on: server, site: "a")
        let job = try first.accept([[hash], [Samples.hash(2)]])
        let rowID = try first.rowID(of: job)
        let request = try #require(try await first.reserve([hash], for: rowID).requests[0])
        // By a copied configuration, for example.
        let second = try await LedgerFixture(on: server, site: "a")
        let reserved = try await first.reserve([Samples.hash(2)], for: rowID)
        #expect(reserved.results == [.waits])
        #expect(reserved.wait?.kind == .unreachable)
        #expect(reserved.wait?.reason.contains("another daemon has begun under this site's name") == true)
        #expect(try first.database.ledger.requestsCounted() == 1)
        // What it had sent serves its own list, and all others once that is told.
        let recorded = try await first.record([
            first.outcome(of: request, hash, for: rowID, .answered(.known(Samples.file(1))))
        ])
        #expect(recorded.touched == [job.id: 1])
        try await shared(first).ledger.deliver()
        let other = try second.accept([[Samples.hash(1, .md5)]])
        #expect(
            try await second.reserve([Samples.hash(1, .md5)], for: second.rowID(of: other)).results
                == [.answered])
        #expect(try await second.spending().today == 1)
    }

    /// An older dump was restored: neither the sites nor their requests are in it, and its tickets come
    /// again.
    @Test func aSiteThatIsForgottenBeginsAnewAndEndsNoRequestOfAnother() async throws {
        let server = try await SharedFixture()
        let (a, b) = (
            try await LedgerFixture(on: server, site: "a"), try await LedgerFixture(on: server, site: "b")
        )
        let job = try a.accept([[hash], [Samples.hash(2)]])
        let rowID = try a.rowID(of: job)
        let request = try #require(try await a.reserve([hash], for: rowID).requests[0])
        let ticket = try await server.number("SELECT max(id) AS value FROM hashdrop.request")
        try await server.server.run(
            "TRUNCATE hashdrop.site CASCADE; ALTER SEQUENCE hashdrop.ticket RESTART", in: server.database)

        let others = try b.rowID(of: b.accept([[Samples.hash(3)]]))
        #expect(try await b.reserve([Samples.hash(3)], for: others).wait?.kind == .unreachable)
        #expect(try await b.reserve([Samples.hash(3)], for: others).requests != [nil])
        #expect(try await server.number("SELECT max(id) AS value FROM hashdrop.request") == ticket)

        // The list gets its answer; the first word to the server finds the site forgotten, the next is heard.
        let recorded = try await a.record([a.outcome(of: request, hash, for: rowID, .answered(.unknown))])
        #expect(recorded.touched == [job.id: 1])
        #expect(try await a.reserve([Samples.hash(2)], for: rowID).requests != [nil])
        #expect(
            try await server.number(
                "SELECT count(*) AS value FROM hashdrop.request WHERE ended_at IS NULL") == 2)
        // The one that was sent before counts again, for the site has counted it itself.
        #expect(try await a.spending().today == 3)
    }
}
