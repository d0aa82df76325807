import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// Answers and requests that go from a daemon's own database into the shared one, and back.
@Suite(.limited(.daemon)) struct SharedMoveTests {
    private let folder = TemporaryFolder()

    private func database(_ name: String) throws -> HashdropDatabase {
        try HashdropDatabase(path: folder.path("\(name).sqlite"), endpoint: SharedFixture.endpoint)
    }

    private func makeMove(
        _ site: String, _ database: HashdropDatabase, _ fixture: SharedFixture
    ) async throws -> SharedMove {
        // As the command does.
        let own = { @Sendable [ledger = database.ledger] in try LocalRequests(ledger, at: fixture.clock.now) }
        try await fixture.site(site, localRequests: own).closeEarlierRun()
        return SharedMove(owner: fixture.owner, site: site, database: database, clock: fixture.clock)
    }

    private func spend(_ requests: Int, in database: HashdropDatabase, at reading: ClockReading) throws {
        for number in 0..<requests {
            let request = try database.ledger.begin(Samples.hash(number), at: reading.wall)
            try database.ledger.end(request, outcome: "200", at: reading)
        }
    }

    private func spent(_ database: HashdropDatabase, _ fixture: SharedFixture) throws -> [Int] {
        let spending = try database.ledger.spending(at: fixture.clock.now)
        return [spending.today, spending.thisMonth]
    }

    private func take(
        _ number: Int, _ answer: LookupAnswer.Answer, secondsAgo: Double, into database: HashdropDatabase
    ) throws {
        _ = try database.lookups.take(
            [Samples.hash(number): LookupAnswer(answer: answer, askedAt: Samples.now - secondsAgo)],
            at: Samples.now)
    }

    private func all(_ database: HashdropDatabase) throws -> [HashedAnswer] {
        try database.cache.answers(after: nil, limit: 10_000)
    }

    @Test func thereAndBackNothingIsLostOrDoubled() async throws {
        let fixture = try await SharedFixture()
        let own = try database("own")
        var answers: [FileHash: LookupAnswer] = [:]
        for number in 0..<600 {
            answers[Samples.hash(number)] = LookupAnswer(
                answer: number.isMultiple(of: 3) ? .unknown : .known(Samples.file(number, detections: 2)),
                askedAt: Samples.now - Double(60 + number))
        }
        _ = try own.lookups.take(answers, at: Samples.now)
        try spend(3, in: own, at: fixture.clock.now)
        let move = try await makeMove("a", own, fixture)
        for _ in 0..<2 {
            var counts: [Int] = []
            let count = try await move.toPostgreSQL { counts.append($0) }
            #expect(count == 600 && counts == [500, 600])
            let site = try fixture.site("a")
            let hashes = (0..<600).map { Samples.hash($0) }
            let found = try await site.answers(
                to: hashes, ages: .upTo(.seconds(86_400)))
            #expect(found == answers)
            #expect(try await site.spending().quota.today == 3)
        }
        // Another name of a file serves too.
        let names = [Samples.hash(1, .md5), Samples.hash(1, .sha1)]
        let named = try await fixture.site("b").answers(
            to: names, ages: .upTo(.seconds(86_400)))
        #expect(Set(named.keys) == Set(names))

        let other = try database("other")
        for _ in 0..<2 {
            #expect(try await move.toSQLite() == 600)
            #expect(try await makeMove("a", other, fixture).toSQLite() == 600)
            #expect(try all(own) == all(other))
            #expect(try spent(own, fixture) == [3, 3] && spent(other, fixture) == [3, 3])
        }
        #expect(try own.cache.statistics() == other.cache.statistics())
        try await move.toPostgreSQL()
        #expect(try await fixture.site("a").spending().quota.today == 3)
    }

    @Test func requestsOfAllSitesComeHomeAndOnlyOwnOnesGo() async throws {
        let fixture = try await SharedFixture()
        let (first, second) = (try database("first"), try database("second"))
        try spend(3, in: first, at: fixture.clock.now)
        try spend(5, in: second, at: fixture.clock.now)
        let (moveFirst, moveSecond) = (
            try await makeMove("a", first, fixture), try await makeMove("b", second, fixture)
        )
        for _ in 0..<2 {
            try await moveFirst.toPostgreSQL()
            try await moveSecond.toPostgreSQL()
        }
        let limits = QuotaLimits(requestsPerMinuteLimit: 0)
        let site = try fixture.site("b", limits: limits)
        try await site.recordUnknown(try await site.tickets(10...13), at: fixture.clock.now)
        #expect(try await site.spending().quota.today == 12)
        #expect(try await site.sites().map(\.today) == [3, 9])

        for _ in 0..<2 {
            try await moveFirst.toSQLite()
            #expect(try spent(first, fixture) == [12, 12])
        }
        try spend(2, in: first, at: fixture.clock.now)
        for _ in 0..<2 {
            let moveFirst = try await makeMove("a", first, fixture)
            #expect(try await site.sites().map(\.today) == [5, 9])
            try await moveFirst.toSQLite()
            #expect(try spent(first, fixture) == [14, 14])
        }
        // Another key's ledger has none of it.
        #expect(try await fixture.site("c", key: 2).spending().quota.today == 0)
    }

    @Test func theNewerAnswerStaysOnBothSides() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        let own = try database("own")
        let tickets = try await site.tickets(1...2)
        try await site.recordUnknown(tickets, at: fixture.clock.now)
        try take(1, .known(Samples.file(1)), secondsAgo: 60, into: own)
        try take(3, .known(Samples.file(3, detections: 1)), secondsAgo: 60, into: own)
        let move = try await makeMove("a", own, fixture)
        try await move.toPostgreSQL()
        let found = try await fixture.site("a").answers(
            to: [Samples.hash(1), Samples.hash(3)], ages: .upTo(.seconds(3_600)))
        #expect(found[Samples.hash(1)]?.answer == .unknown)
        #expect(found[Samples.hash(3)]?.fileObject?.detectionCount == 1)
        try take(2, .known(Samples.file(2, detections: 3)), secondsAgo: 0, into: own)
        try await fixture.advance(by: .seconds(30))
        try await move.toSQLite()
        let kept = Dictionary(uniqueKeysWithValues: try all(own).map { ($0.hash, $0.answer.answer) })
        #expect(kept[Samples.hash(1)] == .unknown)
        #expect(kept[Samples.hash(2)] == .known(Samples.file(2, detections: 3)))
    }

    @Test func clocksOfTheTwoMachinesMayDiffer() async throws {
        let fixture = try await SharedFixture()
        // The server is an hour ahead.
        _ = try await fixture.owner.query("UPDATE public.clock SET time = time + 3600000")
        let own = try database("own")
        try take(1, .unknown, secondsAgo: 600, into: own)
        let move = try await makeMove("a", own, fixture)
        try await move.toPostgreSQL()
        let site = try fixture.site("a")
        let found = try await site.answers(
            to: [Samples.hash(1)], ages: .upTo(.seconds(600)))
        #expect(found.count == 1)
        #expect(
            try await site.answers(to: [Samples.hash(1)], ages: .upTo(.seconds(599)))
                .isEmpty)
        let other = try database("other")
        try await makeMove("a", other, fixture).toSQLite()
        #expect(try all(other) == all(own))
    }

    /// A site that is cut off sends from its slice without a sign of life.
    @Test func slicesOfOtherSitesAreWaitedFor() async throws {
        let fixture = try await SharedFixture()
        let own = try database("own")
        let other = try fixture.site("b")
        let slice = try #require(try await other.takeSlice(share: 0.5, goodFor: .seconds(3_600)))
        let move = try await makeMove("a", own, fixture)
        // Its last request may arrive ten minutes after its end, and then counts for a minute.
        let rest = slice.goodUntil - fixture.clock.now.monotonic + .seconds(600) + .milliseconds(60_020)
        #expect(try await move.restOfSlices() == rest)
        try await fixture.advance(by: rest - .milliseconds(1))
        #expect(try await move.restOfSlices() == .milliseconds(1))
        try await fixture.advance(by: .milliseconds(1))
        #expect(try await move.restOfSlices() == nil)
        // Nor do the own ones matter, or those of a site that has begun again since.
        try await fixture.advance(by: .seconds(60))
        _ = try await other.takeSlice(share: 0.5, goodFor: .seconds(60))
        try await fixture.site("b").closeEarlierRun()
        _ = try await fixture.site("a").takeSlice(share: 0.5, goodFor: .seconds(60))
        #expect(try await makeMove("a", own, fixture).restOfSlices() == nil)
    }

    @Test func aSiteMayNeitherWriteNorReadAllAnswers() async throws {
        let fixture = try await SharedFixture()
        let role = "mover_\(fixture.database)"
        try await SharedSchema.addSite(role: role, password: "s3cr3t", by: fixture.owner)
        let address = "postgres://\(role)@127.0.0.1:\(fixture.server.port)/\(fixture.database)"
        let own = try database("own")
        try take(1, .unknown, secondsAgo: 60, into: own)
        _ = try await makeMove("a", own, fixture)
        let move = SharedMove(
            owner: try SharedFixture.client(address, password: "s3cr3t"), site: "a", database: own,
            clock: fixture.clock)
        #expect(await failure { try await move.toPostgreSQL() } == .notAdmitted)
        #expect(await failure { try await move.toSQLite() } == .notAdmitted)
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.answer") == 0)
    }
}
