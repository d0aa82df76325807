import Foundation
import Lookup
import Model
import Simulator
import Store
import Support
import TestSupport
import Testing

/// The queue at work: what reaches VirusTotal, by the simulator's journal, and what the reader sees.
@Suite(.limited(.server))
struct LookupDispatcherTests {
    private static let unlimited = QuotaLimits(
        requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0)

    private static func limits(perMinute: Int, perDay: Int = 0) -> QuotaLimits {
        QuotaLimits(requestsPerMinuteLimit: perMinute, requestsPerDayLimit: perDay, requestsPerMonthLimit: 0)
    }

    /// So many different files, by this kind of name.
    private static func families(_ count: Int) -> [FileFamily] {
        (0..<count).map { FileFamily.numbered($0, seed: 7) }
    }

    @Test(arguments: BenchLedger.allCases)
    func twoThousandHashesUseTheMinuteToTheFullAndNeverMore(ledger: BenchLedger) async throws {
        var world = LookupBench.World(ledger)
        world.limits = SimulatedLimits(requestsPerMinute: 240)
        try await LookupBench.run(
            LookupOptions(limits: Self.limits(perMinute: 240), connectionsMax: 8), world
        ) { bench in
            let started = bench.clock.now.wall
            let job = try bench.drop(Self.families(2000).map { [$0.sha256] })
            let done = try await bench.finish(job.id)
            let took = try #require(done.finishedAt).timeIntervalSince(started)
            let journal = bench.simulator.journal
            #expect(journal.lookups.count == 2000)
            #expect(journal.lookupsMax(inAny: 60) <= 240)
            #expect(journal.lookups.allSatisfy { $0.status != 429 })
            // The first 240 leave at once; the ninth minute begins with the 1,921st.
            let least = Double((2000 - 1) / 240) * 60
            #expect(least / took >= 0.98, "\(took) s instead of \(least) s")
        }
    }

    @Test(arguments: BenchLedger.allCases)
    func threeNamesOnALineCostOneRequest(ledger: BenchLedger) async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: 8), .init(ledger)) {
            bench in
            let files = Self.families(150).filter {
                bench.simulator.file(named: $0.md5).condition != .unknown
            }
            .prefix(100)
            let job = try bench.drop(files.map { [$0.md5, $0.sha1, $0.sha256] })
            let done = try await bench.finish(job.id)
            #expect(bench.simulator.journal.lookups.count == 100)
            #expect(done.requestCost.requestsSent == 100)
            #expect(done.requestCost.requestsSaved == 200)
        }
    }

    @Test func oneKindAfterTheOtherInOneListCostsOneRequestAFile() async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: 1)) { bench in
            let files = Self.families(100).filter {
                bench.simulator.file(named: $0.md5).condition != .unknown
            }
            let lines = files.map { [$0.md5] } + files.map { [$0.sha1] } + files.map { [$0.sha256] }
            let job = try bench.drop(lines)
            _ = try await bench.finish(job.id)
            #expect(bench.simulator.journal.lookups.count == files.count)
        }
    }

    @Test(arguments: [1, 8])
    func threeUsersWithThreeNamesOfTheSameFilesPayOnce(connections: Int) async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: connections)) {
            bench in
            let files = Self.families(120).filter {
                bench.simulator.file(named: $0.md5).condition != .unknown
            }
            let jobs = [
                try bench.drop(files.map { [$0.md5] }, user: "alice"),
                try bench.drop(files.map { [$0.sha1] }, user: "bob"),
                try bench.drop(files.map { [$0.sha256] }, user: "carol"),
            ]
            for job in jobs { _ = try await bench.finish(job.id) }
            let extra = bench.simulator.journal.lookups.count - files.count
            // Over one connection none; over several only what was in flight together before anyone could
            // know.
            #expect(extra >= 0 && extra <= (connections == 1 ? 0 : connections * 3), "\(extra)")
        }
    }

    @Test(arguments: BenchLedger.allCases)
    func aHashWantedByTwoIsAskedOnceAlsoWhileInFlight(ledger: BenchLedger) async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: 4), .init(ledger)) {
            bench in
            let files = Self.families(20)
            let first = try bench.drop(files.map { [$0.sha1] }, user: "alice")
            let second = try bench.drop(files.map { [$0.sha1] }, user: "bob")
            let alice = try await bench.finish(first.id)
            let bob = try await bench.finish(second.id)
            #expect(bench.simulator.journal.lookups.count == 20)
            #expect(alice.requestCost.requestsSent + bob.requestCost.requestsSent == 20)
            #expect(alice.requestCost.savedBySharing + bob.requestCost.savedBySharing == 20)
        }
    }

    @Test(arguments: BenchLedger.allCases)
    func aHashRefusedInAnotherUsersFlightDoesNotWaitForTheEndOfThatUsersList(ledger: BenchLedger) async throws
    {
        let files = Self.families(300).map(\.sha256).sorted { $0.hexadecimal < $1.hexadecimal }
        var world = LookupBench.World(ledger)
        // Alice's list is walked by bytes: this one is her first.
        world.faults = [FaultRule(.quotaExceeded, hash: files[0], times: 1)]
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: 1), world) { bench in
            let long = try bench.drop(files.map { [$0] }, user: "alice")
            try await bench.until("her first request") { !bench.simulator.journal.lookups.isEmpty }
            let short = try bench.drop([[files[0]]], user: "bob")
            _ = try await bench.finish(short.id)
            #expect(bench.simulator.journal.lookups.count <= 10)
            _ = try await bench.finish(long.id)
            #expect(bench.simulator.journal.lookups.count == 301)
        }
    }

    @Test func aClockThatStepsBackDoesNotHoldUpTheNextAttempt() async throws {
        let file = Self.families(1)[0].sha256
        var world = LookupBench.World()
        world.faults = [FaultRule(.transientError, hash: file, times: 1)]
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: 1), world) { bench in
            let start = bench.clock.now.monotonic
            let job = try bench.drop([[file]])
            _ = try await bench.until("it waits for its next attempt") {
                await bench.dispatcher.estimates()[job.id]?.waitReason
            }
            bench.clock.stepWall(by: .seconds(-2 * 86_400))
            _ = try await bench.finish(job.id)
            #expect(bench.clock.now.monotonic - start < .seconds(2 * 3600))
        }
    }

    @Test(arguments: BenchLedger.allCases)
    func aBadHashIsNotEveryProbe(ledger: BenchLedger) async throws {
        let bad = Self.families(1)[0].sha256
        var world = LookupBench.World(ledger)
        world.faults = [FaultRule(.transientError, hash: bad)]
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: 1), world) { bench in
            try bench.drop([[bad]])
            // By then VirusTotal is given rests of five minutes, ± a quarter.
            try await bench.clock.sleep(for: .seconds(3_600))
            let start = bench.clock.now.monotonic
            let job = try bench.drop([[Samples.hash(1)]])
            _ = try await bench.finish(job.id)
            #expect(bench.clock.now.monotonic - start < .seconds(400))
        }
    }

    @Test func aClockThatIsPutForwardEndsTheWaitForTheDayWithinAMinute() async throws {
        // 2026-11-23 22:00:00 UTC.
        let evening = Date(timeIntervalSince1970: 1_795_471_200)
        let options = LookupOptions(limits: Self.limits(perMinute: 0, perDay: 1))
        try await LookupBench.run(options, start: evening) { bench in
            let job = try bench.drop([[Samples.hash(1)], [Samples.hash(2)]])
            // One that is on its way at midnight would count on the new day too.
            let end = try await bench.until("it waits for the day") {
                let health = await bench.dispatcher.health()
                return health.requestsInFlight == 0 ? health.waitsUntil : nil
            }
            #expect(abs(end.timeIntervalSince(evening) - 7_202) < 1)
            #expect(await bench.dispatcher.health().usedUpPeriod == .day)
            // It was two hours slow.
            bench.clock.stepWall(by: .seconds(7_202))
            let start = bench.clock.now.monotonic
            _ = try await bench.finish(job.id)
            #expect(bench.clock.now.monotonic - start < .seconds(62))
        }
    }

    @Test func aShortListDoesNotWaitBehindALongOne() async throws {
        var world = LookupBench.World()
        world.limits = SimulatedLimits(requestsPerMinute: 4)
        try await LookupBench.run(LookupOptions(limits: Self.limits(perMinute: 4)), world) { bench in
            let long = try bench.drop((0..<100_000).map { [Samples.hash($0)] }, user: "alice")
            try await bench.until("alice's list has begun") { bench.simulator.journal.lookups.count >= 8 }
            let before = bench.simulator.journal.lookups.count
            let short = try bench.drop((0..<5).map { [Samples.hash(1_000_000 + $0)] }, user: "bob")
            _ = try await bench.finish(short.id)
            let asked = bench.simulator.journal.lookups.count - before
            // Five of bob's and at most ten of alice's.
            #expect(asked <= 15)
            #expect(try bench.job(long.id).state == .running)
        }
    }

    @Test func theEndIsForetoldToATenthWhenATenthIsDone() async throws {
        var world = LookupBench.World()
        world.limits = SimulatedLimits(requestsPerMinute: 40)
        try await LookupBench.run(LookupOptions(limits: Self.limits(perMinute: 40)), world) { bench in
            let job = try bench.drop(Self.families(400).map { [$0.sha256] })
            try await bench.until("a tenth is done") { try bench.job(job.id).counts.finished >= 40 }
            let now = bench.clock.now.wall
            let expected = try #require(await bench.dispatcher.estimates()[job.id]?.expectedAt)
            let done = try await bench.finish(job.id)
            let truth = try #require(done.finishedAt).timeIntervalSince(now)
            let foretold = expected.timeIntervalSince(now)
            #expect(abs(foretold - truth) <= 0.1 * truth, "foretold \(foretold) s, took \(truth) s")
        }
    }

    @Test(arguments: BenchLedger.allCases)
    func aUsedUpDayGoesOnAfterMidnightUTCAndSaysSo(ledger: BenchLedger) async throws {
        var world = LookupBench.World(ledger)
        world.limits = SimulatedLimits(requestsPerMinute: 0, requestsPerDay: 10)
        // 2026-11-23 22:00:00 UTC.
        let evening = Date(timeIntervalSince1970: 1_795_471_200)
        try await LookupBench.run(
            LookupOptions(limits: Self.limits(perMinute: 0, perDay: 10)), world, start: evening
        ) { bench in
            let job = try bench.drop(Self.families(25).map { [$0.sha256] })
            let done = try await bench.finish(job.id)
            #expect(try #require(done.finishedAt).timeIntervalSince(evening) > 26 * 3600)
            #expect(bench.simulator.journal.lookups.allSatisfy { $0.status != 429 })
            #expect(bench.simulator.journal.lookups.count == 25)
        }
    }

    @Test(arguments: BenchLedger.allCases)
    func aUsedUpMonthGoesOnOnTheFirstOfTheNextAndSaysSo(ledger: BenchLedger) async throws {
        var world = LookupBench.World(ledger)
        world.limits = SimulatedLimits(requestsPerMonth: 10)
        // 2026-11-30 22:00:00 UTC.
        let evening = Date(timeIntervalSince1970: 1_796_076_000)
        let limits = QuotaLimits(
            requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 10)
        try await LookupBench.run(LookupOptions(limits: limits), world, start: evening) { bench in
            let job = try bench.drop(Self.families(15).map { [$0.sha256] })
            try await bench.until("it waits for the month") {
                let health = await bench.dispatcher.health()
                return health.usedUpPeriod == .month && health.requestsInFlight == 0
            }
            #expect(bench.simulator.journal.lookups.count == 10)
            let done = try await bench.finish(job.id)
            #expect(try #require(done.finishedAt).timeIntervalSince(evening) > 2 * 3600)
            #expect(bench.simulator.journal.lookups.allSatisfy { $0.status != 429 })
            #expect(bench.simulator.journal.lookups.count == 15)
        }
    }

    @Test(arguments: [0, 1, 7], [1, 3])
    func aListEndsWithItsBudgetAndTheRestIsNotAsked(budget: Int, connections: Int) async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited, connectionsMax: connections)) {
            bench in
            let families = Self.families(30)
            var options = JobOptions()
            options.budget = budget
            let job = try bench.drop(families.prefix(20).map { [$0.sha256] }, options: options)
            let other = try bench.drop(families.suffix(10).map { [$0.sha256] }, user: "bob")
            let done = try await bench.finish(job.id)
            #expect(done.state == .cancelled)
            #expect(done.requestCost.requestsSent == budget)
            #expect(done.reason?.contains("The list's budget of \(budget) ") == true)
            let notAsked = try bench.rows(job.id).count { $0.verdict(VerdictPolicy()) == .notAsked }
            #expect(notAsked == 20 - budget)
            #expect(try await bench.finish(other.id).state == .done)
            #expect(bench.simulator.journal.lookups.count == budget + 10)
        }
    }

    /// What failed was sent, and counts.
    @Test(arguments: BenchLedger.allCases)
    func failedRequestsAreOfTheBudgetToo(ledger: BenchLedger) async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited), .init(ledger)) { bench in
            bench.simulator.addFault(FaultRule(.transientError))
            var options = JobOptions()
            options.budget = 3
            let job = try bench.drop(Self.families(5).map { [$0.sha256] }, options: options)
            let done = try await bench.finish(job.id)
            #expect(done.state == .cancelled)
            #expect(bench.simulator.journal.lookups.count == 3)
        }
    }

    @Test func staleVerdictsAreShownUntilTheFreshOneComes() async throws {
        try await LookupBench.run(LookupOptions(limits: Self.unlimited)) { bench in
            let file = Self.families(1)[0]
            let first = try bench.drop([[file.sha256]])
            _ = try await bench.finish(first.id)
            try await bench.clock.sleep(for: .seconds(1))
            bench.simulator.addFault(FaultRule(.transientError))
            let again = try bench.drop([[file.md5]], ages: CacheAges(known: .zero, unknown: .zero))
            let row = try bench.rows(again.id)[0]
            #expect(row.isStale)
            #expect(row.answer?.fileObject?.sha256 == file.sha256 || row.answer?.answer == .unknown)
            bench.simulator.removeAllFaults()
            _ = try await bench.finish(again.id)
            #expect(try bench.rows(again.id)[0].isStale == false)
        }
    }

    @Test func virusTotalsLocalRequestsIsReadAtTheStartAndTheSmallerAllowanceWins() async throws {
        var world = LookupBench.World()
        world.limits = SimulatedLimits(requestsPerMinute: 0, requestsPerDay: 3)
        world.readsQuotas = true
        try await LookupBench.run(LookupOptions(limits: Self.limits(perMinute: 0, perDay: 500)), world) {
            bench in
            let job = try bench.drop(Self.families(5).map { [$0.sha256] })
            _ = try await bench.finish(job.id)
            #expect(bench.simulator.journal.lookups.count == 5)
            #expect(bench.simulator.journal.lookups.allSatisfy { $0.status != 429 })
        }
    }

    @Test func anotherProgramOnTheSameKeyIsMetWithASlowerPace() async throws {
        var world = LookupBench.World()
        // Another program uses half of the minute.
        world.limits = SimulatedLimits(requestsPerMinute: 20)
        try await LookupBench.run(LookupOptions(limits: Self.limits(perMinute: 40)), world) { bench in
            let job = try bench.drop(Self.families(200).map { [$0.sha256] })
            try await bench.until("a refusal") {
                bench.simulator.journal.lookups.contains { $0.status == 429 }
            }
            try await bench.until("the reader is told") {
                let reason = await bench.dispatcher.estimates()[job.id]?.waitReason
                return reason?.contains("quota") == true || reason?.contains("another program") == true
            }
            let done = try await bench.finish(job.id)
            #expect(done.state == .done)
            let refused = bench.simulator.journal.lookups.count { $0.status == 429 }
            #expect(refused <= 30, "\(refused) refused of \(bench.simulator.journal.lookups.count)")
        }
    }
}
