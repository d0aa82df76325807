import Foundation
import HashLists
import Model
import Spool
import Store
import TestSupport
import Testing

@testable import Pipeline

struct ClaimProcessorTests {
    private let alice = Samples.user("alice")
    private let bob = Samples.user("bob")

    /// A file that somebody's forked child still has open for a moment is tried again, as the intake does.
    private func take(
        _ decision: ReadinessDecision, of user: UserName, at desk: ClaimProcessor,
        drawing generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) async throws {
        var generator = generator
        try await eventually("taken") {
            if case .taken = desk.take(decision, of: user, using: &generator) { true } else { false }
        }
    }

    @Test func twoFilesThatDrawTheSameIDAreTwoJobs() async throws {
        let workshop = try PipelineFixture()
        // The same five characters twice, as chance would have it.
        let chance = Loaded(numbers: Array(repeating: 0, count: 10))
        let desk = try workshop.desk()
        try await take(workshop.drop("a.txt", alice, hash: 1), of: alice, at: desk, drawing: chance)
        try await take(workshop.drop("b.txt", bob, hash: 2), of: bob, at: desk, drawing: chance)
        let jobs = try workshop.database.jobs.jobs(limit: 10)
        #expect(Set(jobs.map(\.user)) == [alice, bob])
        #expect(Set(jobs.map(\.droppedName.display)) == ["a.txt", "b.txt"])
        #expect(Set(jobs.map(\.id)).count == 2)
    }

    @Test func oneUsersUnwritableReportsStopThatUserAlone() async throws {
        let workshop = try PipelineFixture()
        // A file in the place of her report folder; nobody can make folders in it, not even root.
        let reports = workshop.folder.url.appending(path: "reports/alice")
        try FileManager.default.removeItem(at: reports)
        try Data().write(to: reports)
        let desk = try workshop.desk()
        for number in 0..<100 {
            try await take(workshop.drop("\(number).txt", alice), of: alice, at: desk)
        }
        #expect(desk.reasonToPause(alice) != nil)
        #expect(desk.reasonToPause(bob) == nil)
        #expect(desk.trouble != nil)
        // And it goes on by itself.
        try FileManager.default.removeItem(at: reports)
        desk.retry(at: .seconds(2_000))
        #expect(desk.reasonToPause(alice) == nil)
        #expect(desk.trouble == nil && desk.deadline == nil)
    }

    /// The steps after a claim, in their order; a kill may come between any two.
    enum Step: Int, CaseIterable, Sendable {
        case nothing, stored, published
    }

    @Test(arguments: Step.allCases, [true, false])
    func aCutBetweenAnyTwoStepsIsFinishedOnce(after step: Step, isRefused: Bool) async throws {
        let workshop = try PipelineFixture()
        var decision = try workshop.drop("a.txt", alice)
        if isRefused {
            let path = workshop.folder.path("spool/alice/a.txt")
            try Data().write(to: URL(filePath: path))
            decision.entry = try workshop.spool.scan(alice).entries[0]
        }
        let id = JobID("20270115-080000-aaaaa")!
        let claim = try await eventually("claimed") { [decision] () -> Claim? in
            let outcome =
                isRefused
                ? try workshop.claims.claimRefused(
                    decision.entry, of: alice, as: id, reason: .empty, at: Samples.now)
                : try workshop.claims.claim(
                    decision.entry, of: alice, as: id, evidence: .renamedIntoFolder, at: Samples.now)
            if case .done(let claim) = outcome { return claim }
            return nil
        }
        // What the desk does, cut short.
        let lists = ListImporter(jobs: workshop.database.jobs, options: IntakeOptions())
        let input = workshop.folder.path("spool/.hashdrop/work/\(id)/input")
        if step != .nothing {
            let job = try lists.read(claim)
            if step == .published { try workshop.publisher.publishInput(of: job, from: input) }
        }
        let desk = try workshop.desk()
        try desk.recover()
        #expect(desk.trouble == nil)
        let jobs = try workshop.database.jobs.jobs(limit: 10)
        #expect(jobs.map(\.id) == [id])
        #expect(jobs.first?.state == (isRefused ? .refused : .running))
        let folder = workshop.folder.path("reports/alice/\(jobs[0].folderName)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["input"])
        let work = workshop.folder.path("spool/.hashdrop/work")
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
        // A second start finds nothing more to do.
        try workshop.desk().recover()
        #expect(try workshop.database.jobs.count() == 1)
    }

    /// Some 3,000 hashes: three of the parts that are read at once.
    private let longList = 0..<3_000

    @Test func aLongListIsReadInTurnsAndIsNoJobUntilItsEnd() async throws {
        let workshop = try PipelineFixture()
        let desk = try workshop.desk(hashesAtOnce: 100)
        try await take(workshop.drop("long.txt", alice, hashes: longList), of: alice, at: desk)
        #expect(desk.isReading)
        #expect(desk.readingLines(of: alice).map(\.name.display) == ["long.txt"])
        #expect(desk.readingLines(of: alice)[0].reason.contains(" % read"))
        #expect(try workshop.database.jobs.count() == 0)
        // Bob's is short, and a job at once.
        try await take(workshop.drop("short.txt", bob), of: bob, at: desk)
        #expect(try workshop.database.jobs.jobs(limit: 10).map(\.user) == [bob])
        var turns = 0
        while let user = desk.readOn() {
            #expect(user == alice)
            turns += 1
        }
        #expect(turns > 1)
        #expect(!desk.isReading && desk.readingLines(of: alice).isEmpty)
        let job = try #require(try workshop.database.jobs.jobs(of: alice, limit: 10).first)
        #expect(job.counts.hashes == longList.count)
        #expect(try workshop.database.lookups.runningJob(job.id)?.openHashes == longList.count)
    }

    @Test func usersTakeTurnsWithTheirLongListsAndTheListWithLeastLeftGoesFirst() async throws {
        let workshop = try PipelineFixture()
        let desk = try workshop.desk(hashesAtOnce: 100)
        try await take(workshop.drop("longer.txt", alice, hashes: 0..<9_000), of: alice, at: desk)
        try await take(workshop.drop("long.txt", alice, hashes: longList), of: alice, at: desk)
        try await take(workshop.drop("bobs.txt", bob, hashes: longList), of: bob, at: desk)
        #expect([desk.readOn(), desk.readOn(), desk.readOn(), desk.readOn()] == [alice, bob, alice, bob])
        while desk.readOn() != nil {}
        let order = try workshop.database.jobs.jobs(limit: 10).map(\.droppedName.display)
        #expect(Set(order) == ["longer.txt", "long.txt", "bobs.txt"])
        let rows = try workshop.database.lookups.runningJobs().map(\.openHashes)
        #expect(rows.sorted() == [3_000, 3_000, 9_000])
    }

    @Test func whoHasManyLongListsBeingReadKeepsFurtherOnesInTheFolder() async throws {
        let workshop = try PipelineFixture()
        let desk = try workshop.desk(hashesAtOnce: 100)
        for number in 0..<4 {
            #expect(desk.reasonToPause(alice) == nil)
            try await take(workshop.drop("\(number).txt", alice, hashes: longList), of: alice, at: desk)
        }
        #expect(desk.reasonToPause(alice) != nil)
        #expect(desk.reasonToPause(bob) == nil)
        while desk.readOn() != nil {}
        #expect(desk.reasonToPause(alice) == nil)
    }

    @Test func aKillBetweenTwoPartsOfALongListIsMadeGood() async throws {
        let workshop = try PipelineFixture()
        let killed = try workshop.desk(hashesAtOnce: 100)
        try await take(workshop.drop("long.txt", alice, hashes: longList), of: alice, at: killed)
        #expect(killed.readOn() == alice && killed.isReading)
        let desk = try workshop.desk(hashesAtOnce: 100)
        try desk.recover()
        while desk.readOn() != nil {}
        let jobs = try workshop.database.jobs.jobs(limit: 10)
        #expect(jobs.map(\.counts.hashes) == [longList.count])
        #expect(jobs.map(\.counts.duplicates) == [0])
        while try workshop.database.jobs.purge() {}
        var rows = 0
        try workshop.database.reportRows.forEachRow(of: jobs[0].id, order: .list) { _ in rows += 1 }
        #expect(rows == longList.count)
    }

    @Test func aLongListThatCannotBeReadOnGoesOnWhereItStopped() async throws {
        let workshop = try PipelineFixture()
        let desk = try workshop.desk(hashesAtOnce: 100)
        try await take(workshop.drop("long.txt", alice, hashes: longList), of: alice, at: desk)
        // Its input is not to be had for a while.
        let work = workshop.folder.path("spool/.hashdrop/work")
        try FileManager.default.moveItem(atPath: work, toPath: work + ".away")
        #expect(desk.readOn() == alice)
        #expect(desk.trouble != nil && desk.deadline != nil)
        #expect(desk.readOn() == nil)
        try FileManager.default.moveItem(atPath: work + ".away", toPath: work)
        desk.retry(at: .seconds(2_000))
        while desk.readOn() != nil {}
        #expect(desk.trouble == nil)
        let job = try #require(try workshop.database.jobs.jobs(limit: 10).first)
        #expect(job.counts.hashes == longList.count && job.counts.duplicates == 0)
    }

    @Test func aListThatTurnsOutTooLongIsRefusedWithoutARow() async throws {
        let workshop = try PipelineFixture()
        let lists = ListImporter(
            jobs: workshop.database.jobs,
            options: IntakeOptions(limits: HashListLimits(hashesMax: 2_500), hashesAtOnce: 100))
        let decision = try workshop.drop("long.txt", alice, hashes: longList)
        let id = JobID("20270115-080000-aaaaa")!
        let claim = try await eventually("claimed") { () -> Claim? in
            let outcome = try workshop.claims.claim(
                decision.entry, of: alice, as: id, evidence: .renamedIntoFolder, at: Samples.now)
            if case .done(let claim) = outcome { return claim }
            return nil
        }
        let job = try lists.read(claim)
        #expect(job.state == .refused)
        #expect(job.reason?.contains("2500") == true, "\(job.reason ?? "")")
        #expect(job.counts.hashes == 0)
        #expect(try workshop.database.jobs.count() == 1)
    }

    @Test func aDamagedClaimIsRemembered() throws {
        let workshop = try PipelineFixture()
        let path = workshop.folder.path("spool/.hashdrop/work/strange")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let desk = try workshop.desk()
        try desk.recover()
        #expect(desk.damaged.map(\.path).first?.hasSuffix("work/strange") == true)
    }
}
