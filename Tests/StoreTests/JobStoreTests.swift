import Foundation
import Model
import Store
import TestSupport
import Testing

@Suite(.limited(.processor))
struct JobStoreTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private func accept(_ lines: [[FileHash]], job: Job = Samples.job()) throws -> Job {
        try database.jobs.accept(job, ages: CacheAges()) { writer in
            for (index, hashes) in lines.enumerated() {
                writer.add(HashListEntry(line: index + 1, hashes: hashes, comment: "line \(index + 1)"))
            }
        }
    }

    private func answer(_ hash: FileHash, _ answer: LookupAnswer.Answer) throws -> RecordedOutcomes {
        let job = try #require(try database.lookups.runningJobs().first)
        let reservation = Reservation(hash: hash, jobRowID: job.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        return try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    private func rows(_ job: Job) throws -> [ReportRow] {
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        return rows
    }

    @Test func aListIsStoredInItsOrderAndDuplicatesAreCounted() throws {
        let hashes = [3, 1, 2, 1, 1].map { Samples.hash($0, .md5) }
        let job = try accept(hashes.map { [$0] })
        #expect(job.state == .running)
        #expect(job.counts.hashes == 3)
        #expect(job.counts.duplicates == 2)
        let rows = try rows(job)
        #expect(rows.map(\.hash) == [3, 1, 2].map { Samples.hash($0, .md5) })
        #expect(rows.map(\.occurrences) == [1, 3, 1])
        #expect(rows[1].comment == "line 2")
        #expect(rows.allSatisfy { $0.state == .waiting(stale: nil) })
    }

    @Test func aListWithoutAHashIsRefusedAndKeepsItsUnusableLines() throws {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            writer.add(UnusableLine(line: 7, text: "abc", reason: "too short"))
        }
        #expect(job.state == .refused)
        #expect(job.reason?.contains("1 line has something like one") == true)
        #expect(try database.reportRows.read(job.id) { try $0.unusableLines(limit: 10).map(\.line) } == [7])
    }

    @Test func aThrowingListLeavesNothingBehind() throws {
        struct Failure: Error {}
        let job = Samples.job()
        #expect(throws: Failure.self) {
            try database.jobs.accept(job, ages: CacheAges()) { writer in
                writer.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
                throw Failure()
            }
        }
        #expect(try database.jobs.job(job.id) == nil)
        #expect(try database.lookups.runningJobs().isEmpty)
    }

    @Test func twoHashesOfOneKindOnALineAreTwoFiles() throws {
        _ = try accept([[Samples.hash(1, .md5), Samples.hash(2, .md5)]])
        #expect(try database.lookups.runningJobs()[0].openHashes == 2)
    }

    @Test func severityOrderPutsTheWorstFirstAndRespectsTheLimit() throws {
        let job = try accept((0..<6).map { [Samples.hash($0)] })
        for (number, detections) in [(0, 0), (1, 9), (2, 1), (3, 4)] {
            _ = try answer(Samples.hash(number), .known(Samples.file(number, detections: detections)))
        }
        _ = try answer(Samples.hash(4), .unknown)
        var numbers: [FileHash] = []
        let severest = try database.reportRows.tally(of: job.id, severestMax: 5).severest
        try database.reportRows.read(job.id) { try $0.forEachRow(of: severest) { numbers.append($0.hash) } }
        #expect(numbers == [1, 3, 2, 4, 0].map { Samples.hash($0) })
        #expect(
            try database.reportRows.counts(of: job.id, policy: VerdictPolicy())
                == [.malicious: 2, .suspicious: 1, .unknown: 1, .clean: 1, .waiting: 1])
    }

    /// Sums that are kept beside the jobs are those of the jobs, whatever is done with them.
    @Test func theSumsOfEachUserAreThoseOfTheJobs() throws {
        let alice = Samples.user("alice")
        var ids: [JobID] = []
        for number in 0..<6 {
            let job = try accept([[Samples.hash(number)]])
            ids.append(job.id)
            try database.jobs.saveReported(job.id, verdicts: [:], isFinal: false, bytes: Int64(number) * 10)
        }
        #expect(try database.jobs.count() == 6 && database.jobs.count(of: alice) == 6)
        #expect(
            try database.jobs.use(of: alice) == UserUse(openHashes: 6, lists: 6, reportBytes: 150))
        try database.jobs.saveReported(ids[5], verdicts: [:], isFinal: false, bytes: 7)
        try database.jobs.remove(ids[4])
        #expect(try database.jobs.count() == 5 && database.jobs.use(of: alice).lists == 6)
        while try database.jobs.purge() {}
        #expect(try database.jobs.count() == 5 && database.jobs.count(of: alice) == 5)
        #expect(
            try database.jobs.use(of: alice) == UserUse(openHashes: 5, lists: 5, reportBytes: 67))
        #expect(try database.jobs.useOfEachUser()[alice] == database.jobs.use(of: alice))
        #expect(try database.jobs.use(of: Samples.user("bob")) == UserUse(openHashes: 0, lists: 0))
        for id in ids where id != ids[4] { try database.jobs.remove(id) }
        while try database.jobs.purge() {}
        #expect(try database.jobs.count() == 0 && database.jobs.useOfEachUser().isEmpty)
    }
}
