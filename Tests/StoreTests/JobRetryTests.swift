import Foundation
import Model
import Store
import TestSupport
import Testing

/// What becomes of a job that is asked again, and of one whose files nobody could judge.
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
                answeredAt: Samples.now)
        ])
    }

    @Test func aReportFinishedWhileTheJobWasToldToRunAgainIsNotTheLast() throws {
        let job = try accept([Samples.hash(1)])
        try end(Samples.hash(1), .failedForGood(reason: "400"))
        // The publisher has read "done", and before it says so …
        #expect(try database.jobs.retryFailed(job.id) == 1)
        try database.jobs.saveReported(job.id, words: [.failed: 1], isFinal: true)
        #expect(try database.lookups.runningJobs().map(\.id) == [job.id])
        #expect(try database.jobs.unpublished().map(\.id) == [job.id])
    }

    @Test func answersPrunedMeanwhileAreAskedForAgain() throws {
        let job = try accept([Samples.hash(1), Samples.hash(2)])
        try end(Samples.hash(1), .answered(.known(Samples.file(1))))
        try end(Samples.hash(2), .failedForGood(reason: "400"))
        try database.jobs.saveReported(job.id, words: [:], isFinal: true)
        #expect(try database.cache.prune(before: Samples.now + 1) == 3)
        #expect(try database.jobs.retryFailed(job.id) == 2)
        #expect(try database.lookups.runningJobs()[0].openHashes == 2)
    }

    @Test func aFileThatNoEngineCouldJudgeIsNotClean() throws {
        let job = try accept([Samples.hash(1)])
        var file = Samples.file(1)
        for engine in file.engines.keys { file.engines[engine] = EngineFinding(category: .timeout) }
        try end(Samples.hash(1), .answered(.known(file)))
        let thresholds = VerdictThresholds()
        #expect(thresholds.word(for: .known(file)) == .noResults)
        #expect(try database.reportRows.counts(of: job.id, thresholds: thresholds) == [.noResults: 1])
        #expect(file.finding(of: "Engine0") == .couldNotScan(.timeout))
    }

    @Test func aHashThatNobodyWaitsForAnyMoreBeginsAnew() throws {
        let job = try accept([Samples.hash(1)])
        try end(
            Samples.hash(1),
            .failedForNow(reason: "503", notBefore: Samples.now + 3600, countsAttempt: true))
        #expect(try database.lookups.failures(of: Samples.hash(1))?.attempts == 1)
        _ = try database.jobs.cancel(job.id, reason: "cancelled", at: Samples.now)
        #expect(try database.lookups.failures(of: Samples.hash(1)) == nil)
        #expect(try database.lookups.nextRetry(after: Samples.now) == nil)
    }

    @Test func aPauseFromBeforeTheClockSteppedBackIsOver() throws {
        let job = try accept([Samples.hash(1)])
        try end(
            Samples.hash(1),
            .failedForNow(reason: "503", notBefore: Samples.now + 60, countsAttempt: true))
        let row = try database.lookups.runningJobs()[0].rowID
        func open(_ date: Date) throws -> Int {
            try database.lookups.openHashes(of: row, after: nil, limit: 9, at: date).count
        }
        #expect(try open(Samples.now + 1) == 0)
        #expect(try open(Samples.now - 86_400) == 1)
        #expect(try database.lookups.nextRetry(after: Samples.now - 86_400) == nil)
        #expect(job.state == .running)
    }
}
