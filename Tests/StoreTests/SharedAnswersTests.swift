import Foundation
import Model
import Store
import TestSupport
import Testing

/// Answers that another daemon has got, in the store of this one.
@Suite(.limited(.processor))
struct SharedAnswersTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private func drop(
        _ lines: [[FileHash]], user: String = "alice", at time: Date = Samples.now, fresh: Int? = nil
    ) throws -> Job {
        try database.jobs.accept(Samples.job(user: user, receivedAt: time), ages: CacheAges()) { list in
            if let fresh {
                var options = JobOptions()
                options.freshSeconds = fresh
                list.options = options
            }
            for (index, hashes) in lines.enumerated() {
                list.add(HashListEntry(line: index + 1, hashes: hashes))
            }
        }
    }

    @Test func anAnswerServesAllThatWaitForItWithoutARequest() throws {
        let first = try drop([[Samples.hash(1)], [Samples.hash(2)]])
        let second = try drop([[Samples.hash(1, .md5)]], user: "bob")
        let answer = LookupAnswer(answer: .known(Samples.file(1)), askedAt: Samples.now - 600)
        let recorded = try database.lookups.take([Samples.hash(1): answer], at: Samples.now)
        #expect(recorded.touched == [first.id: 1, second.id: 0])
        #expect(recorded.finished == [second.id])
        #expect(recorded.users == [first.id: Samples.user(), second.id: Samples.user("bob")])
        let costs = try [first, second].map { try #require(try database.jobs.job($0.id)).requestCost }
        #expect(costs.map(\.requestsSent) == [0, 0])
        #expect(costs[0].savedBySharing == 1)
        #expect(costs[1].savedByAlias == 1)
        #expect(try database.ledger.requestsCounted() == 0)
        // What comes later finds it in the cache, as old as it is.
        let later = try drop([[Samples.hash(1, .sha1)]], at: Samples.now + 60)
        #expect(later.state == .done)
        let old = try drop([[Samples.hash(1)]], at: Samples.now + 86_400 - 500)
        #expect(old.state == .running)
    }

    /// The clock of the daemon that asked may be ahead of this one's.
    @Test func anAnswerFromTheFutureIsOfNow() throws {
        _ = try drop([[Samples.hash(1)]])
        let answer = LookupAnswer(answer: .unknown, askedAt: Samples.now + 3 * 3600)
        _ = try database.lookups.take([Samples.hash(1): answer], at: Samples.now)
        let later = try drop([[Samples.hash(1)]], at: Samples.now + 86_400 + 60)
        #expect(later.state == .running)
    }

    @Test func nothingIsNoTransaction() throws {
        let before = database.commitCount
        #expect(try database.lookups.take([:], at: Samples.now) == RecordedOutcomes())
        #expect(database.commitCount == before)
    }

    @Test func askersAreTheJobsUsersWithTheirListsOwnAges() throws {
        let jobs = [try drop([[Samples.hash(1)]]), try drop([[Samples.hash(2)]], user: "bob", fresh: 3600)]
        let rowIDs = try jobs.map { try #require(try database.lookups.runningJob($0.id)).rowID }
        let askers = try database.lookups.askers(Set(rowIDs + [999]))
        #expect(askers.count == 2)
        #expect(askers[rowIDs[0]] == LookupStore.Asker(user: Samples.user(), fresh: nil))
        #expect(askers[rowIDs[1]] == LookupStore.Asker(user: Samples.user("bob"), fresh: .seconds(3600)))
    }
}
