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

    @Test func aDamagedClaimIsRemembered() throws {
        let workshop = try Workshop()
        let path = workshop.folder.path("spool/.hashdrop/work/strange")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let desk = try workshop.desk()
        try desk.recover()
        #expect(desk.damaged.map(\.path).first?.hasSuffix("work/strange") == true)
    }
}
