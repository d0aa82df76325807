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

    private func answer(_ hash: FileHash, _ answer: LookupAnswer.Answer, at date: Date = Samples.now) throws
        -> RecordedOutcomes
    {
        let job = try #require(try database.lookups.runningJobs().first)
        let reservation = Reservation(hash: hash, jobRowID: job.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: date)[0])
        return try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                endedAt: Samples.reading(date))
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

    @Test func anAnswerForOneNameAnswersTheOthersInEveryJob() throws {
        let byMD5 = try accept([[Samples.hash(1, .md5)], [Samples.hash(2, .md5)]])
        let bySHA1 = try accept([[Samples.hash(1, .sha1)]], job: Samples.job(user: "bob"))
        let recorded = try answer(Samples.hash(1, .md5), .known(Samples.file(1, detections: 4)))
        #expect(recorded.finished == [bySHA1.id])
        #expect(recorded.touched == [byMD5.id: 1, bySHA1.id: 0])
        let bob = try #require(try database.jobs.job(bySHA1.id))
        #expect(bob.state == .done)
        #expect(bob.requestCost.requestsSent == 0)
        #expect(bob.requestCost.savedByAlias == 1)
        #expect(try rows(bob)[0].answer?.fileObject == Samples.file(1, detections: 4))
        #expect(try database.jobs.job(byMD5.id)?.requestCost.requestsSent == 1)
    }

    @Test func theCacheAnswersANewJobUntilTheAnswerIsTooOld() throws {
        _ = try accept([[Samples.hash(1)]])
        _ = try answer(Samples.hash(1), .known(Samples.file(1)))
        let soon = Samples.job(receivedAt: Samples.now + 86_399)
        let fresh = try accept([[Samples.hash(1, .md5)]], job: soon)
        #expect(fresh.state == .done)
        #expect(fresh.requestCost.savedByCache == 1)
        let late = try accept([[Samples.hash(1, .md5)]], job: Samples.job(receivedAt: Samples.now + 86_401))
        #expect(late.state == .running)
        let row = try rows(late)[0]
        #expect(row.isStale)
        #expect(row.answer?.fileObject?.md5 == Samples.hash(1, .md5))
    }

    @Test func severalNamesOnOneLineCostOneRequest() throws {
        let names = FileHash.Kind.allCases.map { Samples.hash(1, $0) }
        let job = try accept([names])
        #expect(try database.lookups.runningJobs()[0].openHashes == 1)
        let recorded = try answer(Samples.hash(1), .known(Samples.file(1)))
        #expect(recorded.finished == [job.id])
        #expect(try database.jobs.job(job.id)?.requestCost.savedByAlias == 2)
    }

    @Test func aNameThatTheAnswerContradictsIsAskedByItself() throws {
        let job = try accept([[Samples.hash(2, .md5), Samples.hash(1, .sha256)]])
        let recorded = try answer(Samples.hash(1), .known(Samples.file(1)))
        #expect(recorded.touched == [job.id: 1])
        let running = try database.lookups.runningJobs()[0]
        #expect(
            try database.lookups.openHashes(of: running.rowID, after: nil, limit: 9, at: Samples.now)
                == [Samples.hash(2, .md5)])
    }

    @Test func anUnknownHashSaysNothingOfAnotherOnItsLine() throws {
        let job = try accept([[Samples.hash(1, .sha256), Samples.hash(2, .md5)]])
        let recorded = try answer(Samples.hash(1), .unknown)
        #expect(recorded.touched == [job.id: 1])
        #expect(try rows(job).map(\.askedAs) == [nil, nil])
        #expect(try database.lookups.runningJobs()[0].openHashes == 1)
    }

    @Test func anUnknownFileIsUnknownByAllNamesThatItsStructureGivesItAndSaysWhichWasAsked() throws {
        // The SHA-1 leads in the second object and follows in the first.
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            for (line, kinds) in [[FileHash.Kind.sha256, .sha1], [.sha1, .md5]].enumerated() {
                writer.add(
                    HashListEntry(
                        line: line + 1, hashes: kinds.map { Samples.hash(1, $0) }, namesOneFile: true))
            }
        }
        let recorded = try answer(Samples.hash(1), .unknown)
        #expect(recorded.finished == [job.id])
        let rows = try rows(job)
        #expect(rows.allSatisfy { $0.answer?.answer == .unknown })
        #expect(rows.map(\.askedAs) == [nil, Samples.hash(1), Samples.hash(1)])
        // What was not asked is not in the cache.
        let other = try accept([[Samples.hash(1, .md5)]], job: Samples.job(user: "bob"))
        #expect(other.state == .running)
    }

    @Test func twoHashesOfOneKindOnALineAreTwoFiles() throws {
        _ = try accept([[Samples.hash(1, .md5), Samples.hash(2, .md5)]])
        #expect(try database.lookups.runningJobs()[0].openHashes == 2)
    }

    @Test func aFailureForGoodEndsTheRowWithItsReason() throws {
        let job = try accept([[Samples.hash(1)], [Samples.hash(2)]])
        let running = try database.lookups.runningJobs()[0]
        let reservation = Reservation(hash: Samples.hash(1), jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        let recorded = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .failedForGood(reason: "bad request"),
                outcome: "400", endedAt: Samples.reading(Samples.now))
        ])
        #expect(recorded.touched == [job.id: 1])
        #expect(try rows(job)[0].state == .failed(reason: "bad request", stale: nil))
    }

    @Test func aPostponedHashIsNotOfferedBeforeItsTime() throws {
        _ = try accept([[Samples.hash(1)]])
        let running = try database.lookups.runningJobs()[0]
        let reservation = Reservation(hash: Samples.hash(1), jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        let later = Samples.now + 30
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation,
                result: .failedForNow(reason: "503", notBefore: later, countsAttempt: true),
                outcome: "503", endedAt: Samples.reading(Samples.now))
        ])
        func open(at date: Date) throws -> [FileHash] {
            try database.lookups.openHashes(of: running.rowID, after: nil, limit: 9, at: date)
        }
        #expect(try open(at: later - 1).isEmpty)
        #expect(try open(at: later) == [Samples.hash(1)])
        #expect(try database.lookups.nextRetry(after: Samples.now) == later)
        #expect(try database.lookups.failures(of: Samples.hash(1))?.attempts == 1)
    }

    @Test func whatHasBeenAnsweredIsNotReservedAgain() throws {
        _ = try accept([[Samples.hash(1)], [Samples.hash(2)]])
        _ = try answer(Samples.hash(1), .unknown)
        let running = try database.lookups.runningJobs()[0]
        let twice = Reservation(hash: Samples.hash(1), jobRowID: running.rowID)
        #expect(try database.lookups.reserve([twice], at: Samples.now) == [nil])
        #expect(try database.ledger.spending(at: Samples.reading(Samples.now)).today == 1)
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
