import Foundation
import GRDB
import Model
import Store
import TestSupport
import Testing

/// A long list is taken in slice by slice; until it is whole no user has it, and nothing is lost in between.
@Suite(.limited(.processor))
struct JobWriterTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private func slice(_ numbers: Range<Int>) -> ImportBatch {
        var slice = ImportBatch()
        for number in numbers {
            slice.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)], comment: "c\(number)"))
        }
        return slice
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

    /// Or one answer would have as many followers as the list has lines, in one transaction.
    @Test func aFileHasOneMD5() throws {
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        let primary = FileHash(String(repeating: "ab", count: 32))!
        for part in 0..<3 {
            var slice = ImportBatch()
            for number in 0..<1_000 {
                let digits = String(part * 1_000 + number + 1_048_576, radix: 16)
                let md5 = FileHash(String(repeating: "0", count: 32 - digits.count) + digits)!
                slice.add(HashListEntry(line: number + 1, hashes: [md5, primary]))
                // The same again is the same name.
                slice.add(HashListEntry(line: number + 1, hashes: [md5, primary]))
            }
            if part < 2 { try intake.write(slice) } else { _ = try intake.finish(slice, at: Samples.now) }
        }
        let followers = try DatabaseQueue(path: folder.path("test.sqlite")).read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM jobHash WHERE leader = ?",
                arguments: [Data(repeating: 0xAB, count: 32)])!
        }
        #expect(followers == 3)
        #expect(try rows(job).count == 3_001)
    }

    @Test func aListInSlicesIsTheSameJobAsInOne() throws {
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        try intake.write(slice(0..<3))
        var second = slice(2..<5)
        second.add(UnusableLine(line: 9, text: "zzz", reason: "too short"))
        try intake.write(second)
        let done = try intake.finish(slice(0..<1), at: Samples.now)
        #expect(done.state == .running)
        #expect(done.counts.hashes == 5)
        #expect(done.counts.duplicates == 2)
        #expect(done.counts.unusableLines == 1)
        let rows = try rows(job)
        #expect(rows.map(\.hash) == (0..<5).map { Samples.hash($0) })
        #expect(rows.map(\.occurrences) == [2, 1, 2, 1, 1])
        #expect(rows.map(\.comment) == (0..<5).map { "c\($0)" })
        #expect(try database.lookups.runningJob(job.id)?.openHashes == 5)
    }

    @Test func aListThatIsTakenInIsNobodysToSeeOrToAskFor() throws {
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        try intake.write(slice(0..<3))
        #expect(try database.jobs.job(job.id) == nil)
        #expect(try database.jobs.job(job.id, of: job.user) == nil)
        #expect(try database.jobs.jobs(limit: 10).isEmpty)
        #expect(try database.jobs.jobs(of: job.user, limit: 10).isEmpty)
        #expect(try database.jobs.count() == 0)
        #expect(try database.jobs.count(of: job.user) == 0)
        #expect(try database.jobs.unpublished().isEmpty)
        #expect(try database.lookups.runningJobs().isEmpty)
        #expect(try database.lookups.runningJob(job.id) == nil)
        #expect(try rows(job).isEmpty)
        #expect(throws: StoreError.self) {
            try database.jobs.cancel(job.id, reason: "x", at: Samples.now)
        }
        _ = try intake.finish(ImportBatch(), at: Samples.now)
        #expect(try database.jobs.count() == 1)
        #expect(try database.jobs.count(of: job.user) == 1)
    }

    @Test func anAnswerThatComesBetweenTwoSlicesIsNotAskedForAgain() throws {
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
            list.add(HashListEntry(line: 2, hashes: [Samples.hash(4)]))
        }
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        try intake.write(slice(0..<3))
        // One for what is in, one for what is still to come.
        let first = try answer(Samples.hash(1), .known(Samples.file(1)), for: bob)
        #expect(first.touched == [bob.id: 1])
        try answer(Samples.hash(4), .unknown, for: bob)
        let done = try intake.finish(slice(3..<6), at: Samples.now)
        #expect(try database.lookups.runningJob(job.id)?.openHashes == 4)
        #expect(done.requestCost.savedByCache == 1)
        #expect(done.requestCost.savedBySharing == 1)
        #expect(try rows(job).map { $0.answer != nil } == [false, true, false, false, true, false])
    }

    @Test func aListThatIsAnsweredBeforeItsEndIsDoneAtItsEndAndNotBefore() throws {
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(0)]))
        }
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        try intake.write(slice(0..<1))
        #expect(try answer(Samples.hash(0), .unknown, for: bob).finished == [bob.id])
        #expect(try database.jobs.job(job.id) == nil)
        let done = try intake.finish(ImportBatch(), at: Samples.now + 5)
        #expect(done.state == .done)
        #expect(done.finishedAt == Samples.now + 5)
    }

    @Test func anAliasMayHaveItsPrimaryInAnEarlierSlice() throws {
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        try intake.write(slice(1..<2))
        var second = ImportBatch()
        second.add(
            HashListEntry(line: 2, hashes: [Samples.hash(1), Samples.hash(1, .md5)], namesOneFile: true))
        _ = try intake.finish(second, at: Samples.now)
        #expect(try database.lookups.runningJob(job.id)?.openHashes == 1)
        let recorded = try answer(Samples.hash(1), .unknown, for: job)
        #expect(recorded.finished == [job.id])
        #expect(try rows(job).map(\.askedAs) == [nil, Samples.hash(1)])
    }

    @Test func aPrimaryThatWasAnsweredBetweenTwoSlicesResolvesTheAliasesOfTheNext() throws {
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        try intake.write(slice(1..<2))
        try answer(Samples.hash(1), .unknown, for: bob)
        var second = ImportBatch()
        second.add(
            HashListEntry(line: 2, hashes: [Samples.hash(1), Samples.hash(1, .md5)], namesOneFile: true))
        #expect(try intake.finish(second, at: Samples.now).state == .done)
        #expect(try rows(job).map(\.askedAs) == [nil, Samples.hash(1)])
    }

    @Test func aListThatIsRefusedLateLeavesARefusedJobAndNoRow() throws {
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        var first = slice(0..<3)
        first.add(UnusableLine(line: 9, text: "zzz", reason: "too short"))
        try intake.write(first)
        try intake.refuse("too many", at: Samples.now)
        let refused = try #require(try database.jobs.job(job.id))
        #expect(refused.state == .refused && refused.reason == "too many")
        #expect(try database.jobs.count() == 1)
        while try database.jobs.purge() {}
        #expect(try database.jobs.job(job.id) == refused)
        #expect(try rowCount(of: "job") == 1)
        #expect(try rowCount(of: "jobHash") == 0)
        #expect(try rowCount(of: "unusableLine") == 0)
    }

    @Test func whatAKillLeftHalfTakenInIsTakenInAnew() throws {
        let job = Samples.job()
        var killed = database.jobs.writer(for: job, ages: CacheAges())
        try killed.write(slice(0..<3))
        try database.jobs.removeUnfinishedImports()
        // Before its remains are deleted.
        let done = try database.jobs.writer(for: job, ages: CacheAges()).finish(slice(0..<2), at: Samples.now)
        #expect(done.counts.hashes == 2)
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(2)]))
        }
        #expect(try answer(Samples.hash(2), .unknown, for: bob).finished == [bob.id])
        while try database.jobs.purge() {}
        #expect(try rowCount(of: "jobHash") == 3)
        #expect(try rows(job).count == 2)
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
            try database.reportRows.counts(of: job.id, thresholds: VerdictThresholds())
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
            try rows(job).map { $0.verdict(VerdictThresholds()) } == [
                .clean, .notAsked, .notAsked, .notAsked,
            ])
        #expect(try database.jobs.job(job.id)?.counts[.notAsked] == 3)
    }
}
