import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Store

/// The allow-list in the database, and what it makes of rows.
@Suite(.limited(.processor))
struct AllowListTests {
    let folder = TemporaryFolder()
    private let database: HashdropDatabase

    init() throws { database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil) }

    private func entry(_ hash: FileHash, reason: String = "ours", until: Date? = nil) -> AllowedFile {
        AllowedFile(hash: hash, reason: reason, author: "root", createdAt: Samples.now, until: until)
    }

    private func policy(_ files: AllowedFile..., at now: Date = Samples.now) -> VerdictPolicy {
        var policy = VerdictPolicy()
        policy.allowList = AllowList(files, at: now)
        return policy
    }

    private func answer(_ number: Int, detections: Int) -> LookupAnswer {
        LookupAnswer(answer: .known(Samples.file(number, detections: detections)), askedAt: Samples.now)
    }

    private func row(_ hash: FileHash, _ state: ReportRow.State) -> ReportRow {
        ReportRow(hash: hash, state: state, line: 1)
    }

    @Test(arguments: FileHash.Kind.allCases, FileHash.Kind.allCases)
    func anEntryByAnyNameCoversTheFileByAnyName(listed: FileHash.Kind, allowed: FileHash.Kind) {
        let row = row(Samples.hash(4, listed), .answered(answer(4, detections: 3)))
        #expect(row.verdict(policy(entry(Samples.hash(4, allowed)))) == .allowed)
        #expect(row.opinion(policy(entry(Samples.hash(4, allowed)))) == .malicious)
        #expect(row.verdict(policy(entry(Samples.hash(5, allowed)))) == .malicious)
    }

    /// All but malicious and suspicious stay what they are.
    @Test func onlyWhatEnginesSpeakAgainstBecomesAllowed() {
        let stale = answer(4, detections: 9)
        let states: [(ReportRow.State, Verdict)] = [
            (.answered(answer(4, detections: 3)), .allowed), (.answered(answer(4, detections: 1)), .allowed),
            (.answered(answer(4, detections: 0)), .clean),
            (.answered(LookupAnswer(answer: .unknown, askedAt: Samples.now)), .unknown),
            (.failed(reason: "x", stale: stale), .failed), (.waiting(stale: stale), .waiting),
            (.notAsked(stale: stale), .notAsked),
        ]
        let policy = policy(entry(Samples.hash(4)))
        for (state, verdict) in states {
            #expect(row(Samples.hash(4), state).verdict(policy) == verdict, "\(state)")
        }
    }

    @Test func anEntryEndsAtItsTime() {
        let end = Samples.now + 60
        let row = row(Samples.hash(4), .answered(answer(4, detections: 3)))
        let moments: [(Double, Verdict)] = [(-1, .allowed), (0, .malicious), (1, .malicious)]
        for (seconds, verdict) in moments {
            #expect(row.verdict(policy(entry(Samples.hash(4), until: end), at: end + seconds)) == verdict)
        }
    }

    @Test func entriesAreKeptReplacedAndRemoved() throws {
        let files = [
            entry(Samples.hash(1, .md5)), entry(Samples.hash(2, .sha1), until: Samples.now + 5),
            entry(Samples.hash(3)),
        ]
        for file in files { #expect(try database.allowed.set(file)) }
        #expect(Set(try database.allowed.all()) == Set(files))
        #expect(try database.allowed.set(entry(Samples.hash(3), reason: "seen again")))
        #expect(
            try database.allowed.all().filter { $0.hash == Samples.hash(3) }.map(\.reason) == ["seen again"])
        #expect(try database.allowed.remove(Samples.hash(3)))
        #expect(try !database.allowed.remove(Samples.hash(3)))
        #expect(Set(try database.allowed.all()) == Set(files.prefix(2)))
    }

    /// By whichever name it is asked for, as far as the cache knows the file; without what has expired.
    @Test func aFilesEntriesAreFoundByEachOfItsNames() throws {
        let answered = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            list.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        let rowID = try #require(try database.lookups.runningJob(answered.id)).rowID
        let reservation = Reservation(hash: Samples.hash(1), jobRowID: rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(.known(Samples.file(1))),
                outcome: "200", endedAt: Samples.reading(Samples.now))
        ])
        let files = [
            entry(Samples.hash(1, .md5)), entry(Samples.hash(1, .sha1), until: Samples.now + 5),
            entry(Samples.hash(1)), entry(Samples.hash(2)), entry(Samples.hash(2, .md5)),
        ]
        for file in files { #expect(try database.allowed.set(file)) }
        func found(_ hash: FileHash, after seconds: Double = 0) throws -> Set<AllowedFile> {
            Set(try database.allowed.entries(ofFileOf: hash, at: Samples.now + seconds))
        }
        for kind in FileHash.Kind.allCases {
            #expect(try found(Samples.hash(1, kind)) == Set(files[0...2]))
            #expect(try found(Samples.hash(1, kind), after: 5) == [files[0], files[2]])
        }
        // The cache knows nothing of it.
        #expect(try found(Samples.hash(2)) == [files[3]])
        #expect(try found(Samples.hash(2, .sha1)) == [])
        #expect(try database.allowed.remove(Samples.hash(1)))
        #expect(try found(Samples.hash(1)) == Set(files[0...1]))
    }

    /// A full list takes no other hash, but another reason for one that it has.
    @Test func theListHasALimit() throws {
        for number in 0..<3 { #expect(try database.allowed.set(entry(Samples.hash(number)), entriesMax: 3)) }
        #expect(try !database.allowed.set(entry(Samples.hash(3)), entriesMax: 3))
        #expect(try database.allowed.set(entry(Samples.hash(1), reason: "x"), entriesMax: 3))
        #expect(try database.allowed.all().count == 3)
    }

    /// The list as the report of a job, any, applies it.
    private func applied(_ job: Job, at now: Date = Samples.now) throws -> AllowList {
        try #require(try database.reportRows.read(job.id) { try $0.allowList(at: now) })
    }

    private func job() throws -> Job {
        try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            writer.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
    }

    @Test func theNextReportAppliesWhatAnotherProcessHasChanged() throws {
        let job = try job()
        let other = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil).allowed
        #expect(try applied(job) == AllowList())
        let steps: [(change: (AllowStore) throws -> Bool, files: [AllowedFile])] = [
            ({ try $0.set(entry(Samples.hash(1))) }, [entry(Samples.hash(1))]),
            (
                { try $0.set(entry(Samples.hash(2, .md5))) },
                [entry(Samples.hash(1)), entry(Samples.hash(2, .md5))]
            ),
            // As many as before, at the same time.
            (
                { try $0.set(entry(Samples.hash(1), reason: "other")) },
                [entry(Samples.hash(1), reason: "other"), entry(Samples.hash(2, .md5))]
            ),
            (
                { try $0.remove(Samples.hash(1)) && $0.set(entry(Samples.hash(3))) },
                [entry(Samples.hash(3)), entry(Samples.hash(2, .md5))]
            ),
        ]
        for (number, step) in steps.enumerated() {
            #expect(try step.change(number % 2 == 0 ? other : database.allowed))
            #expect(try applied(job) == AllowList(step.files, at: Samples.now), "\(number)")
            #expect(try applied(job) == AllowList(step.files, at: Samples.now), "\(number)")
        }
    }

    /// The times need not come in their order: the clock may be put back.
    @Test func aReportAppliesWhatHasNotExpiredAtItsTime() throws {
        let job = try job()
        let files = [
            entry(Samples.hash(1), until: Samples.now + 10), entry(Samples.hash(2), until: Samples.now + 20),
            entry(Samples.hash(3)),
        ]
        for file in files { #expect(try database.allowed.set(file)) }
        for seconds in [0, 9.5, 10, 10.5, 19.5, 20, 1_000, 15, 5, 20, 0] {
            let now = Samples.now + seconds
            #expect(try applied(job, at: now) == AllowList(files, at: now), "\(seconds)")
        }
    }

    @Test func onlyAChangeIsRead() throws {
        let job = try job()
        let file = entry(Samples.hash(1))
        #expect(try database.allowed.set(file))
        #expect(try applied(job) == AllowList([file], at: Samples.now))
        try database.pool.write { try $0.execute(sql: "ALTER TABLE allowed RENAME TO elsewhere") }
        #expect(try applied(job) == AllowList([file], at: Samples.now))
        try database.pool.write { try $0.execute(sql: "ALTER TABLE elsewhere RENAME TO allowed") }
        #expect(try database.allowed.remove(file.hash))
        #expect(try applied(job) == AllowList())
    }

    @Test func allowedRowsAreCountedApart() {
        var tally = JobTally(policy: policy(entry(Samples.hash(1))), now: Samples.now, severestMax: 10)
        for number in 0..<3 {
            tally.add(row(Samples.hash(number), .answered(answer(number, detections: number == 2 ? 0 : 5))))
        }
        #expect(tally.byVerdict.filter { $0.value > 0 } == [.malicious: 1, .allowed: 1, .clean: 1])
        #expect(tally.statistics.files.malicious == 1 && tally.statistics.files.others == 2)
        #expect(tally.severest == [0, 1, 2].map { Samples.hash($0) })
    }
}
