import Foundation
import Model
import Spool
import Store
import TestSupport
import Testing

@testable import Pipeline

struct ClaimDeskTests {
    private let alice = Samples.user("alice")
    private let bob = Samples.user("bob")

    /// A file that somebody's forked child still has open for a moment is tried again, as the intake does.
    private func take(_ decision: ReadinessDecision, of user: UserName, at desk: ClaimDesk) async throws {
        try await eventually("taken") {
            if case .taken = desk.take(decision, of: user) { true } else { false }
        }
    }

    @Test func twoFilesThatDrawTheSameIDAreTwoJobs() async throws {
        let workshop = try Workshop()
        // The same five characters twice, as chance would have it.
        let desk = try workshop.desk(Loaded(numbers: Array(repeating: 0, count: 10)))
        try await take(workshop.drop("a.txt", alice, hash: 1), of: alice, at: desk)
        try await take(workshop.drop("b.txt", bob, hash: 2), of: bob, at: desk)
        let jobs = try workshop.database.jobs.jobs(limit: 10)
        #expect(Set(jobs.map(\.user)) == [alice, bob])
        #expect(Set(jobs.map(\.droppedName.display)) == ["a.txt", "b.txt"])
        #expect(Set(jobs.map(\.id)).count == 2)
    }

    @Test func oneUsersUnwritableReportsStopThatUserAlone() async throws {
        let workshop = try Workshop()
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
        let workshop = try Workshop()
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
        let lists = ListIntake(jobs: workshop.database.jobs, options: IntakeOptions())
        let input = workshop.folder.path("spool/.hashdrop/work/\(id)/input")
        if step != .nothing {
            let job = try lists.accept(claim)
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

    @Test func aDamagedClaimIsRemembered() throws {
        let workshop = try Workshop()
        let path = workshop.folder.path("spool/.hashdrop/work/strange")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let desk = try workshop.desk()
        try desk.recover()
        #expect(desk.damaged.map(\.path).first?.hasSuffix("work/strange") == true)
    }
}
