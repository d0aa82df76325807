import Foundation
import Model
import Store
import Support
import TestSupport

/// Lists that come again and again, against the real store: how many requests they cost, and how late each
/// change of verdict stands in a report. There is no quota: each hash that must be asked is.
final class RecurringLists {
    /// What came of it.
    struct Figures: Sendable {
        var reports = 0
        var requests = 0
        /// From each change of verdict to the end of the first report that shows it.
        var delays: [Duration] = []

        var meanDelay: Duration { delays.isEmpty ? .zero : delays.reduce(.zero, +) / delays.count }
        var longestDelay: Duration { delays.max() ?? .zero }
        /// What so many of a hundred changes needed at most.
        func delay(ofPercent percent: Int) -> Duration {
            delays.isEmpty ? .zero : delays.sorted()[min(delays.count - 1, delays.count * percent / 100)]
        }
    }

    private struct List {
        var name: String
        var everyDays: Int
        var files: [Int]
        /// When each file was last reported, and which changes before are not shown yet.
        var reportedAt: [Int: Date] = [:]
        var hidden: [Int: [Date]] = [:]
    }

    private let days: Int
    private let ages: CacheAges
    private let start: Date
    private var world: RecurringWorld
    private var lists: [List] = []
    private var generator: SeededGenerator
    private let folder = TemporaryFolder(inMemory: true)
    private let database: HashdropDatabase
    private(set) var figures = Figures()

    /// The longest pause between two reports of a list.
    static let longestPause: Duration = .seconds(7 * 86_400)
    /// A public key's requests.
    private static let secondsOfRequest = 15

    init(days: Int, ages: CacheAges, seed: UInt64 = 1) throws {
        self.days = days
        self.ages = ages
        start = Samples.now
        world = RecurringWorld(from: start, to: start + Double(days * 86_400), seed: seed)
        generator = SeededGenerator(seed: seed)
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        for (name, days, count) in [
            ("morning", 1, 120), ("noon", 1, 60), ("evening", 1, 60), ("week", 7, 240),
        ] {
            lists.append(List(name: name, everyDays: days, files: (0..<count).map { _ in world.makeFile() }))
        }
    }

    /// Lives through all days.
    func run() throws {
        for day in 0..<days {
            for index in lists.indices where day % lists[index].everyDays == 0 {
                // Within three hours, as people come to work.
                let seconds = day * 86_400 + 25_200 + index * 14_400 + generator.below(10_800)
                let now = start + Double(seconds)
                if day % 7 == 6 || lists[index].everyDays == 7 { renew(index, at: now) }
                try drop(index, at: now)
            }
        }
    }

    /// One file in fifty, and at least one, gives way to a new one.
    private func renew(_ index: Int, at now: Date) {
        for _ in 0..<max(1, lists[index].files.count / 50) {
            let place = generator.below(lists[index].files.count)
            let file = lists[index].files[place]
            lists[index].hidden[file] = nil
            lists[index].reportedAt[file] = nil
            lists[index].files[place] = world.makeNewFile(at: now)
        }
    }

    private func drop(_ index: Int, at now: Date) throws {
        let files = lists[index].files
        let job = try database.jobs.accept(
            Samples.job(name: lists[index].name, receivedAt: now), ages: ages
        ) { list in
            for (line, file) in files.enumerated() {
                list.add(HashListEntry(line: line + 1, hashes: [Samples.hash(file)]))
            }
        }
        let numbers = Dictionary(uniqueKeysWithValues: files.map { (Samples.hash($0), $0) })
        let end = try ask(job, numbers, at: now)
        figures.reports += 1
        try look(at: job, numbers, of: index, at: end)
        // The rows of a year would take longer than the year.
        try database.jobs.remove(job.id)
        while try database.jobs.purge() {}
    }

    /// Asks for all that the cache does not answer, and returns when it is over.
    private func ask(_ job: Job, _ numbers: [FileHash: Int], at now: Date) throws -> Date {
        guard let running = try database.lookups.runningJob(job.id) else { return now }
        let open = try database.lookups.openHashes(of: running.rowID, after: nil, limit: .max, at: now)
        let reservations = open.map { Reservation(hash: $0, jobRowID: running.rowID) }
        var time = now
        var outcomes: [LookupOutcome] = []
        for (reservation, request) in zip(reservations, try database.lookups.reserve(reservations, at: now)) {
            guard let request, let file = numbers[reservation.hash] else {
                throw Violation("A hash of job \(job.id) that is open cannot be asked.")
            }
            time += Double(Self.secondsOfRequest)
            outcomes.append(
                LookupOutcome(
                    request: request, reservation: reservation,
                    result: .answered(world.answer(file, at: time)), outcome: "200",
                    endedAt: Samples.reading(time)))
        }
        _ = try database.lookups.record(outcomes)
        figures.requests += open.count
        return time
    }

    /// Notes which changes the report shows, and which it does not.
    private func look(at job: Job, _ numbers: [FileHash: Int], of index: Int, at end: Date) throws {
        var list = lists[index]
        try database.reportRows.forEachRow(of: job.id, order: .stored) { row in
            guard let file = numbers[row.hash], case .answered(let answer) = row.state else {
                throw Violation("A row of job \(job.id) has no answer.")
            }
            // What changed before its first report is no change to its reader.
            guard let since = list.reportedAt.updateValue(end, forKey: file) else { return }
            let changes = list.hidden[file, default: []] + world.changes(of: file, after: since, upTo: end)
            for change in changes where change <= answer.askedAt {
                figures.delays.append(.seconds(end.timeIntervalSince(change)))
            }
            let hidden = changes.filter { $0 > answer.askedAt }
            list.hidden[file] = hidden.isEmpty ? nil : hidden
        }
        lists[index] = list
    }

    /// How long the oldest change is not shown that is not shown at the end.
    var oldestHidden: Duration {
        let now = start + Double(days * 86_400)
        let oldest = lists.flatMap(\.hidden.values).flatMap(\.self).min()
        return oldest.map { .seconds(now.timeIntervalSince($0)) } ?? .zero
    }
}
