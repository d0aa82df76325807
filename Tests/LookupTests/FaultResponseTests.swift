import Foundation
import Lookup
import Model
import Simulator
import Store
import Support
import Synchronization
import TestSupport
import Testing

/// Every mood of VirusTotal: what was sent, what was asked again and when, and what the reader sees.
@Suite(.limited(.server))
struct FaultResponseTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var fault: Fault.Kind
        var seconds: Double?
        /// How often it happens before VirusTotal is well again; nil for always.
        var times: Int?
        /// The hash ends as failed, with this in its reason; otherwise it ends with a verdict.
        var failsWith: String?
        /// Requests for the hash until the end.
        var requests: ClosedRange<Int>
        /// Seconds until the job is done.
        var took: ClosedRange<Double>
        /// What the reader sees while the hash waits for its next attempt; nil if it need not wait.
        var reads: String?
    }

    static let rows: [Row] = [
        row("429 without a time", .quotaExceeded, times: 2, 3...3, 180...181, "quota"),
        row(
            "429 with seconds", .quotaExceededRetryAfterSeconds, seconds: 90, times: 1, 2...2, 90...92,
            "quota"),
        row("429 with a date", .quotaExceededRetryAfterDate, seconds: 90, times: 1, 2...2, 85...95, "quota"),
        row(
            "429 with a day", .quotaExceededRetryAfterSeconds, seconds: 3600, times: 1, 2...2, 3600...3602,
            "quota"),
        row("429 from the edge", .edgeTooManyRequests, times: 1, 2...2, 60...62, "blocks this address"),
        row("429 too many", .tooManyRequests, times: 1, 2...2, 60...62, "wants fewer requests"),
        row("400", .badRequest, fails: "refuses the request as wrong", 1...1, 0...2),
        row("400 argument", .invalidArgument, fails: "unusable argument", 1...1, 0...2),
        row("400 not yet", .notAvailableYet, times: 1, 2...2, 20...40, "asked again from"),
        row("424", .failedDependency, times: 1, 2...2, 20...40, "asked again from"),
        row("500 as HTML", .serverErrorHTML, times: 1, 2...2, 20...40, "500"),
        row("503", .transientError, times: 2, 3...3, 45...76, "asked again from"),
        row("504", .deadlineExceeded, times: 1, 2...2, 20...40, "asked again from"),
        row("200 without a body", .emptyBody, times: 1, 2...2, 20...40, "asked again from"),
        row("200 with HTML", .htmlBody, times: 1, 2...2, 20...40, "asked again from"),
        row("truncated", .truncatedBody, times: 1, 2...2, 20...40, "transfer closed"),
        row("reset", .resetMidBody, times: 1, 2...2, 20...40, "reset by peer"),
        row("no answer", .noAnswer, seconds: 60, times: 1, 2...2, 20...40, "timed out"),
        row("another file's object", .wrongIdentity, times: 1, 2...2, 20...40, "is about"),
        row("a slow answer", .slowDrip, seconds: 1, times: 1, 1...1, 0...2),
        row("1 MB", .largeBody, times: 1, 1...1, 0...2),
        row("chunked", .chunked, times: 1, 1...1, 0...2),
        row("gzip unasked", .gzip, times: 1, 1...1, 0...2),
        row("plain", .plain, times: 1, 1...1, 0...2),
    ]

    private static func row(
        _ name: String, _ fault: Fault.Kind, seconds: Double? = nil, times: Int? = nil, fails: String? = nil,
        _ requests: ClosedRange<Int>, _ took: ClosedRange<Double>, _ reads: String? = nil
    ) -> Row {
        Row(
            testDescription: name, fault: fault, seconds: seconds, times: times, failsWith: fails,
            requests: requests, took: took, reads: reads)
    }

    private static let options = LookupOptions(
        limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
        connectionsMax: 1)

    @Test(arguments: rows)
    func eachFaultHasItsResponse(row: Row) async throws {
        let file = FileFamily.numbered(3, seed: 9)
        var world = LookupBench.World()
        world.faults = [FaultRule(row.fault, seconds: row.seconds, hash: file.sha256, times: row.times)]
        if row.fault == .noAnswer { world.requestTimeout = .seconds(5) }
        try await LookupBench.run(Self.options, world) { bench in
            let start = bench.clock.now.wall
            let job = try bench.drop([[file.sha256]])
            if let reads = row.reads {
                let reason = try await bench.until("the reader is told why it waits") {
                    await bench.dispatcher.estimates()[job.id]?.waitReason
                }
                #expect(reason.contains(reads), "\(reason)")
                #expect(try bench.job(job.id).state == .running)
            }
            let done = try await bench.finish(job.id)
            let sent = bench.simulator.journal.requests(for: file.sha256)
            #expect(row.requests.contains(sent.count), "\(sent.map(\.jsonLine))")
            let took = try #require(done.finishedAt).timeIntervalSince(start)
            #expect(row.took.contains(took), "took \(took) s")
            let state = try bench.rows(job.id)[0].state
            if let part = row.failsWith {
                guard case .failed(let reason, _) = state else {
                    Issue.record("not failed: \(state)")
                    return
                }
                #expect(reason.contains(part), "\(reason)")
            } else {
                guard case .answered = state else {
                    Issue.record("not answered: \(state)")
                    return
                }
            }
        }
    }

    @Test(arguments: [Fault.Kind.transientError, .truncatedBody, .wrongIdentity, .htmlBody])
    func oneBadHashHoldsNobodyUpAndFailsAfterItsAttempts(fault: Fault.Kind) async throws {
        let bad = FileFamily.numbered(3, seed: 9)
        var world = LookupBench.World()
        world.faults = [FaultRule(fault, hash: bad.sha256)]
        // Others keep coming, so that it can be told that only this hash is bad.
        try await LookupBench.run(Self.options, world) { bench in
            let start = bench.clock.now.wall
            let job = try bench.drop([[bad.sha256]])
            var others: [Job] = []
            for round in 0..<200 {
                others.append(
                    try bench.drop([[FileFamily.numbered(100 + round, seed: 9).sha256]], user: "bob"))
                let done = try await bench.finish(others[round].id)
                #expect(try #require(done.finishedAt).timeIntervalSince(done.receivedAt) < 10)
                if try bench.job(job.id).state == .done { break }
                // The next of bob's comes when the bad hash is due again, or a little later.
                try await bench.clock.sleep(for: .seconds(60))
            }
            let done = try await bench.finish(job.id)
            guard case .failed(let reason, _) = try bench.rows(job.id)[0].state else {
                Issue.record("not failed")
                return
            }
            #expect(reason.contains("5 attempts"), "\(reason)")
            // One that fails twice without a good answer in between is not blamed for the second time.
            #expect((5...7).contains(bench.simulator.journal.requests(for: bad.sha256).count))
            #expect(try #require(done.finishedAt).timeIntervalSince(start) >= 0.75 * (30 + 60 + 120 + 240))
        }
    }

    /// By less than the longest pause, and by more.
    @Test(arguments: [Duration.seconds(1_800), .seconds(86_400)])
    func aClockThatIsPutBackHoldsUpNoNextAttempt(step: Duration) async throws {
        var world = LookupBench.World()
        world.faults = [FaultRule(.transientError, times: 1)]
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop([[FileFamily.numbered(1, seed: 9).sha256]])
            try await bench.until("the first attempt has failed") {
                try bench.database.lookups.nextRetry(after: bench.clock.now.wall) != nil
            }
            let start = bench.clock.now.monotonic
            bench.clock.stepWall(by: .zero - step)
            _ = try await bench.finish(job.id)
            #expect(bench.clock.now.monotonic - start < .seconds(120))
        }
    }

    /// VirusTotal forbids one file to the account, and answers for the others.
    @Test func aForbiddenHashHoldsNobodyUpAndFails() async throws {
        let forbidden = FileFamily.numbered(3, seed: 9)
        var world = LookupBench.World()
        world.faults = [FaultRule(.forbidden, hash: forbidden.sha256)]
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop((0..<10).map { [FileFamily.numbered($0, seed: 9).sha256] })
            let other = try bench.drop(
                (100..<110).map { [FileFamily.numbered($0, seed: 9).sha256] }, user: "bob")
            let bobs = try await bench.finish(other.id)
            #expect(try #require(bobs.finishedAt).timeIntervalSince(bobs.receivedAt) < 100)
            let done = try await bench.finish(job.id)
            let failed = try bench.rows(job.id).count { if case .failed = $0.state { true } else { false } }
            #expect(done.state == .done && failed == 1)
            #expect(bench.simulator.journal.requests(for: forbidden.sha256).count == 2)
        }
    }

    @Test func aDeadNetworkForADayCostsNoListItsHashes() async throws {
        var world = LookupBench.World()
        let dead = Samples.now + 86_400
        let tries = Counter()
        world.intercept = { _, now in
            guard now.wall < dead else { return nil }
            tries.increment()
            return LookupFailure(
                disposition: .unreachable, reason: "VirusTotal cannot be reached.", outcome: "no answer",
                wasSent: false)
        }
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop((0..<5).map { [FileFamily.numbered($0, seed: 9).sha256] })
            try await bench.until("the reader is told") {
                await bench.dispatcher.estimates()[job.id]?.waitReason == "VirusTotal cannot be reached."
            }
            let done = try await bench.finish(job.id)
            #expect(try #require(done.finishedAt) >= dead)
            #expect(
                try bench.rows(job.id).allSatisfy { if case .answered = $0.state { true } else { false } })
            // Every 5 minutes, ± a quarter, after a handful of quicker ones.
            #expect((230...420).contains(tries.value), "\(tries.value) tries in a day")
            // Nothing left this machine on that day, so it cost nothing.
            #expect(
                try bench.database.ledger.spending(at: Samples.reading(done.finishedAt ?? dead)).thisMonth
                    == 5)
            #expect(done.requestCost.requestsSent == 5)
        }
    }

    @Test func aDayOfErrorsForEverybodyFailsNobody() async throws {
        var world = LookupBench.World()
        world.faults = [FaultRule(.transientError, times: 200)]
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop((0..<5).map { [FileFamily.numbered($0, seed: 9).sha256] })
            _ = try await bench.finish(job.id)
            #expect(
                try bench.rows(job.id).allSatisfy { if case .answered = $0.state { true } else { false } })
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func afterADayOfRandomFaultsEveryHashHasItsVerdictOrReasonAndLedgerAndJournalAgree(seed: UInt64)
        async throws
    {
        var world = LookupBench.World()
        world.limits = SimulatedLimits(requestsPerMinute: 60)
        let kinds: [Fault.Kind] = [
            .badRequest, .notAvailableYet, .failedDependency, .quotaExceededRetryAfterSeconds,
            .tooManyRequests,
            .serverErrorHTML, .transientError, .deadlineExceeded, .emptyBody, .htmlBody, .truncatedBody,
            .resetMidBody, .wrongIdentity, .largeBody, .chunked, .gzip,
        ]
        world.faults = kinds.enumerated().map { index, kind in
            FaultRule(kind, probability: 0.02, seed: seed * 100 + UInt64(index))
        }
        let options = LookupOptions(
            limits: QuotaLimits(
                requestsPerMinuteLimit: 60, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
            connectionsMax: 4)
        try await LookupBench.run(options, world) { bench in
            let jobs = try ["alice", "bob", "carol"].enumerated().map { number, user in
                try bench.drop(
                    (0..<150).map { [FileFamily.numbered($0 + number * 100, seed: seed).sha1] }, user: user)
            }
            for job in jobs {
                let done = try await bench.finish(job.id)
                #expect(done.counts[.waiting] == 0)
                for row in try bench.rows(job.id) {
                    switch row.state {
                    case .answered: break
                    case .failed(let reason, _): #expect(!reason.isEmpty)
                    case .waiting, .notAsked: Issue.record("\(row.hash) waits for ever")
                    }
                }
            }
            let journal = bench.simulator.journal.lookups
            #expect(journal.allSatisfy { ($0.status ?? 0) != 429 || $0.fault != nil }, "over the limit")
            #expect(bench.simulator.journal.lookupsMax(inAny: 60) <= 60)
            // Both are of the same UTC day or the next.
            let spent = try bench.database.ledger.spending(at: Samples.reading(Samples.now))
            #expect(spent.thisMonth == journal.count)
        }
    }
}

/// A number that tests and closures share.
final class Counter: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func increment() { number.withLock { $0 += 1 } }
}
