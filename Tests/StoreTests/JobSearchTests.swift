import Foundation
import GRDB
import Model
import Support
import TestSupport
import Testing

@testable import Store

@Suite(.limited(.processor))
struct JobSearchTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
    }

    /// A list with these hashes, one a line.
    @discardableResult
    private func add(
        _ name: String, _ hashes: [FileHash] = [Samples.hash(1)], user: String = "alice",
        at date: Date = Samples.now, title: String? = nil
    ) throws -> Job {
        var job = Samples.job(user: user, name: name, receivedAt: date)
        job.options.title = title
        return try database.jobs.accept(job, ages: CacheAges()) { batch in
            for (index, hash) in hashes.enumerated() {
                batch.add(HashListEntry(line: index + 1, hashes: [hash]))
            }
        }
    }

    private func hour(_ number: Int) -> Date { Samples.now + Double(number) * 3_600 }

    private func names(_ filter: JobFilter, of user: UserName? = Samples.user()) throws -> [String] {
        try database.jobs.search(filter, of: user).hits.map(\.job.droppedName.display)
    }

    /// What VirusTotal says of a hash that the oldest running job has.
    private func answer(_ hash: FileHash, _ file: FileObject) throws {
        let running = try #require(try database.lookups.runningJobs().first)
        let reservation = Reservation(hash: hash, jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(.known(file)), outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    @Test func aPartOfTheNameIsFoundInEitherCase() throws {
        for (number, name) in ["Ärger/IOCs.txt", "a_b%c.csv", "iocs-2.txt", "\u{202E}x"].enumerated() {
            try add(name, at: hour(number))
        }
        #expect(try names(JobFilter(name: "iocs")) == ["iocs-2.txt", "Ärger/IOCs.txt"])
        #expect(try names(JobFilter(name: "ärger/i")) == ["Ärger/IOCs.txt"])
        // What patterns and regular expressions take for signs is text.
        #expect(try names(JobFilter(name: "_b%")) == ["a_b%c.csv"])
        #expect(try names(JobFilter(name: "%")) == ["a_b%c.csv"])
        #expect(try names(JobFilter(name: "u{202E}")).count == 1, "as it is shown")
        #expect(try names(JobFilter(name: "iocs.csv")).isEmpty)
        #expect(try names(JobFilter()).count == 4)
    }

    @Test func aPartOfTheTitleIsFoundLikeOneOfTheName() throws {
        try add("a.txt", at: hour(0), title: "Ärger, case 7")
        try add("case.csv", at: hour(1))
        try add("b.txt", at: hour(2), title: "b.txt of monday")
        #expect(try names(JobFilter(name: "CASE")) == ["case.csv", "a.txt"])
        #expect(try names(JobFilter(name: "ärger, c")) == ["a.txt"])
        #expect(try names(JobFilter(name: "a.TXT")) == ["a.txt"])
        #expect(try names(JobFilter(name: "b.txt")) == ["b.txt"])
        // No part of either.
        #expect(try names(JobFilter(name: "txtÄ")).isEmpty)
    }

    /// Each word in the name or in the title, in any order; what is quoted is one word.
    @Test(
        arguments: [
            ("seven case", ["b", "a"]), ("CASE  7", ["b"]), ("case b", ["b"]), ("\"seven case\"", []),
            ("\"case  SEVEN\"", ["b", "a"]), ("\"case seven\" 7", ["b"]), ("\"case seven", ["b", "a"]),
            ("seven\"case\"", ["b", "a"]), ("\"\"", ["b", "a"]), (" \" \" ", ["b", "a"]), ("case eight", []),
        ] as [(String, [String])])
    func severalWordsMustAllOccur(text: String, found: [String]) throws {
        try add("a", at: hour(0), title: "The case seven")
        try add("b", at: hour(1), title: "The case seven, 7")
        #expect(try names(JobFilter(name: text)) == found)
    }

    @Test func stateVerdictAndMonthMustAllBeMet() throws {
        let bad = try add("bad", at: hour(0))
        let good = try add("good", at: hour(1))
        try add("new", at: hour(2))
        try database.jobs.saveReported(bad.id, verdicts: [.malicious: 2, .clean: 1], isFinal: false)
        try database.jobs.saveReported(good.id, verdicts: [.malicious: 0, .clean: 3], isFinal: false)
        try database.jobs.refuse(Samples.job(name: "refused", state: .refused, receivedAt: hour(3)))
        try add("october", at: hour(24 * 15))
        #expect(try names(JobFilter(verdict: .malicious)) == ["bad"])
        #expect(try names(JobFilter(verdict: .clean)) == ["good", "bad"])
        // Not reported yet: what waits.
        #expect(try names(JobFilter(verdict: .waiting)) == ["october", "new"])
        #expect(try names(JobFilter(state: .refused)) == ["refused"])
        #expect(try names(JobFilter(state: .running)) == ["october", "new", "good", "bad"])
        let september = CalendarMonth("2026-09")
        #expect(try names(JobFilter(month: september)) == ["refused", "new", "good", "bad"])
        #expect(try names(JobFilter(month: CalendarMonth("2026-10"))) == ["october"])
        #expect(try names(JobFilter(month: CalendarMonth("2026-08"))).isEmpty)
        #expect(try names(JobFilter(name: "OO", state: .running, month: september)) == ["good"])
        #expect(try names(JobFilter(state: .done, verdict: .malicious)).isEmpty)
    }

    @Test func aMonthBeginsAndEndsAtMidnightUTC() throws {
        for (name, text) in [("last", "2026-09-30T23:59:59Z"), ("first", "2026-10-01T00:00:00Z")] {
            try add(name, at: try Date(text, strategy: .iso8601))
        }
        #expect(try names(JobFilter(month: CalendarMonth("2026-09"))) == ["last"])
        #expect(try names(JobFilter(month: CalendarMonth("2026-10"))) == ["first"])
    }

    @Test func aFileIsFoundByEachNameThatTheCacheKnows() throws {
        let (md5, sha1, sha256) = (
            Samples.hash(1, .md5), Samples.hash(1, .sha1), Samples.hash(1, .sha256)
        )
        try add("by MD5", [md5], at: hour(0))
        try add("by SHA-1", [Samples.hash(2), sha1], at: hour(1))
        try add("another file", [Samples.hash(3, .md5)], at: hour(2))
        let before = try database.jobs.search(JobFilter(hash: sha256), of: Samples.user())
        #expect(before.hits.isEmpty && before.hashes == [sha256] && before.jobsSeen == 3)
        #expect(try names(JobFilter(hash: sha1)) == ["by SHA-1"], "a list has it, whatever the cache has")
        try answer(md5, Samples.file(1))
        for hash in [md5, sha1, sha256] {
            let found = try database.jobs.search(JobFilter(hash: hash), of: Samples.user())
            #expect(found.hits.map(\.job.droppedName.display) == ["by SHA-1", "by MD5"])
            #expect(
                found.hits.map(\.listed) == [[.init(hash: sha1, line: 2)], [.init(hash: md5, line: 1)]])
            #expect(found.hashes.first == hash && Set(found.hashes) == [md5, sha1, sha256])
        }
        #expect(try names(JobFilter(name: "MD5", hash: sha256)) == ["by MD5"])
    }

    @Test func anothersListsAreNotAmongThem() throws {
        try add("mine", at: hour(0))
        try add("bobs", user: "bob", at: hour(1))
        let filter = JobFilter(hash: Samples.hash(1))
        #expect(try names(filter) == ["mine"])
        #expect(try names(filter, of: Samples.user("carol")).isEmpty)
        #expect(try names(filter, of: nil) == ["bobs", "mine"])
        // One index has a user's jobs alone: what others have costs this user's search nothing.
        try database.pool.write { try $0.execute(sql: "DROP INDEX jobOfUserByName") }
        #expect(throws: DatabaseError.self) { try names(filter) }
    }

    @Test func aListThatIsImportedOrRemovedIsNotFound() throws {
        let imported = try add("imported", at: hour(0))
        let removed = try add("removed", at: hour(1))
        try add("there", at: hour(2))
        try database.pool.write {
            try $0.execute(
                sql: "UPDATE job SET stage = 0 WHERE name = ?", arguments: [imported.id.description])
        }
        try database.jobs.remove(removed.id)
        for user in [Samples.user(), nil] {
            #expect(try names(JobFilter(), of: user) == ["there"])
            #expect(try names(JobFilter(hash: Samples.hash(1)), of: user) == ["there"])
        }
    }

    @Test(arguments: [
        JobSearchLimits(hitsMax: 2), JobSearchLimits(jobsMax: 3), JobSearchLimits(hitsMax: 1, jobsMax: 1),
        JobSearchLimits(hitsMax: 5, jobsMax: 10), JobSearchLimits(),
    ])
    func aSearchEndsAtItsLimitsAndAnotherOneGoesOn(limits: JobSearchLimits) throws {
        for number in 0..<10 { try add("\(number)", [Samples.hash(number % 2)], at: hour(number)) }
        for filter in [JobFilter(hash: Samples.hash(1)), JobFilter(name: "9"), JobFilter()] {
            let wanted = (0..<10).reversed().filter {
                filter.name.isEmpty ? filter.hash == nil || $0 % 2 == 1 : $0 == 9
            }
            var found: [String] = []
            var before: JobID?
            repeat {
                let result = try database.jobs.search(
                    filter, of: Samples.user(), before: before, limits: limits)
                #expect(result.hits.count <= limits.hitsMax && result.jobsSeen <= limits.jobsMax)
                found += result.hits.map(\.job.droppedName.display)
                before = result.rest
            } while before != nil
            #expect(found == wanted.map { "\($0)" })
        }
    }

    @Test func aSearchThatIsToldToEndHasLookedAtOneJobAtLeast() throws {
        for number in 0..<3 { try add("\(number)", at: hour(number)) }
        var before: JobID?
        var seen: [Int] = []
        repeat {
            let result = try database.jobs.search(
                JobFilter(name: "nothing"), of: nil, before: before, goesOn: { false })
            seen.append(result.jobsSeen)
            before = result.rest
        } while before != nil
        #expect(seen == [1, 1, 1])
    }
}
