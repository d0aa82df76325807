import Foundation
import Model
import Store
import TestSupport
import Testing

/// An outcome that hundreds of lists wait for: served a part at a time, and asked for once.
@Suite(.limited(.processor))
struct OutcomeSpreadTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase
    let jobs: [Job]
    private static let wanted = Samples.hash(1)

    init() throws {
        let database = try HashdropDatabase(
            path: folder.path("test.sqlite"), endpoint: "https://example.test")
        self.database = database
        jobs = try (0..<450).map { number in
            // Of a second each, so that no two draw the same id.
            let job = Samples.job(user: "u\(number % 3)", receivedAt: Samples.now - Double(number))
            return try database.jobs.accept(job, ages: CacheAges()) { list in
                list.add(HashListEntry(line: 1, hashes: [Self.wanted, Samples.hash(1, .md5)]))
                if number % 2 == 0 { list.add(HashListEntry(line: 2, hashes: [Samples.hash(2)])) }
            }
        }
    }

    /// Asks in the name of one of the last jobs.
    private func record(_ result: LookupOutcome.Result) throws -> RecordedOutcomes {
        let job = try #require(try database.lookups.runningJob(jobs[443].id))
        let reservation = Reservation(hash: Self.wanted, jobRowID: job.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        return try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: result, outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    @Test(arguments: [true, false])
    func everyJobIsServedAndNoneAsksAgain(isAnswer: Bool) throws {
        let first = try record(
            isAnswer ? .answered(.known(Samples.file(1))) : .failedForGood(reason: "400"))
        #expect(first.isIncomplete)
        #expect(first.touched.count < 450)
        #expect(first.touched.keys.contains(jobs[443].id), "who paid comes first")
        // Of the others none asks meanwhile.
        for job in try database.lookups.runningJobs() {
            let open = try database.lookups.openHashes(of: job.rowID, after: nil, limit: 9, at: Samples.now)
            #expect(!open.contains(Self.wanted))
            let reservation = Reservation(hash: Self.wanted, jobRowID: job.rowID)
            #expect(try database.lookups.reserve([reservation], at: Samples.now) == [nil])
        }
        // As after a kill: another object knows of it.
        let other = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        var finished = first.finished
        var steps = 0
        while let recorded = try other.lookups.recordPending() {
            steps += 1
            #expect(steps < 20 && recorded.touched.count <= 200)
            finished.formUnion(recorded.finished)
        }
        #expect(steps >= 2)
        // A failure says nothing of the MD5 beside it: that is asked then.
        let done = jobs.enumerated().filter { isAnswer && $0.offset % 2 == 1 }.map(\.element.id)
        #expect(finished == Set(done))
        for (number, job) in jobs.enumerated() {
            let rest = (isAnswer ? 0 : 1) + (number % 2 == 0 ? 1 : 0)
            let running = try database.lookups.runningJob(job.id)
            #expect((running?.openHashes ?? 0) == rest)
            let cost = try #require(try database.jobs.job(job.id)).requestCost
            #expect(cost.requestsSent == (number == 443 ? 1 : 0))
            #expect(cost.savedBySharing == (isAnswer && number != 443 ? 1 : 0))
            #expect(cost.savedByAlias == (isAnswer ? 1 : 0))
        }
        #expect(try database.lookups.recordPending() == nil)
    }
}
