import Foundation
import Model
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// The ages by kind of answers: the shared database must serve what the daemon's own would.
@Suite(.limited(.daemon)) struct SharedAgesTests {
    private static func hours(_ count: Int) -> Duration { .seconds(count * 3_600) }
    private static func days(_ count: Int) -> Duration { hours(count * 24) }

    /// Answers of all kinds, of all ages that make a difference.
    private static let answers: [FileHash: LookupAnswer] = {
        var answers: [FileHash: LookupAnswer] = [:]
        func add(_ answer: LookupAnswer.Answer, to hash: FileHash, _ age: Duration) {
            answers[hash] = LookupAnswer(answer: answer, askedAt: Samples.now - age)
        }
        for age in [hours(1), hours(7), hours(13), hours(21), hours(25), days(3), days(15), days(31)] {
            add(.unknown, to: Samples.hash(answers.count), age)
            for detections in [nil, 0, 1, 4, 5, 40] {
                for knownFor in [nil, hours(1), hours(71), hours(73), days(31), days(364), days(366)] {
                    for scannedAfter in [nil, hours(0), days(366)] {
                        var file = Samples.file(answers.count, detections: detections ?? 0)
                        if detections == nil { file.engines = EngineFindings() }
                        let first = knownFor.map { Samples.now - age - $0 }
                        file.firstSubmissionDate = first
                        file.lastAnalysisDate = first.flatMap { first in scannedAfter.map { first + $0 } }
                        add(.known(file), to: file.sha256, age)
                    }
                }
            }
        }
        return answers
    }()

    private static let kinds: [AnswerKind: Duration] = [
        .unknown: hours(12), .new: hours(6), .suspicious: days(2), .settledMalicious: days(30),
        .settledClean: days(14),
    ]

    /// All kinds, each alone, all but each, none, and a list's own age.
    private static let policies: [CacheAges] =
        ([kinds, [:]] + kinds.map { [$0.key: $0.value] }
        + kinds.keys.map { kind in kinds.filter { $0.key != kind } })
        .map { CacheAges(known: days(1), unknown: hours(20), byKind: $0, newFor: days(3), maliciousFrom: 5) }
        + [.upTo(hours(13))]

    @Test func bothDatabasesServeTheSameAnswers() async throws {
        let fixture = try await SharedFixture()
        let folder = TemporaryFolder()
        let path = folder.path("own.sqlite")
        let database = try HashdropDatabase(path: path, endpoint: SharedFixture.endpoint)
        _ = try database.lookups.take(Self.answers, at: Samples.now)
        let site = try fixture.site("a")
        try await site.closeEarlierRun()
        let move = SharedMove(owner: fixture.owner, site: "a", database: database, clock: fixture.clock)
        try await move.toPostgreSQL()

        var served: Set<Int> = []
        for ages in Self.policies {
            let own = try CacheReader.read(at: path, ages: ages, by: fixture.clock) { cache in
                try Self.answers.keys.filter { try cache.hasFreshAnswer(to: $0) }
            }
            let shared = try await site.answers(to: Self.answers.keys.sorted(), ages: ages)
            let different = Set(shared.keys).symmetricDifference(own)
            #expect(different.count == 0, "\(ages): as \(different.first.map { "\($0)" } ?? "")")
            served.insert(own.count)
        }
        // They differ from each other, and none is all or nothing.
        #expect(served.count > 8 && !served.contains(0) && !served.contains(Self.answers.count))
    }

    /// A reservation serves each list by its own ages.
    @Test func eachWishIsServedByItsOwnAges() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        var file = Samples.file(1)
        file.firstSubmissionDate = Samples.now - Self.days(4_000)
        file.lastAnalysisDate = Samples.now
        let ticket = try #require(try await site.tickets(1...1)[1])
        try await site.record([
            SharedEnding(
                ticket: ticket, hash: Samples.hash(1), outcome: "200", answer: .known(file),
                endedAt: fixture.clock.now)
        ])
        try await fixture.advance(by: Self.days(3))
        let settled = CacheAges(byKind: [.settledClean: Self.days(14)])
        func grant(_ hash: FileHash, _ ages: CacheAges) async throws -> SharedGrant? {
            try await site.reserve([SharedWish(hash: hash, user: Samples.user(), ages: ages)]).first
        }
        for name in [Samples.hash(1), Samples.hash(1, .md5)] {
            guard case .answered(let answer)? = try await grant(name, settled) else {
                Issue.record("an answer of a kind with an age of its own does not serve")
                return
            }
            #expect(answer.fileObject == file)
        }
        guard case .send? = try await grant(Samples.hash(1), settled.taking(fresh: Self.days(2))) else {
            Issue.record("an answer serves that is older than the list allows")
            return
        }
    }
}
