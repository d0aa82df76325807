import Foundation
import Model
import Store
import TestSupport
import Testing

/// An outcome that hundreds of lists wait for: served a part at a time, and asked for once.
@Suite(.limited(.daemon, .processor))
struct OutcomeSpreadTests {
    private static let wanted = Samples.hash(1)

    private func accept(in fixture: LedgerFixture) throws -> [Job] {
        try (0..<450).map { number in
            var lines = [[Self.wanted, Samples.hash(1, .md5)]]
            if number % 2 == 0 { lines.append([Samples.hash(2)]) }
            // Of a second each, so that no two draw the same id.
            return try fixture.accept(
                lines, user: "u\(number % 3)", receivedAt: Samples.now - Double(number))
        }
    }

    /// Serves the jobs that still wait; returns those that have ended by it.
    private func recordPending(in store: LookupStore) throws -> Set<JobID> {
        var finished: Set<JobID> = []
        var steps = 0
        while let recorded = try store.recordPending() {
            steps += 1
            #expect(steps < 20 && recorded.touched.count <= 200)
            finished.formUnion(recorded.finished)
        }
        #expect(steps >= 2)
        #expect(try store.recordPending() == nil)
        return finished
    }

    @Test(arguments: LedgerKind.allCases, [true, false])
    func everyJobIsServedAndNoneAsksAgain(ledger: LedgerKind, isAnswer: Bool) async throws {
        let fixture = try await LedgerFixture(ledger)
        let jobs = try accept(in: fixture)
        // In the name of one of the last jobs.
        let first = try await fixture.ask(
            Self.wanted, for: jobs[443],
            isAnswer ? .answered(.known(Samples.file(1))) : .failedForGood(reason: "400"))
        #expect(first.isIncomplete)
        #expect(first.touched.count < 450)
        #expect(first.touched.keys.contains(jobs[443].id), "who paid comes first")
        // Of the others none asks meanwhile. What a shared ledger has answered serves some of them.
        var finished = first.finished
        for job in try fixture.database.lookups.runningJobs() {
            let open = try fixture.database.lookups.openHashes(
                of: job.rowID, after: nil, limit: 9, at: Samples.now)
            #expect(!open.contains(Self.wanted))
            let reserved = try await fixture.reserve([Self.wanted], for: job.rowID)
            #expect(reserved.requests == [nil])
            finished.formUnion(reserved.recorded.finished)
        }
        #expect(try await fixture.spending().today == 1)
        // As after a kill: another object knows of it.
        let other = try await fixture.restarted()
        finished.formUnion(try recordPending(in: other.database.lookups))
        // A failure says nothing of the MD5 beside it: that is asked then.
        let done = jobs.enumerated().filter { isAnswer && $0.offset % 2 == 1 }.map(\.element.id)
        #expect(finished == Set(done))
        for (number, job) in jobs.enumerated() {
            let rest = (isAnswer ? 0 : 1) + (number % 2 == 0 ? 1 : 0)
            let running = try other.database.lookups.runningJob(job.id)
            #expect((running?.openHashes ?? 0) == rest)
            let cost = try #require(try other.database.jobs.job(job.id)).requestCost
            #expect(cost.requestsSent == (number == 443 ? 1 : 0))
            #expect(cost.savedBySharing == (isAnswer && number != 443 ? 1 : 0))
            #expect(cost.savedByAlias == (isAnswer ? 1 : 0))
        }
    }
}
