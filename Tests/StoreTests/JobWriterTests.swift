import Foundation
import GRDB
import Model
import Store
import Support
import TestSupport
import Testing

/// A long list is read part by part and written slice by slice; until it is whole no user has it, and nothing
/// is lost in between.
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

    /// A writer of small slices whose list has come to its end, with one of them written.
    private func halfWritten(_ job: Job, _ parts: [ImportBatch], hashesAtOnce: Int = 50) throws -> JobWriter {
        var writer = database.jobs.writer(for: job, ages: CacheAges(), hashesAtOnce: hashesAtOnce)
        for part in parts.dropLast() { try writer.add(part) }
        try writer.end(try #require(parts.last))
        #expect(try writer.advance(at: Samples.now) == nil)
        return writer
    }

    /// Writes the rest.
    private func finish(_ writer: inout JobWriter, at now: Date = Samples.now) throws -> Job {
        while true {
            if let job = try writer.advance(at: now) { return job }
        }
    }

    /// `slice`'s hashes in the order in which they are written.
    private func inOrder(_ numbers: Range<Int>) -> [FileHash] { numbers.map { Samples.hash($0) }.sorted() }

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
            if part < 2 { try intake.add(slice) } else { _ = try intake.finish(slice, at: Samples.now) }
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
        try intake.add(slice(0..<3))
        var second = slice(2..<5)
        second.add(UnusableLine(line: 9, text: "zzz", reason: "too short"))
        try intake.add(second)
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

    /// The same list in parts and slices of any size.
    @Test(arguments: [1, 2, 3, 7, 100, 20_000], [1, 2, 5, 40])
    func neitherPartsNorSlicesChangeAList(hashesAtOnce: Int, parts: Int) throws {
        var generator = SeededGenerator(seed: UInt64(hashesAtOnce * 100 + parts))
        let mentions = (0..<300).map { _ in
            let number = generator.below(90)
            return [FileHash.Kind.md5, .sha1, .sha256].map { Samples.hash(number, $0) }
        }
        func part(_ range: Range<Int>) -> ImportBatch {
            var batch = ImportBatch()
            for line in range {
                let hashes = line % 5 == 0 ? mentions[line] : [mentions[line][line % 3]]
                batch.add(
                    HashListEntry(
                        line: line + 1, hashes: hashes, comment: "c\(line)", namesOneFile: line % 2 == 0))
            }
            return batch
        }
        let whole = Samples.job(user: "bob")
        let cut = Samples.job()
        // Some are known, some of them unknown to VirusTotal.
        let first = try database.jobs.accept(Samples.job(user: "carol"), ages: CacheAges()) { list in
            for number in 0..<20 {
                list.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        for number in 0..<20 {
            try answer(
                Samples.hash(number), number % 2 == 0 ? .known(Samples.file(number)) : .unknown, for: first)
        }
        var writer = database.jobs.writer(for: whole, ages: CacheAges())
        var expected = try writer.finish(part(0..<300), at: Samples.now)
        var other = database.jobs.writer(for: cut, ages: CacheAges(), hashesAtOnce: hashesAtOnce)
        let size = 300 / parts
        for number in 0..<parts - 1 { try other.add(part(number * size..<(number + 1) * size)) }
        var result = try other.finish(part((parts - 1) * size..<300), at: Samples.now)
        #expect(try rows(cut) == rows(whole))
        #expect(
            try database.lookups.runningJob(cut.id)?.openHashes
                == database.lookups.runningJob(whole.id)?.openHashes)
        expected.id = result.id
        expected.user = result.user
        result.receivedAt = expected.receivedAt
        #expect(result == expected)
    }

    @Test func aListThatIsTakenInIsNobodysToSeeOrToAskFor() throws {
        let job = Samples.job()
        var writer = try halfWritten(job, [slice(0..<60), slice(60..<120)])
        #expect(try rowCount(of: "jobHash") > 0)
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
        _ = try finish(&writer)
        #expect(try database.jobs.count() == 1)
        #expect(try database.jobs.count(of: job.user) == 1)
    }

    @Test func hashesThatAnotherListWantsAreCounted() throws {
        func accept(_ user: String, _ numbers: Range<Int>) throws -> Job {
            var writer = database.jobs.writer(for: Samples.job(user: user), ages: CacheAges())
            return try writer.finish(slice(numbers), at: Samples.now)
        }
        func fraction(_ job: Job) throws -> Double? {
            try database.lookups.runningJob(job.id)?.sharedFraction
        }
        let alice = try accept("alice", 0..<100)
        let bob = try accept("bob", 50..<150)
        #expect(try fraction(alice) == 0)
        #expect(try fraction(bob) == 0.5)
        _ = try database.jobs.cancel(bob.id, reason: "x", at: Samples.now)
        #expect(try fraction(accept("carol", 120..<150)) == 0, "a cancelled list asks for nothing")
        try answer(Samples.hash(0), .unknown, for: alice)
        #expect(try fraction(accept("carol", 0..<2)) == 1, "what is answered is not to be asked")
    }

    @Test func whileAListIsReadNothingOfItIsWritten() throws {
        let job = Samples.job()
        var writer = database.jobs.writer(for: job, ages: CacheAges())
        try writer.add(slice(0..<200))
        #expect(try rowCount(of: "job") == 0)
        #expect(try rowCount(of: "jobHash") == 0)
        #expect(try writer.finish(slice(200..<201), at: Samples.now).counts.hashes == 201)
    }

    @Test func anAnswerThatComesBetweenTwoSlicesIsNotAskedForAgain() throws {
        let order = inOrder(0..<120)
        let (early, late) = (order[0], order[119])
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [early]))
            list.add(HashListEntry(line: 2, hashes: [late]))
        }
        let job = Samples.job()
        var writer = try halfWritten(job, [slice(0..<60), slice(60..<120)])
        // One for what is in, one for what is still to come.
        #expect(try answer(early, .unknown, for: bob).touched == [bob.id: 1])
        try answer(late, .unknown, for: bob)
        let done = try finish(&writer)
        #expect(try database.lookups.runningJob(job.id)?.openHashes == 118)
        #expect(done.requestCost.savedByCache == 1)
        #expect(done.requestCost.savedBySharing == 1)
        #expect(try Set(rows(job).filter { $0.answer != nil }.map(\.hash)) == [early, late])
    }

    @Test func aListThatIsAnsweredBeforeItsEndIsDoneAtItsEndAndNotBefore() throws {
        let order = inOrder(0..<120)
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            for (line, hash) in order.enumerated() {
                list.add(HashListEntry(line: line + 1, hashes: [hash]))
            }
        }
        let job = Samples.job()
        var writer = try halfWritten(job, [slice(0..<60), slice(60..<120)])
        for hash in order { try answer(hash, .unknown, for: bob) }
        #expect(try database.jobs.job(bob.id)?.state == .done)
        #expect(try database.jobs.job(job.id) == nil)
        let done = try finish(&writer, at: Samples.now + 5)
        #expect(done.state == .done)
        #expect(done.finishedAt == Samples.now + 5)
        #expect(done.counts.hashes == 120)
    }

    /// An alias stands before its primary in the order of the hashes, or behind it: what becomes of the
    /// primary between the two is found at the end.
    @Test(arguments: [true, false], [true, false])
    func anAliasIsResolvedByWhatItsPrimaryBecameWhileTheListWasWritten(
        namesOneFile: Bool, isFailure: Bool
    ) throws {
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            for number in 0..<120 {
                list.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        func part(_ numbers: Range<Int>) -> ImportBatch {
            var part = ImportBatch()
            for number in numbers {
                part.add(
                    HashListEntry(
                        line: number + 1, hashes: [Samples.hash(number), Samples.hash(number, .md5)],
                        namesOneFile: namesOneFile))
            }
            return part
        }
        let job = Samples.job()
        var writer = try halfWritten(job, [part(0..<60), part(60..<120)], hashesAtOnce: 80)
        for number in 0..<120 {
            if isFailure {
                try fail(Samples.hash(number), for: bob)
            } else {
                try answer(Samples.hash(number), .unknown, for: bob)
            }
        }
        let done = try finish(&writer)
        let open = try database.lookups.runningJob(job.id)?.openHashes ?? 0
        if isFailure {
            // Those primaries that came after the failure are asked by this list.
            #expect(open >= 120)
        } else {
            #expect(open == (namesOneFile ? 0 : 120))
            #expect(done.state == (namesOneFile ? .done : .running))
        }
        #expect(try waitingForNothing() == 0)
    }

    /// Aliases whose primary has ended: nothing would ever resolve them.
    private func waitingForNothing() throws -> Int {
        try DatabaseQueue(path: folder.path("test.sqlite")).read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT count(*) FROM jobHash alias JOIN jobHash l
                        ON l.jobID = alias.jobID AND l.hash = alias.leader
                    WHERE alias.state = 1 AND l.state >= 2
                    """)!
        }
    }

    private func fail(_ hash: FileHash, for job: Job) throws {
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let reservation = Reservation(hash: hash, jobRowID: rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .failedForGood(reason: "x"),
                outcome: "400", endedAt: Samples.reading(Samples.now))
        ])
    }

    @Test func aListThatIsRefusedLateLeavesARefusedJobAndNoRow() throws {
        let job = Samples.job()
        var intake = database.jobs.writer(for: job, ages: CacheAges())
        var first = slice(0..<3)
        first.add(UnusableLine(line: 9, text: "zzz", reason: "too short"))
        try intake.add(first)
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
        _ = try halfWritten(job, [slice(0..<60), slice(60..<120)])
        let remains = try rowCount(of: "jobHash")
        #expect(remains > 0)
        try database.jobs.removeUnfinishedImports()
        // Before its remains are deleted.
        var writer = database.jobs.writer(for: job, ages: CacheAges())
        let done = try writer.finish(slice(0..<2), at: Samples.now)
        #expect(done.counts.hashes == 2)
        let bob = try database.jobs.accept(Samples.job(user: "bob"), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(2)]))
        }
        #expect(try answer(Samples.hash(2), .unknown, for: bob).finished == [bob.id])
        while try database.jobs.purge() {}
        #expect(try rowCount(of: "jobHash") == 3)
        #expect(try rows(job).count == 2)
    }
}
