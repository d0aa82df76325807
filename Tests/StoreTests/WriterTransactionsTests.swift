import Model
import Store
import TestSupport
import Testing

/// The transactions in which lists are written: each is a commit, for which the disk is waited for.
@Suite(.limited(.processor))
struct WriterTransactionsTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private func slice(_ numbers: Range<Int>) -> ImportBatch {
        var slice = ImportBatch()
        for number in numbers { slice.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)])) }
        return slice
    }

    private func rows(_ job: Job) throws -> [ReportRow] {
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        return rows
    }

    /// Their number is that of the list's hashes, whatever the number of the parts in which it was read.
    @Test(arguments: [2, 60]) func aListOfManyPartsIsWrittenInFewTransactions(_ parts: Int) throws {
        let count = 60_000
        var writer = database.jobs.writer(for: Samples.job(), ages: CacheAges())
        for part in 0..<parts - 1 {
            try writer.add(slice(part * count / parts..<(part + 1) * count / parts))
        }
        let last = slice((parts - 1) * count / parts..<count)
        let before = database.commitCount
        let job = try writer.finish(last, at: Samples.now)
        #expect(job.counts.hashes == count)
        #expect(try rows(job).map(\.position) == Array(1...count))
        // 1,000 hashes each, but for the end of each merge of 20,000.
        #expect(database.commitCount - before <= count / 1_000 + count / 10_000 + 2)
    }

    @Test func shortListsAreWrittenInOneTransactionLikeEachAlone() throws {
        func writer(_ user: String, _ slice: ImportBatch) throws -> JobWriter {
            var writer = database.jobs.writer(for: Samples.job(user: user), ages: CacheAges())
            try writer.end(slice)
            #expect(writer.isShort)
            return writer
        }
        var second = ImportBatch()
        second.add(
            HashListEntry(line: 1, hashes: [Samples.hash(1), Samples.hash(1, .md5)], namesOneFile: true))
        second.add(UnusableLine(line: 2, text: "zzz", reason: "too short"))
        let before = database.commitCount
        let jobs = try database.jobs.write(
            [writer("alice", slice(0..<3)), writer("bob", second), writer("carol", ImportBatch())],
            at: Samples.now)
        #expect(database.commitCount == before + 1)
        #expect(jobs.map(\.user.description) == ["alice", "bob", "carol"])
        #expect(jobs.map(\.counts.hashes) == [3, 2, 0])
        #expect(jobs.map(\.counts.unusableLines) == [0, 1, 0])
        #expect(jobs[0].state == .running)
        #expect(try rows(jobs[0]).map(\.hash) == (0..<3).map { Samples.hash($0) })
        // Alone.
        var alone = try writer("dave", second)
        let job = try #require(try alone.advance(at: Samples.now))
        #expect(job.counts == jobs[1].counts && job.state == jobs[1].state)
        #expect(try rows(job).map(\.hash) == rows(jobs[1]).map(\.hash))
    }

    @Test func ofShortListsAllAreWrittenOrNone() throws {
        let job = Samples.job()
        let writers = try [Samples.job(user: "bob"), job, job].map { job in
            var writer = database.jobs.writer(for: job, ages: CacheAges())
            try writer.end(slice(0..<3))
            return writer
        }
        // The same job twice.
        #expect(throws: (any Error).self) { try database.jobs.write(writers, at: Samples.now) }
        #expect(try database.jobs.count() == 0)
        #expect(try database.jobs.write(Array(writers.prefix(2)), at: Samples.now).count == 2)
    }
}
