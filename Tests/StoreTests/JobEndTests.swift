import Foundation
import GRDB
import Model
import Store
import TestSupport
import Testing

/// The end of a job before its time: removed. How a cancelled one ends is in `LookupOutcomeTests`.
@Suite(.limited(.processor))
struct JobEndTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    /// Asks for a hash in the name of a job, and records the answer.
    @discardableResult
    private func answer(_ hash: FileHash, _ answer: LookupAnswer.Answer, for job: Job) throws
        -> RecordedOutcomes
    {
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let reservation = Reservation(hash: hash, jobRowID: rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        return try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    private func rowCount(of table: String) throws -> Int {
        try DatabaseQueue(path: folder.path("test.sqlite")).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)")!
        }
    }

    @Test func aRemovedJobIsGoneAtOnceAndItsRowsSoonAfter() throws {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            for number in 0..<25_000 {
                list.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        try answer(Samples.hash(0), .unknown, for: job)
        try database.jobs.remove(job.id)
        #expect(try database.jobs.job(job.id) == nil)
        #expect(try database.jobs.count(of: job.user) == 0)
        var transactions = 0
        while try database.jobs.purge() {
            transactions += 1
            #expect(transactions < 50)
        }
        #expect(transactions > 2, "a long list goes in parts")
        #expect(try rowCount(of: "jobHash") == 0)
        #expect(try rowCount(of: "job") == 0)
        // What was asked stays in the ledger and in the cache.
        #expect(try database.ledger.spending(at: Samples.reading(Samples.now)).today == 1)
        #expect(try database.cache.statistics().unknownHashes == 1)
    }
}
