import Foundation
import Model
import Store
import TestSupport
import Testing

/// What becomes of a job that is asked again, and of one whose files have no verdict.
@Suite(.limited(.processor))
struct JobRetryTests {
    let database: HashdropDatabase
    private let folder = TemporaryFolder()

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
    }

    private func accept(_ hashes: [FileHash]) throws -> Job {
        try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            for (index, hash) in hashes.enumerated() {
                writer.add(HashListEntry(line: index + 1, hashes: [hash]))
            }
        }
    }

    private func end(_ hash: FileHash, _ result: LookupOutcome.Result) throws {
        let job = try #require(try database.lookups.runningJobs().first)
        let reservation = Reservation(hash: hash, jobRowID: job.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: result, outcome: "x",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    /// Asks a job's failed hashes again; returns how many.
    private func retry(_ id: JobID, rowsAtOnce: Int = 10_000, between: () throws -> Void = {}) throws -> Int {
        var retry = try database.jobs.retry(id, ages: CacheAges(), at: Samples.now, rowsAtOnce: rowsAtOnce)
        var opened = 0
        while let slice = try retry.advance() {
            opened += slice.opened
            try between()
        }
        return opened
    }

    /// Forgets old answers; returns how many.
    private func prune(before date: Date, answersAtOnce: Int = 5_000) throws -> Int {
        var pruning = database.cache.pruning(before: date, answersAtOnce: answersAtOnce)
        var forgotten = 0
        while let count = try pruning.advance() { forgotten += count }
        return forgotten
    }

    @Test func aLongListIsOpenedAgainInSlicesThatAddUp() throws {
        let job = try accept((1...25).map { Samples.hash($0) })
        for number in 1...25 where number != 13 {
            try end(Samples.hash(number), .failedForGood(reason: "400"))
        }
        try end(Samples.hash(13), .answered(.unknown))
        try database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        var open: [Int] = []
        let opened = try retry(job.id, rowsAtOnce: 10) {
            open.append(try #require(try database.lookups.runningJob(job.id)).openHashes)
        }
        #expect(opened == 24)
        // In the order of the hashes.
        let place = try #require(
            (1...25).map { Samples.hash($0) }.sorted().firstIndex(of: Samples.hash(13)))
        #expect(open == [10, 20, 25].map { $0 - (place < $0 ? 1 : 0) })
        #expect(try retry(job.id) == 0)
    }

    @Test func aJobThatIsCancelledBetweenTwoSlicesStaysCancelled() throws {
        let job = try accept((1...25).map { Samples.hash($0) })
        for number in 1...25 { try end(Samples.hash(number), .failedForGood(reason: "400")) }
        let opened = try retry(job.id, rowsAtOnce: 10) {
            _ = try database.jobs.cancel(job.id, reason: "cancelled", at: Samples.now)
        }
        #expect(opened == 10)
        #expect(try database.jobs.job(job.id)?.state == .cancelled)
    }

    @Test func pruningInSlicesKeepsWhatAReportInTheMakingShows() throws {
        let old = try accept((1...30).map { Samples.hash($0) })
        for number in 1...30 {
            try end(
                Samples.hash(number), .answered(number % 2 == 0 ? .unknown : .known(Samples.file(number))))
        }
        try database.jobs.saveReported(old.id, verdicts: [:], isFinal: true)
        // Alice wants three of the files again, by another name.
        _ = try accept([1, 2, 3].map { Samples.hash($0, $0 == 2 ? .sha256 : .md5) })
        #expect(try prune(before: Samples.now + 1, answersAtOnce: 7) == 15 * 3 + 15 - 3)
        let statistics = try database.cache.statistics()
        #expect(statistics.hashes == 3 && statistics.files == 2 && statistics.unknownHashes == 1)
        #expect(try prune(before: Samples.now + 1) == 0)
    }

    @Test func aReportFinishedWhileTheJobWasToldToRunAgainIsNotTheLast() throws {
        let job = try accept([Samples.hash(1)])
        try end(Samples.hash(1), .failedForGood(reason: "400"))
        // The publisher has read "done", and before it says so …
        #expect(try retry(job.id) == 1)
        try database.jobs.saveReported(job.id, verdicts: [.failed: 1], isFinal: true)
        #expect(try database.lookups.runningJobs().map(\.id) == [job.id])
        #expect(try database.jobs.unpublished().map(\.id) == [job.id])
    }

    @Test func answersPrunedMeanwhileAreAskedForAgain() throws {
        let job = try accept([Samples.hash(1), Samples.hash(2)])
        try end(Samples.hash(1), .answered(.known(Samples.file(1))))
        try end(Samples.hash(2), .failedForGood(reason: "400"))
        try database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        #expect(try prune(before: Samples.now + 1) == 3)
        #expect(try retry(job.id) == 2)
        #expect(try database.lookups.runningJobs()[0].openHashes == 2)
    }

    @Test func aFileThatNoEngineCouldJudgeIsNotClean() throws {
        let job = try accept([Samples.hash(1)])
        var file = Samples.file(1)
        for engine in file.engines.byName.keys { file.engines[engine] = EngineFinding(category: .timeout) }
        try end(Samples.hash(1), .answered(.known(file)))
        let policy = VerdictPolicy()
        #expect(policy.verdict(for: .known(file)) == .noResults)
        #expect(try database.reportRows.counts(of: job.id, policy: policy) == [.noResults: 1])
        #expect(file.finding(of: "Engine0") == .couldNotScan(.timeout))
    }
}
