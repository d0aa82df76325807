import Foundation
import GRDB
import Model
import Store
import TestSupport
import Testing

/// The end of a job before its time: removed, cancelled.
@Suite(.limited(.processor))
struct JobEndTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    /// Asks for a hash in the name of another user's job, and records the answer.
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

    private func rows(_ job: Job) throws -> [ReportRow] {
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        return rows
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

    @Test func aCancelledListsOpenRowsWereNotAskedAndStaySo() throws {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(0)]))
            list.add(HashListEntry(line: 2, hashes: [Samples.hash(1)]))
            list.add(HashListEntry(line: 3, hashes: [Samples.hash(2), Samples.hash(2, .md5)]))
        }
        try answer(Samples.hash(0), .known(Samples.file(0)), for: job)
        // As of its last report, until the next: the numbers of one moment.
        try database.jobs.saveReported(job.id, verdicts: [.clean: 1, .waiting: 3], isFinal: false)
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let cancelled = try #require(try database.jobs.cancel(job.id, reason: "by hand", at: Samples.now))
        #expect(cancelled.state == .cancelled)
        #expect(cancelled.counts.byVerdict == [.clean: 1, .notAsked: 3])
        #expect(
            try database.reportRows.counts(of: job.id, policy: VerdictPolicy())
                == [.clean: 1, .notAsked: 3])
        // Nothing more is asked for it, and another list's answer does not change its report.
        let reservation = Reservation(hash: Samples.hash(1), jobRowID: rowID)
        #expect(try database.lookups.reserve([reservation], at: Samples.now) == [nil])
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        let recorded = try answer(Samples.hash(1), .unknown, for: bob)
        #expect(recorded.touched.keys.sorted() == [bob.id])
        #expect(
            try rows(job).map { $0.verdict(VerdictPolicy()) } == [
                .clean, .notAsked, .notAsked, .notAsked,
            ])
        #expect(try database.jobs.job(job.id)?.counts[.notAsked] == 3)
    }
}
