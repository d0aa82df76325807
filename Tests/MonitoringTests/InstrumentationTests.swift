import CoreMetrics
import Foundation
import Logging
import Lookup
import MetricNames
import Model
import Monitoring
import Store
import Support
import TestSupport
import Testing

/// That what happens is counted where it happens, with the real parts.
@Suite(.limited(.processor))
struct InstrumentationTests {
    private let folder = TemporaryFolder()
    private let registry = MetricsRegistry()
    private let database: HashdropDatabase

    init() throws {
        database = try withMetricsFactory(registry) { [folder] in
            try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        }
    }

    private func count(_ metric: Metric, _ label: String) -> Double? {
        let series = registry.series().first { $0.metric == metric && $0.labelValues == [label] }
        if case .number(let number)? = series?.value { return number }
        return nil
    }

    private func answers(_ source: AnswerSource) -> Double? { count(.answers, source.rawValue) }

    private func accept(_ hashes: [[FileHash]], user: String = "alice") throws -> Job {
        try database.jobs.accept(Samples.job(user: user), ages: CacheAges()) { writer in
            for (line, names) in hashes.enumerated() {
                writer.add(HashListEntry(line: line + 1, hashes: names, namesOneFile: names.count > 1))
            }
        }
    }

    /// Sends one request and records its answer.
    private func ask(_ hash: FileHash, of job: Job, _ answer: LookupAnswer.Answer) throws {
        let running = try #require(try database.lookups.runningJob(job.id))
        let reservation = Reservation(hash: hash, jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                endedAt: Samples.reading(Samples.now))
        ])
    }

    @Test func eachRowThatIsAnsweredIsCountedOnceByWhereItsAnswerCameFrom() throws {
        // Two lists want the first file, one of them under another name.
        let alices = try accept([[Samples.hash(1)], [Samples.hash(2)]])
        let bobs = try accept([[Samples.hash(1)], [Samples.hash(1, .md5)], [Samples.hash(2)]], user: "bob")
        try ask(Samples.hash(1), of: alices, .known(Samples.file(1)))
        #expect(answers(.virusTotal) == 1 && answers(.shared) == 1 && answers(.alias) == 1)
        #expect(answers(.cache) == 0)
        try ask(Samples.hash(2), of: bobs, .unknown)
        #expect(answers(.virusTotal) == 2 && answers(.shared) == 2 && answers(.alias) == 1)
        // All of a later list is known.
        let later = try accept([[Samples.hash(1)], [Samples.hash(1, .sha1)], [Samples.hash(2)]])
        #expect(later.state == .done && answers(.cache) == 3)
        // Names of an unknown file are answered with it.
        let names = try accept([[Samples.hash(3), Samples.hash(3, .md5), Samples.hash(3, .sha1)]])
        try ask(Samples.hash(3), of: names, .unknown)
        #expect(answers(.virusTotal) == 3 && answers(.alias) == 3)
        let all = AnswerSource.allCases.compactMap(answers).reduce(0, +)
        #expect(all == 2 + 3 + 3 + 3, "as many as rows")
    }

    @Test func aRowThatFailedIsNoAnswer() throws {
        let job = try accept([[Samples.hash(1)]])
        let running = try #require(try database.lookups.runningJob(job.id))
        let reservation = Reservation(hash: Samples.hash(1), jobRowID: running.rowID)
        let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
        _ = try database.lookups.record([
            LookupOutcome(
                request: request, reservation: reservation, result: .failedForGood(reason: "no"),
                outcome: "400", endedAt: Samples.reading(Samples.now))
        ])
        #expect(AnswerSource.allCases.compactMap(answers).reduce(0, +) == 0)
    }

    @Test func eachTransactionsHoldOfTheWriterIsMeasuredAlsoOneThatIsUndone() throws {
        func holds() throws -> UInt64 {
            let series = registry.series().first { $0.metric == .writerHold }
            guard case .histogram(let reading)? = series?.value else { return 0 }
            #expect(reading.sum >= 0)
            return reading.counts.reduce(0, +)
        }
        let before = try holds()
        try database.users.add(User(name: Samples.user(), createdAt: Samples.now))
        #expect(try holds() == before + 1)
        #expect(throws: StoreError.self) {
            try database.users.add(User(name: Samples.user(), createdAt: Samples.now))
        }
        #expect(try holds() == before + 2)
        _ = try database.users.all()
        #expect(try holds() == before + 2)
    }

    @Test func theLongestHoldIsKept() throws {
        func longest() -> Double? {
            let series = registry.series().first { $0.metric == .writerLongestHold }
            if case .number(let seconds)? = series?.value { return seconds }
            return nil
        }
        #expect(longest() == 0)
        var before = 0.0
        for number in 0..<20 {
            let user = User(name: Samples.user("user\(number)"), createdAt: Samples.now)
            try database.users.add(user)
            let now = try #require(longest())
            #expect(now > 0 && now >= before)
            before = now
        }
    }

    @Test func jobsAreCountedByStateThroughAllThatBecomesOfThem() throws {
        func counts() throws -> [JobState: Int] { try database.jobs.countsByState() }
        #expect(try counts() == [:])
        let running = try accept([[Samples.hash(1)]])
        _ = try accept([[Samples.hash(2)]])
        var refused = Samples.job(state: .refused)
        refused.reason = "It is empty."
        try database.jobs.refuse(refused)
        #expect(try counts() == [.running: 2, .refused: 1])
        try ask(Samples.hash(1), of: running, .unknown)
        #expect(try counts() == [.running: 1, .done: 1, .refused: 1])
        try database.jobs.remove(running.id)
        #expect(try counts() == [.running: 1, .refused: 1])
        while try database.jobs.purge() {}
        #expect(try counts() == [.running: 1, .refused: 1])
    }

    @Test func eachWayThatARequestEndsHasItsOutcome() async throws {
        let word = { (failure: FailureDisposition, wasSent: Bool) in
            LookupFailure(disposition: failure, reason: "", outcome: "", wasSent: wasSent)
        }
        let results: [(Result<LookupAnswer.Answer, LookupFailure>, RequestOutcome)] = [
            (.success(.known(Samples.file(1))), .known), (.success(.unknown), .unknown),
            (.failure(word(.pause(nil), true)), .throttled), (.failure(word(.stopAsking, true)), .keyRefused),
            (.failure(word(.forbidden, true)), .forbidden), (.failure(word(.retryLater, true)), .badAnswer),
            (.failure(word(.giveUp, true)), .rejected), (.failure(word(.unreachable, true)), .noAnswer),
            (.failure(word(.unreachable, false)), .notSent), (.failure(word(.giveUp, false)), .notSent),
        ]
        for (result, outcome) in results { try await expectOne(result, outcome) }
    }

    /// A dispatcher of its own sends one request, which ends like this.
    private func expectOne(
        _ result: Result<LookupAnswer.Answer, LookupFailure>, _ outcome: RequestOutcome
    ) async throws {
        let registry = MetricsRegistry()
        let place = TemporaryFolder()
        let database = try HashdropDatabase(path: place.path("test.sqlite"), endpoint: nil)
        let clock = ManualClock()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let dispatcher = try withMetricsFactory(registry) { [logger] in
            try LookupDispatcher(
                database: database, options: LookupOptions(),
                source: LookupSource(ask: { _ in result }), runtime: ServiceRuntime(clock: clock),
                logger: logger, onProgress: { _ in })
        }
        _ = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            writer.add(HashListEntry(line: 1, hashes: [Samples.hash(1)]))
        }
        async let run: Void = dispatcher.run()
        let counted = try await eventually("a request is counted") {
            let counted = registry.series().filter { $0.metric == .requests && $0.value != .number(0) }
            return counted.isEmpty ? nil : counted
        }
        dispatcher.stop()
        await run
        #expect(counted.map(\.labelValues) == [[outcome.rawValue]])
        let health = await dispatcher.health()
        #expect(health.isKeyRefused == (outcome == .keyRefused))
    }
}
