import Foundation
import HashLists
import Lookup
import Model
import Spool
import Store
import TestSupport
import Testing

@testable import Pipeline

@Suite(.limited(.processor))
struct ClaimProcessorTests {
    private let alice = Samples.user("alice")
    private let bob = Samples.user("bob")

    /// A file that a forked child process still has open for a moment is tried again, as the intake does.
    private func take(
        _ decision: ReadinessDecision, of user: UserName, at processor: ClaimProcessor,
        drawing generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) async throws {
        var generator = generator
        try await eventually("taken") {
            if case .taken = processor.take([decision], of: user, using: &generator)[0] {
                true
            } else {
                false
            }
        }
    }

    @Test func twoFilesThatDrawTheSameIDAreTwoJobs() async throws {
        let fixture = try PipelineFixture()
        // The same characters twice, as chance would have it after a start of the daemon.
        let chance = Loaded(numbers: Array(repeating: 0, count: 10))
        for (name, user, hash) in [("a.txt", alice, 1), ("b.txt", bob, 2)] {
            let processor = try fixture.claimProcessor()
            try await take(fixture.drop(name, user, hash: hash), of: user, at: processor, drawing: chance)
        }
        let jobs = try fixture.database.jobs.jobs(limit: 10)
        #expect(Set(jobs.map(\.user)) == [alice, bob])
        #expect(Set(jobs.map(\.droppedName.display)) == ["a.txt", "b.txt"])
        #expect(Set(jobs.map(\.id)).count == 2)
    }

    @Test func whileALargeFileIsCopiedOthersAreTaken() async throws {
        let fixture = try PipelineFixture(stepBytes: 1)
        let processor = try fixture.claimProcessor()
        // Two chunks of a copy.
        try await take(fixture.drop("large.txt", alice, hashes: 0..<5_000), of: alice, at: processor)
        #expect(processor.isReading)
        #expect(processor.readingLines(of: alice).map(\.reason) == ["picked up, and 0 % read"])
        let step = processor.goOn()
        #expect(step?.user == alice && step?.usedWriter == false)
        #expect(try fixture.database.jobs.count() == 0)
        while processor.goOn() != nil {}
        #expect(try fixture.database.jobs.jobs(limit: 10).map(\.counts.hashes) == [5_000])
        #expect(!processor.isReading)
    }

    @Test func oneUsersUnwritableReportsStopThatUserAlone() async throws {
        let fixture = try PipelineFixture()
        // A file in the place of her report folder; no account can make folders in it, not even root.
        let reports = fixture.folder.url.appending(path: "reports/alice")
        try FileManager.default.removeItem(at: reports)
        try Data().write(to: reports)
        let processor = try fixture.claimProcessor()
        for number in 0..<100 {
            try await take(fixture.drop("\(number).txt", alice), of: alice, at: processor)
        }
        #expect(processor.reasonToPause(alice) != nil)
        #expect(processor.reasonToPause(bob) == nil)
        #expect(processor.trouble != nil)
        // And it goes on by itself.
        try FileManager.default.removeItem(at: reports)
        processor.retry(at: .seconds(2_000))
        #expect(processor.reasonToPause(alice) == nil)
        #expect(processor.trouble == nil && processor.deadline == nil)
    }

    @Test func aReportFolderThatCannotBeWrittenHoldsUpNoLookup() async throws {
        let fixture = try PipelineFixture()
        let reports = fixture.folder.url.appending(path: "reports/alice")
        try FileManager.default.removeItem(at: reports)
        try Data().write(to: reports)
        let lookups = try fixture.dispatcher()
        let processor = try fixture.claimProcessor(lookups: lookups)
        async let running: Void = lookups.run()
        try await take(fixture.drop("a.txt", alice), of: alice, at: processor)
        #expect(processor.trouble != nil)
        try await eventually("alice's job has its answer") {
            try fixture.database.jobs.jobs(limit: 10).map(\.state) == [.done]
        }
        lookups.stop()
        await running
        // The claim is finished when the report folder is back, though its job is over.
        try FileManager.default.removeItem(at: reports)
        processor.retry(at: .seconds(2_000))
        #expect(processor.trouble == nil && processor.deadline == nil)
        let folder = try fixture.database.jobs.jobs(limit: 10)[0].folderName
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: fixture.folder.path("reports/alice/\(folder)")) == ["input"])
    }

    /// The steps after a claim, in their order; a kill may come between any two.
    enum Step: Int, CaseIterable, Sendable {
        case nothing, stored, published
    }

    @Test(arguments: Step.allCases, [true, false])
    func aCutBetweenAnyTwoStepsIsFinishedOnce(after step: Step, isRefused: Bool) async throws {
        let fixture = try PipelineFixture()
        var decision = try fixture.drop("a.txt", alice)
        if isRefused {
            let path = fixture.folder.path("spool/alice/a.txt")
            try Data().write(to: URL(filePath: path))
            decision.entry = try fixture.spool.scan(alice).entries[0]
        }
        let id = JobID("20270115-080000-aaaaa")!
        let claim = try await eventually("claimed") { [decision] () -> Claim? in
            let outcome =
                isRefused
                ? try fixture.claims.claimRefused(
                    decision.entry, of: alice, as: id, reason: .empty, at: Samples.now)
                : try fixture.claims.claim(
                    decision.entry, of: alice, as: id, evidence: .renamedIntoFolder, at: Samples.now)
            if case .done(let claim) = outcome { return claim }
            return nil
        }
        // What the processor does, cut short.
        let lists = ListImporter(jobs: fixture.database.jobs, options: IntakeOptions())
        let input = fixture.folder.path("spool/.hashdrop/work/\(id)/input")
        if step != .nothing {
            let job = try lists.read(claim)
            if step == .published { try fixture.publisher.publishInputs(of: [(job, input)])[0].get() }
        }
        let processor = try fixture.claimProcessor()
        try processor.recover()
        #expect(processor.trouble == nil)
        let jobs = try fixture.database.jobs.jobs(limit: 10)
        #expect(jobs.map(\.id) == [id])
        #expect(jobs.first?.state == (isRefused ? .refused : .running))
        let folder = fixture.folder.path("reports/alice/\(jobs[0].folderName)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["input"])
        let work = fixture.folder.path("spool/.hashdrop/work")
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
        // A second start finds nothing more to do.
        try fixture.claimProcessor().recover()
        #expect(try fixture.database.jobs.count() == 1)
    }

    /// Some 3,000 hashes: three of the parts that are read at once.
    private let longList = 0..<3_000

    @Test func aLongListIsReadInTurnsAndIsNoJobUntilItsEnd() async throws {
        let fixture = try PipelineFixture()
        let processor = try fixture.claimProcessor(hashesAtOnce: 100)
        try await take(fixture.drop("long.txt", alice, hashes: longList), of: alice, at: processor)
        #expect(processor.isReading)
        #expect(processor.readingLines(of: alice).map(\.name.display) == ["long.txt"])
        #expect(processor.readingLines(of: alice)[0].reason.contains(" % read"))
        #expect(try fixture.database.jobs.count() == 0)
        // Bob's is short, and a job at once.
        try await take(fixture.drop("short.txt", bob), of: bob, at: processor)
        #expect(try fixture.database.jobs.jobs(limit: 10).map(\.user) == [bob])
        var turns = 0
        while let user = processor.goOn()?.user {
            #expect(user == alice)
            turns += 1
        }
        #expect(turns > 1)
        #expect(!processor.isReading && processor.readingLines(of: alice).isEmpty)
        let job = try #require(try fixture.database.jobs.jobs(of: alice, limit: 10).first)
        #expect(job.counts.hashes == longList.count)
        #expect(try fixture.database.lookups.runningJob(job.id)?.openHashes == longList.count)
    }

    @Test func usersTakeTurnsWithTheirLongListsAndTheListWithLeastLeftGoesFirst() async throws {
        let fixture = try PipelineFixture()
        let processor = try fixture.claimProcessor(hashesAtOnce: 100)
        try await take(fixture.drop("longer.txt", alice, hashes: 0..<9_000), of: alice, at: processor)
        try await take(fixture.drop("long.txt", alice, hashes: longList), of: alice, at: processor)
        try await take(fixture.drop("bobs.txt", bob, hashes: longList), of: bob, at: processor)
        #expect(
            [processor.goOn()?.user, processor.goOn()?.user, processor.goOn()?.user, processor.goOn()?.user]
                == [
                    alice, bob, alice, bob,
                ])
        while processor.goOn() != nil {}
        let order = try fixture.database.jobs.jobs(limit: 10).map(\.droppedName.display)
        #expect(Set(order) == ["longer.txt", "long.txt", "bobs.txt"])
        let rows = try fixture.database.lookups.runningJobs().map(\.openHashes)
        #expect(rows.sorted() == [3_000, 3_000, 9_000])
    }

    @Test func whoHasManyLongListsBeingReadKeepsFurtherOnesInTheFolder() async throws {
        let fixture = try PipelineFixture()
        let processor = try fixture.claimProcessor(hashesAtOnce: 100)
        for number in 0..<4 {
            #expect(processor.reasonToPause(alice) == nil)
            try await take(fixture.drop("\(number).txt", alice, hashes: longList), of: alice, at: processor)
        }
        #expect(processor.reasonToPause(alice) != nil)
        #expect(processor.reasonToPause(bob) == nil)
        while processor.goOn() != nil {}
        #expect(processor.reasonToPause(alice) == nil)
    }

    @Test func aKillBetweenTwoPartsOfALongListIsMadeGood() async throws {
        let fixture = try PipelineFixture()
        let killed = try fixture.claimProcessor(hashesAtOnce: 100)
        try await take(fixture.drop("long.txt", alice, hashes: longList), of: alice, at: killed)
        #expect(killed.goOn()?.user == alice && killed.isReading)
        let processor = try fixture.claimProcessor(hashesAtOnce: 100)
        try processor.recover()
        while processor.goOn() != nil {}
        let jobs = try fixture.database.jobs.jobs(limit: 10)
        #expect(jobs.map(\.counts.hashes) == [longList.count])
        #expect(jobs.map(\.counts.duplicates) == [0])
        while try fixture.database.jobs.purge() {}
        var rows = 0
        try fixture.database.reportRows.forEachRow(of: jobs[0].id, order: .list) { _ in rows += 1 }
        #expect(rows == longList.count)
    }

    @Test func aLongListThatCannotBeReadOnGoesOnWhereItStopped() async throws {
        let fixture = try PipelineFixture()
        let processor = try fixture.claimProcessor(hashesAtOnce: 100)
        try await take(fixture.drop("long.txt", alice, hashes: longList), of: alice, at: processor)
        // Its input is not to be had for a while.
        let work = fixture.folder.path("spool/.hashdrop/work")
        try FileManager.default.moveItem(atPath: work, toPath: work + ".away")
        #expect(processor.goOn()?.user == alice)
        #expect(processor.trouble != nil && processor.deadline != nil)
        #expect(processor.goOn()?.user == nil)
        try FileManager.default.moveItem(atPath: work + ".away", toPath: work)
        processor.retry(at: .seconds(2_000))
        while processor.goOn() != nil {}
        #expect(processor.trouble == nil)
        let job = try #require(try fixture.database.jobs.jobs(limit: 10).first)
        #expect(job.counts.hashes == longList.count && job.counts.duplicates == 0)
    }

    /// Its 195 kB are 12 chunks, each of a millisecond.
    @Test(arguments: [(true, 3), (false, 1)])
    func newsEndTheTurnOfAListThatIsRead(hasNews: Bool, turns: Int) async throws {
        let fixture = try PipelineFixture()
        let decision = try fixture.drop("long.txt", alice, hashes: longList)
        let lists = ListImporter(jobs: fixture.database.jobs, options: IntakeOptions())
        let claim = try await eventually("claimed") { () -> Claim? in
            let outcome = try fixture.claims.claim(
                decision.entry, of: alice, as: JobID("20270115-080000-aaaaa")!, evidence: .renamedIntoFolder,
                at: Samples.now)
            if case .done(let claim) = outcome { return claim }
            return nil
        }
        guard case .reading(var reading) = try lists.begin(claim, at: Samples.now) else {
            Issue.record("no list is read")
            return
        }
        var taken = 0
        while !reading.isAtEnd {
            _ = try reading.advance(by: SteppingClock(), hasNews: { hasNews })
            taken += 1
        }
        #expect(taken == turns)
    }

    @Test func aListThatTurnsOutTooLongIsRefusedWithoutARow() async throws {
        let fixture = try PipelineFixture()
        let lists = ListImporter(
            jobs: fixture.database.jobs,
            options: IntakeOptions(limits: HashListLimits(hashesMax: 2_500), hashesAtOnce: 100))
        let decision = try fixture.drop("long.txt", alice, hashes: longList)
        let id = JobID("20270115-080000-aaaaa")!
        let claim = try await eventually("claimed") { () -> Claim? in
            let outcome = try fixture.claims.claim(
                decision.entry, of: alice, as: id, evidence: .renamedIntoFolder, at: Samples.now)
            if case .done(let claim) = outcome { return claim }
            return nil
        }
        let job = try lists.read(claim)
        #expect(job.state == .refused)
        #expect(job.reason?.contains("2500") == true, "\(job.reason ?? "")")
        #expect(job.counts.hashes == 0)
        #expect(try fixture.database.jobs.count() == 1)
    }

    @Test func aDamagedClaimIsRemembered() throws {
        let fixture = try PipelineFixture()
        let path = fixture.folder.path("spool/.hashdrop/work/strange")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let processor = try fixture.claimProcessor()
        try processor.recover()
        #expect(processor.damaged.map(\.path).first?.hasSuffix("work/strange") == true)
    }
}
