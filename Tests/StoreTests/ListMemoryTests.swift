import Foundation
import GRDB
import Model
import TestSupport
import Testing

@testable import Store

/// The memory of a user's lists: in how many earlier ones a file stood, and since when.
@Suite(.limited(.processor))
struct ListMemoryTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private func day(_ number: Int) -> Date { Samples.now + Double(number) * 86_400 }

    /// A list that is finished and not reported yet; its hashes that the cache does not know are answered.
    private func list(
        _ hashes: [FileHash], of user: String = "alice", on number: Int, unknown: Set<FileHash> = []
    ) throws -> Job {
        let job = try database.jobs.accept(
            Samples.job(user: user, receivedAt: day(number)),
            ages: CacheAges(known: .seconds(1_000 * 86_400), unknown: .seconds(1_000 * 86_400))
        ) { batch in
            for (index, hash) in hashes.enumerated() {
                batch.add(HashListEntry(line: index + 1, hashes: [hash]))
            }
        }
        for hash in hashes {
            guard let running = try database.lookups.runningJob(job.id) else { break }
            let isOpen = try database.lookups.openHashes(
                of: running.rowID, after: nil, limit: 10_000, at: day(number)
            ).contains(hash)
            guard isOpen else { continue }
            let reservation = Reservation(hash: hash, jobRowID: running.rowID)
            let request = try #require(try database.lookups.reserve([reservation], at: day(number))[0])
            let file = (0..<100).first { Samples.hash($0, hash.kind) == hash }
            let answer: LookupAnswer.Answer =
                if let file, !unknown.contains(hash) { .known(Samples.file(file)) } else { .unknown }
            _ = try database.lookups.record([
                LookupOutcome(
                    request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                    endedAt: Samples.reading(day(number)))
            ])
        }
        return job
    }

    /// What a report says of the rows, in the list's order: `number of lists/day of the first`.
    private func seen(_ job: Job) throws -> [String] {
        var seen: [String] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { row in
            guard let before = row.seen else { return seen.append("not known") }
            let since = before.since.map { Int($0.timeIntervalSince(Samples.now) / 86_400) }
            seen.append(since.map { "\(before.lists)/\($0)" } ?? "\(before.lists)")
        }
        return seen
    }

    private func report(_ job: Job) throws {
        try database.jobs.saveReported(job.id, verdicts: [:], isFinal: true)
        while try database.jobs.remember(job.id) {}
    }

    /// A list that has come to its end, with its report.
    @discardableResult
    private func reported(
        _ hashes: [FileHash], of user: String = "alice", on number: Int, unknown: Set<FileHash> = []
    ) throws -> Job {
        let job = try list(hashes, of: user, on: number, unknown: unknown)
        try report(job)
        return job
    }

    /// As a daemon leaves the reported lists that ends before their first slice.
    private func publishByHand() throws {
        try database.pool.write { try $0.execute(sql: "UPDATE job SET isPublished = 1") }
    }

    private var rowsOfMemory: Int {
        get throws {
            try database.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM memory")! }
        }
    }

    private let hashes = (0..<5).map { Samples.hash($0) }

    @Test func aRowTellsInHowManyEarlierListsItsHashStood() throws {
        try reported([hashes[0], hashes[1]], on: 0)
        try reported([hashes[1], hashes[2]], on: 1)
        let job = try list([hashes[1], hashes[3], hashes[2], hashes[0]], on: 2)
        #expect(try seen(job) == ["2/0", "0", "1/1", "1/0"])
        // Each order of the rows tells the same.
        var single: [SeenBefore?] = []
        _ = try database.reportRows.read(job.id) { job in
            try job.forEachRow(of: [hashes[2]]) { row in single.append(row.seen) }
        }
        #expect(single == [SeenBefore(lists: 1, since: day(1))])
    }

    /// The memory has the list itself by then, and later ones.
    @Test func aReportThatIsWrittenAnewTellsWhatTheFirstOneTold() throws {
        let first = try reported([hashes[0], hashes[1]], on: 0)
        let second = try reported([hashes[1]], on: 1)
        try reported(hashes, on: 2)
        #expect(try seen(first) == ["0", "0"])
        #expect(try seen(second) == ["1/0"])
    }

    @Test func anotherUsersListsDoNotCount() throws {
        try reported(hashes, of: "bob", on: 0)
        let alices = try reported(hashes, on: 1)
        #expect(try seen(alices) == Array(repeating: "0", count: 5))
        let bobs = try list([hashes[0]], of: "bob", on: 2)
        #expect(try seen(bobs) == ["1/0"])
        // What bob removes is bob's.
        for job in try database.jobs.jobs(of: Samples.user("bob"), limit: 10) {
            try database.jobs.remove(job.id)
        }
        while try database.jobs.purge() {}
        #expect(try seen(try list([hashes[0]], on: 3)) == ["1/1"])
    }

    @Test func aHashThatAListNamesTwiceCountsOnce() throws {
        try reported([hashes[0], hashes[0], hashes[0]], on: 0)
        #expect(try seen(try list([hashes[0]], on: 1)) == ["1/0"])
    }

    /// Each pair of kinds, in both orders.
    @Test(arguments: FileHash.Kind.allCases, FileHash.Kind.allCases)
    func aFileIsKnownByItsOtherNames(_ earlier: FileHash.Kind, _ later: FileHash.Kind) throws {
        try reported([Samples.hash(7, earlier)], on: 0)
        let job = try list([Samples.hash(7, later), Samples.hash(8, later)], on: 1)
        #expect(try seen(job) == ["1/0", "0"])
        try report(job)
        #expect(try seen(job) == ["1/0", "0"])
    }

    @Test func aListThatHasAllNamesOfAFileIsOneListAndNoneOfItsOwn() throws {
        let names = FileHash.Kind.allCases.map { Samples.hash(7, $0) }
        let first = try reported(names, on: 0)
        #expect(try seen(first) == ["0", "0", "0"])
        let second = try list(names, on: 1)
        #expect(try seen(second) == ["1/0", "1/0", "1/0"])
        try report(second)
        #expect(try seen(second) == ["1/0", "1/0", "1/0"])
    }

    @Test func whatVirusTotalDoesNotKnowIsKnownByItsHash() throws {
        let hash = Samples.hash(9, .md5)
        let other = Samples.hash(9)
        try reported([hash], on: 0, unknown: [hash])
        let job = try list([hash, other], on: 1, unknown: [hash, other])
        #expect(try seen(job) == ["1/0", "0"])
    }

    @Test func aRunningListTellsNothingAndDoesNotCount() throws {
        let running = try database.jobs.accept(Samples.job(receivedAt: day(0)), ages: CacheAges()) {
            $0.add(HashListEntry(line: 1, hashes: [hashes[0]]))
        }
        try database.jobs.saveReported(running.id, verdicts: [:], isFinal: false)
        while try database.jobs.remember() {}
        #expect(try seen(running) == ["not known"])
        #expect(try rowsOfMemory == 0)
        // Its user has got the report of what a cancelled list holds.
        _ = try database.jobs.cancel(running.id, reason: "by hand", at: day(1))
        #expect(try seen(running) == ["0"])
        try report(running)
        #expect(try seen(try list([hashes[0]], on: 2)) == ["1/0"])
    }

    // MARK: Removal

    @Test func aFileIsRememberedAsLongAsAListThatNamesItIsThere() throws {
        let first = try reported([hashes[0], hashes[1]], on: 0)
        let second = try reported([hashes[0]], on: 1)
        func remove(_ job: Job) throws {
            try database.jobs.remove(job.id)
            while try database.jobs.purge() {}
        }
        try remove(first)
        #expect(try rowsOfMemory == 1)
        let third = try list([hashes[0], hashes[1]], on: 2)
        #expect(try seen(third) == ["2/0", "0"], "the removed one counts, while another remembers it")
        try remove(second)
        #expect(try rowsOfMemory == 0)
        #expect(try seen(third) == ["0", "0"])
    }

    /// Removed in the middle of either pass.
    @Test(arguments: [0, 5, 12, 13, 20, 30])
    func aListThatIsHalfInItIsForgottenByHalf(_ slices: Int) throws {
        try reported([hashes[0]], on: 0)
        let many = (0..<600).map { Samples.hash($0) }
        let job = try database.jobs.accept(Samples.job(receivedAt: day(1)), ages: CacheAges()) { batch in
            for (index, hash) in many.enumerated() {
                batch.add(HashListEntry(line: index + 1, hashes: [hash]))
            }
        }
        _ = try database.jobs.cancel(job.id, reason: "by hand", at: day(1))
        try publishByHand()
        for _ in 0..<slices { _ = try database.jobs.remember(job.id, rowsMax: 50) }
        try database.jobs.remove(job.id)
        #expect(try database.jobs.remember() == false, "what is removed is not remembered")
        while try database.jobs.purge() {}
        #expect(try rowsOfMemory == 1)
        #expect(try seen(try list([hashes[0]], on: 2)).first?.hasSuffix("/0") == true)
    }

    // MARK: Slices

    /// After any of the transactions.
    @Test(arguments: [1, 3, 7, 100]) func aKillBetweenTwoSlicesNeitherLosesNorCountsTwice(_ rows: Int) throws
    {
        let path = folder.path("test.sqlite")
        try reported(hashes, on: 0)
        let many = (0..<40).map { Samples.hash($0) }
        let job = try list(many, on: 1)
        try publishByHand()
        let wanted = Array(repeating: "1/0", count: 5) + Array(repeating: "0", count: 35)
        var transactions = 0
        while try HashdropDatabase(path: path, endpoint: nil).jobs.remember(rowsMax: rows) {
            transactions += 1
            #expect(transactions < 200)
            #expect(try seen(job) == wanted)
        }
        #expect(transactions >= 2 * 40 / rows - 1)
        let next = try list(many, on: 2)
        #expect(try seen(next) == Array(repeating: "2/0", count: 5) + Array(repeating: "1/1", count: 35))
    }

    /// Two long lists of one user, a slice of each in turn, in the order of their ends.
    @Test func listsThatAreTakenInBesideEachOtherCountOnceEach() throws {
        let names = (0..<20).flatMap { [Samples.hash($0), Samples.hash($0, .md5)] }
        let jobs = try (0..<2).map { try list(names, on: $0) }
        try publishByHand()
        var isLeft = true
        while isLeft {
            isLeft = false
            for job in jobs {
                if try database.jobs.remember(job.id, rowsMax: 3) { isLeft = true }
            }
        }
        #expect(try seen(try list(names, on: 2)) == Array(repeating: "2/0", count: 40))
    }

    /// Lists of an earlier version are taken in as if they had been reported now.
    @Test func listsFromBeforeThereWasAMemoryAreTakenInLater() throws {
        let path = folder.path("test.sqlite")
        try reported([hashes[0]], on: 0)
        try reported([hashes[0]], on: 1)
        try DatabaseQueue(path: path).write { db in
            try db.execute(
                sql: """
                    DROP TABLE memory; DROP INDEX jobToRemember;
                    ALTER TABLE job DROP COLUMN memoryStage; ALTER TABLE job DROP COLUMN memoryPlace;
                    ALTER TABLE jobHash DROP COLUMN seenBefore; ALTER TABLE jobHash DROP COLUMN seenSince;
                    DELETE FROM grdb_migrations WHERE identifier = '17'; PRAGMA user_version = 16
                    """)
        }
        let database = try HashdropDatabase(path: path, endpoint: nil)
        while try database.jobs.remember() {}
        let job = try list([hashes[0]], on: 2)
        #expect(try seen(job) == ["2/0"])
    }
}
