import Foundation
import GRDB
import Model
import Store
import Support
import TestSupport
import Testing

/// What a list itself sets, from its import on.
@Suite(.limited(.processor))
struct JobOptionsTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    private static let everything: JobOptions = {
        var options = JobOptions()
        options.vendors = ["Fortinet", "Trend Micro"]
        options.freshSeconds = 60
        options.priority = .urgent
        options.budget = 3
        options.by = Date(timeIntervalSince1970: 1_796_112_000)
        options.compare = "iocs \"new\".txt"
        options.outputs = [.csv, .stix]
        options.title = "счёт\n7"
        options.warnings = ["Line 1: one.", "Line 2: two."]
        return options
    }()

    private func accept(
        _ hashes: Range<Int>, _ options: JobOptions?, name: String = "list.txt", ages: CacheAges = .init()
    ) throws -> Job {
        try database.jobs.accept(Samples.job(name: name), ages: ages) { list in
            for (line, number) in hashes.enumerated() {
                list.add(HashListEntry(line: line + 1, hashes: [Samples.hash(number)]))
            }
            list.options = options
        }
    }

    private func answer(_ number: Int, for job: Job, at date: Date = Samples.now) throws {
        let rowID = try #require(try database.lookups.runningJob(job.id)).rowID
        let reservation = Reservation(hash: Samples.hash(number), jobRowID: rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: date)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(.unknown), outcome: "404",
                endedAt: Samples.reading(date))
        ])
    }

    @Test func theyAreStoredWithTheJob() throws {
        let job = try accept(0..<5, Self.everything)
        #expect(job.options == Self.everything)
        #expect(try database.jobs.job(job.id) == job)
        let running = try #require(try database.lookups.runningJob(job.id))
        #expect(running.priority == .urgent && running.requestsLeft == 3)
        try answer(0, for: job)
        #expect(try database.lookups.runningJob(job.id)?.requestsLeft == 2)
        let plain = try accept(10..<11, nil)
        #expect(plain.options == JobOptions())
        #expect(try database.lookups.runningJob(plain.id)?.requestsLeft == nil)
    }

    /// What the list says counts before what its name says.
    @Test(
        arguments: [
            (nil, "a.txt", JobOptions.Priority.normal), (nil, "a!urgent.txt", .urgent), (.low, "a.txt", .low),
            (.low, "a!urgent.txt", .low), (.urgent, "a.txt", .urgent),
        ] as [(JobOptions.Priority?, String, JobOptions.Priority)])
    func thePriorityIsTheListsOrElseTheNames(
        set priority: JobOptions.Priority?, name: String, expected: JobOptions.Priority
    ) throws {
        var options = JobOptions()
        options.priority = priority
        let job = try accept(0..<1, options, name: name)
        #expect(try database.lookups.runningJob(job.id)?.priority == expected)
    }

    /// They are known when the last part is read, and hold for the first one too.
    @Test(arguments: [1, 2, 100])
    func anAgeOfTheListHoldsForAllOfIt(hashesAtOnce: Int) throws {
        let earlier = try accept(0..<6, nil)
        for number in 0..<6 { try answer(number, for: earlier, at: Samples.now - 3_600) }
        for (seconds, saved) in [(nil, 6), (7_200, 6), (1_800, 0), (0, 0)] as [(Int?, Int)] {
            var writer = database.jobs.writer(
                for: Samples.job(), ages: CacheAges(), hashesAtOnce: hashesAtOnce)
            func part(_ hashes: Range<Int>) -> ImportBatch {
                var part = ImportBatch()
                for number in hashes { part.add(HashListEntry(line: 1, hashes: [Samples.hash(number)])) }
                return part
            }
            try writer.add(part(0..<4))
            var last = part(4..<6)
            var options = JobOptions()
            options.freshSeconds = seconds
            last.options = options
            let job = try writer.finish(last, at: Samples.now)
            #expect(job.requestCost.savedByCache == saved, "fresh for \(String(describing: seconds)) s")
        }
    }

    @Test func withoutAnyRequestAListEndsWithWhatTheCacheKnows() throws {
        var options = JobOptions()
        options.budget = 0
        let first = try accept(0..<3, options)
        #expect(first.state == .cancelled && first.finishedAt == Samples.now)
        #expect(first.reason?.hasPrefix("The list's budget of 0 requests is used up: 3 hashes were") == true)
        #expect(first.counts.byVerdict == [.notAsked: 3])
        let other = try accept(0..<1, nil)
        try answer(0, for: other)
        #expect(try accept(0..<1, options).state == .done)
    }

    /// It would end at once.
    @Test func aListThatHasSpentItsBudgetIsNotRetried() throws {
        var options = JobOptions()
        options.budget = 1
        let job = try accept(0..<1, options)
        try answer(0, for: job)
        #expect(throws: StoreError.self) {
            try database.jobs.retry(job.id, ages: CacheAges(), at: Samples.now)
        }
    }

    @Test func whatCannotBeReadSetsNothing() throws {
        let job = try accept(0..<1, Self.everything)
        for text in ["", "{", "{\"warnings\":3}", "[]"] {
            try DatabaseQueue(path: folder.path("test.sqlite")).write {
                try $0.execute(sql: "UPDATE job SET options = ?", arguments: [text])
            }
            #expect(try database.jobs.job(job.id)?.options == JobOptions())
        }
    }
}
