import Foundation
import Glibc
import Model
import Store
import Support
import TestSupport
import Testing

@testable import Pipeline

@Suite(.limited(.processor))
struct RetentionServiceTests {
    /// Keeps a folder from being removed: a mount for root, whom permissions do not bind.
    private static func block(_ path: String) -> Bool {
        geteuid() == 0 ? mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0 : chmod(path, 0o500) == 0
    }

    private static func unblock(_ path: String) {
        if geteuid() == 0 { umount(path) } else { chmod(path, 0o700) }
    }

    private static let mayBlock: Bool = {
        let folder = TemporaryFolder()
        let path = folder.url.path(percentEncoded: false)
        defer { unblock(path) }
        return block(path)
    }()

    /// A clock that is 40 days ahead would make all of them old enough.
    @Test func afterALeapNothingIsRemovedUntilItIsCertainlyOldEnough() async throws {
        let fixture = try PipelineFixture()
        let clock = ManualClock()
        try fixture.database.ledger.closeEarlierRun(at: clock.now, bootID: clock.bootID)
        let job = Samples.job(name: "a.txt", state: .refused, receivedAt: Samples.now - 10)
        try fixture.database.jobs.refuse(job)
        try fixture.database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        var runtime = fixture.runtime
        let steady = try fixture.database.ledger.steadyClock(over: clock)
        runtime.clock = steady
        let service = RetentionService(
            database: fixture.database, publisher: fixture.publisher, keep: .seconds(86_400),
            keepAnswers: .zero,
            reports: fixture.reports, runtime: runtime, logger: fixture.logger)
        clock.stepWall(by: .seconds(40 * 86_400))
        for _ in 0..<2 {
            await service.sweep()
            #expect(try fixture.database.jobs.count() == 1)
            clock.advance(by: .seconds(61))
        }
        #expect(steady.now.leap != nil)
        clock.advance(by: .seconds(86_000))
        await service.sweep()
        #expect(try fixture.database.jobs.count() == 1)
        clock.advance(by: .seconds(600))
        await service.sweep()
        #expect(try fixture.database.jobs.count() == 0)
    }

    @Test func oldAnswersAreForgottenAndThoseOfAReportInTheMakingAreNot() async throws {
        let fixture = try PipelineFixture()
        func accept(_ number: Int) throws -> Job {
            try fixture.database.jobs.accept(Samples.job(number), ages: CacheAges()) { list in
                list.add(HashListEntry(line: 1, hashes: [Samples.hash(number)]))
            }
        }
        let long = Samples.now - 100 * 86_400
        var jobs: [Job] = []
        for number in 1...3 {
            jobs.append(try accept(number))
            let row = try #require(try fixture.database.lookups.runningJob(jobs[number - 1].id)).rowID
            let reservation = Reservation(hash: Samples.hash(number), jobRowID: row)
            let at = number == 3 ? Samples.now : long
            let request = try #require(try fixture.database.lookups.reserve([reservation], at: at)[0])
            _ = try fixture.database.lookups.record([
                LookupOutcome(
                    request: request, reservation: reservation, result: .answered(.unknown), outcome: "404",
                    endedAt: Samples.reading(at))
            ])
        }
        for job in [jobs[0], jobs[2]] {
            try fixture.database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        }
        let service = RetentionService(
            database: fixture.database, publisher: fixture.publisher, keep: .zero,
            keepAnswers: .seconds(90 * 86_400), reports: fixture.reports, runtime: fixture.runtime,
            logger: fixture.logger)
        await service.sweep()
        // The second job's report is still to be written, the third one's answer is young.
        #expect(try fixture.database.cache.statistics().hashes == 2)
        try fixture.database.jobs.saveReported(jobs[1].id, verdicts: [:], isFinal: true)
        await service.sweep()
        #expect(try fixture.database.cache.statistics().hashes == 1)
    }

    /// A weekend; its clock is right, or is corrected within a day.
    @Test func afterDaysOffNothingIsRemovedForADay() async throws {
        let fixture = try PipelineFixture()
        let clock = ManualClock()
        try fixture.database.ledger.closeEarlierRun(at: clock.now, bootID: clock.bootID)
        let before = try fixture.database.ledger.steadyClock(over: clock)
        try fixture.database.ledger.remember(before.memory)
        let job = Samples.job(name: "a.txt", state: .refused, receivedAt: Samples.now - 10)
        try fixture.database.jobs.refuse(job)
        try fixture.database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        clock.advance(by: .seconds(3 * 86_400))
        clock.boot()
        try fixture.database.ledger.closeEarlierRun(at: clock.now, bootID: clock.bootID)
        var runtime = fixture.runtime
        runtime.clock = try fixture.database.ledger.steadyClock(over: clock)
        let service = RetentionService(
            database: fixture.database, publisher: fixture.publisher, keep: .seconds(2 * 86_400),
            keepAnswers: .zero,
            reports: fixture.reports, runtime: runtime, logger: fixture.logger)
        await service.sweep()
        #expect(try fixture.database.jobs.count() == 1)
        clock.advance(by: .seconds(86_300))
        await service.sweep()
        #expect(try fixture.database.jobs.count() == 1)
        clock.advance(by: .seconds(200))
        await service.sweep()
        #expect(try fixture.database.jobs.count() == 0)
    }

    @Test(.enabled(if: mayBlock, "this account may not mount"))
    func whatCannotBeRemovedDoesNotKeepTheOthers() async throws {
        let fixture = try PipelineFixture()
        // More than are fetched at once, so that a sweep that gave up or turned in circles would show.
        var jobs: [Job] = []
        for number in 0..<150 {
            let job = Samples.job(
                name: "\(number).txt", state: .refused, receivedAt: Samples.now - 10_000 + Double(number))
            try fixture.database.jobs.refuse(job)
            try fixture.database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
            jobs.append(job)
        }
        let stuck = fixture.folder.path("reports/alice/\(jobs[0].folderName)")
        try FileManager.default.createDirectory(
            atPath: stuck + "/inner", withIntermediateDirectories: true)
        #expect(Self.block(stuck))
        defer { Self.unblock(stuck) }
        let service = RetentionService(
            database: fixture.database, publisher: fixture.publisher, keep: .seconds(60), keepAnswers: .zero,
            reports: fixture.reports, runtime: fixture.runtime, logger: fixture.logger)
        await service.sweep()
        #expect(try fixture.database.jobs.jobs(limit: 200).map(\.id) == [jobs[0].id])
        Self.unblock(stuck)
        await service.sweep()
        #expect(try fixture.database.jobs.count() == 0)
    }
}
