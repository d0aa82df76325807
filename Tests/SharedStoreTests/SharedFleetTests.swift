import Foundation
import Model
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// Several daemons on one real server, each with its own database and lists.
@Suite(.limited(.daemon))
struct SharedFleetTests {
    private static func known(_ number: Int) -> LookupOutcome.Result {
        .answered(.known(Samples.file(number)))
    }

    private static func options(fresh seconds: Int) -> JobOptions {
        var options = JobOptions()
        options.freshSeconds = seconds
        return options
    }

    // MARK: Answers

    @Test func anAnswerServesAnotherSiteUnderEachOfItsNames() async throws {
        let server = try await SharedFixture()
        let first = try await LedgerFixture(on: server, site: "first")
        let asked = first.clock.now.wall
        try await first.ask(
            Samples.hash(1, .sha1), for: first.accept([[Samples.hash(1, .sha1)]]), Self.known(1))
        try await first.advance(by: .seconds(90))
        for kind in FileHash.Kind.allCases {
            let site = try await LedgerFixture(on: server, site: "\(kind)")
            let hash = Samples.hash(1, kind)
            let job = try site.accept([[hash]])
            let reserved = try await site.reserve([hash], for: site.rowID(of: job))
            #expect(reserved.results == [.answered])
            #expect(reserved.recorded.finished == [job.id])
            let row = try #require(try site.rows(of: job).first)
            #expect(row.answer == LookupAnswer(answer: .known(Samples.file(1)), askedAt: asked))
            #expect(try site.database.ledger.requestsCounted() == 0)
            // The copy serves the next list without the server, and other names of the file with it.
            #expect(try site.accept([Samples.file(1).hashes]).state == .done)
        }
        #expect(try await first.spending().today == 1)
    }

    @Test func anUnknownHashSaysNothingOfOtherNames() async throws {
        let server = try await SharedFixture()
        let (a, b) = (
            try await LedgerFixture(on: server, site: "a"), try await LedgerFixture(on: server, site: "b")
        )
        try await a.ask(Samples.hash(1), for: a.accept([[Samples.hash(1)]]), .answered(.unknown))
        let job = try b.accept([[Samples.hash(1)], [Samples.hash(1, .md5)]])
        let reserved = try await b.reserve(
            [Samples.hash(1), Samples.hash(1, .md5)], for: b.rowID(of: job))
        #expect(reserved.requests.map { $0 != nil } == [false, true])
        #expect(reserved.recorded.touched == [job.id: 1])
    }

    @Test(arguments: [(99, false), (100, true), (101, true)])
    func aListSaysHowOldAnotherSitesAnswerMayBe(fresh: Int, isServed: Bool) async throws {
        let server = try await SharedFixture()
        let (a, b) = (
            try await LedgerFixture(on: server, site: "a"), try await LedgerFixture(on: server, site: "b")
        )
        try await a.ask(Samples.hash(1), for: a.accept([[Samples.hash(1)]]), Self.known(1))
        try await a.advance(by: .seconds(100))
        let job = try b.accept([[Samples.hash(1, .md5)]], options: Self.options(fresh: fresh))
        let reserved = try await b.reserve([Samples.hash(1, .md5)], for: b.rowID(of: job))
        #expect((reserved.results == [.answered]) == isServed)
        #expect((reserved.requests == [nil]) == isServed)
        #expect(try await a.spending().today == (isServed ? 1 : 2))
    }

    /// What is waited for is the answer that is on its way, and not the older one.
    @Test func aListThatWantsItFresherWaitsForTheNewAnswer() async throws {
        let server = try await SharedFixture()
        let (a, b) = (
            try await LedgerFixture(on: server, site: "a"), try await LedgerFixture(on: server, site: "b")
        )
        let hash = Samples.hash(1)
        try await a.ask(hash, for: a.accept([[hash]]), .answered(.unknown))
        try await a.advance(by: .seconds(100))
        let again = try a.rowID(of: a.accept([[hash]], options: Self.options(fresh: 50)))
        // Its own old answer does not serve it.
        let request = try #require(try await a.reserve([hash], for: again).requests[0])
        let job = try b.accept([[hash]], options: Self.options(fresh: 99))
        #expect(try await b.reserve([hash], for: b.rowID(of: job)).results == [.held(.seconds(600))])
        let ledger = try #require(b.shared).ledger
        let finished = Exchangeable<[Set<JobID>]>([])
        try await ledger.collect { finished.value += [$0.finished] }
        #expect(finished.value == [[]])
        _ = try await a.record([a.outcome(of: request, hash, for: again, Self.known(1))])
        try await ledger.collect { finished.value += [$0.finished] }
        #expect(finished.value == [[], [job.id]])
        #expect(try b.rows(of: job)[0].answer?.fileObject == Samples.file(1))
        #expect(try await b.spending().today == 2)
    }

    // MARK: Races

    @Test func sitesWithOneListAskEachFileOnceAndAllFinish() async throws {
        let server = try await SharedFixture(hasRealClock: true)
        let hashes = (0..<80).map { Samples.hash($0) }
        let asked = try await withThrowingTaskGroup(of: [FileHash].self) { group in
            for number in 0..<4 {
                group.addTask {
                    let site = try await LedgerFixture(on: server, site: "s\(number)")
                    let job = try site.accept(hashes.map { [$0] })
                    let sent = try await Self.finish(job, at: site, seed: UInt64(number))
                    #expect(try site.database.jobs.job(job.id)?.state == .done)
                    #expect(try site.database.ledger.requestsCounted() == sent.count)
                    return sent
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(asked.count == hashes.count)
        #expect(Set(asked) == Set(hashes))
        #expect(try await server.number("SELECT count(*) AS value FROM hashdrop.request") == hashes.count)
        #expect(try await server.number("SELECT count(*) AS value FROM hashdrop.flight") == 0)
    }

    /// Asks some of a job's open hashes again and again, and takes what others have answered.
    ///
    /// - Returns: what it has sent.
    private static func finish(_ job: Job, at site: LedgerFixture, seed: UInt64) async throws -> [FileHash] {
        let rowID = try site.rowID(of: job)
        let ledger = try #require(site.shared).ledger
        var generator = SeededGenerator(seed: seed)
        var sent: [FileHash] = []
        while try site.database.lookups.runningJob(job.id) != nil {
            let some = try site.open(of: job).shuffled(using: &generator).prefix(4)
            let requests = try await site.reserve(Array(some), for: rowID).requests
            let outcomes = zip(some, requests).compactMap { hash, request in
                request.map { site.outcome(of: $0, hash, for: rowID, .answered(.unknown)) }
            }
            sent += outcomes.map(\.reservation.hash)
            if !outcomes.isEmpty { _ = try await site.record(outcomes) }
            try await ledger.collect { _ in }
        }
        return sent
    }
}
