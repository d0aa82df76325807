import Foundation
import Lookup
import Model
import Simulator
import Store
import Support
import Synchronization
import TestSupport
import Testing

/// The dispatcher before a ledger that it has to wait for, and that may say no.
@Suite(.limited(.server))
struct LookupLedgerTests {
    private static let options = LookupOptions(
        limits: QuotaLimits(
            requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
        connectionsMax: 2)

    private static func hashes(_ count: Int) -> [FileHash] {
        (0..<count).map { FileFamily.numbered($0, seed: 7).sha256 }
    }

    private static func world(
        _ journal: ScriptedLedger.Journal,
        script: @escaping @Sendable (ScriptedLedger.Batch) async -> ScriptedLedger.Word
    ) -> LookupBench.World {
        var world = LookupBench.World()
        world.ledger = { lookups, _ in ScriptedLedger(lookups, journal, script: script) }
        return world
    }

    @Test func aWaitOfTheLedgerHoldsAllLookupsAndIsShown() async throws {
        let journal = ScriptedLedger.Journal()
        let wait = LedgerWait(.usedUp(.day), rest: .seconds(30), reason: "all daemons wait")
        let asked = Mutex<[FileHash]>([])
        var world = Self.world(journal) { _ in journal.batches.count <= 3 ? .wait(wait) : .own }
        world.intercept = { hash, _ in
            asked.withLock { $0.append(hash) }
            return nil
        }
        try await LookupBench.run(Self.options, world) { bench in
            let began = bench.clock.now.wall
            let hashes = Self.hashes(5)
            let job = try bench.drop(hashes.map { [$0] })
            try await bench.until("the wait is shown") {
                await bench.dispatcher.health().waitReason == wait.reason
            }
            let health = await bench.dispatcher.health()
            #expect(health.usedUpPeriod == .day)
            #expect(health.needsAttention)
            #expect(try #require(health.waitsUntil).timeIntervalSince(began).rounded() == 30)
            #expect(health.requestsInFlight == 0)
            let estimate = try #require(await bench.dispatcher.estimates()[job.id])
            #expect(estimate.waitReason?.hasPrefix(wait.reason) == true)
            #expect(try #require(estimate.expectedAt) > began + 30)
            _ = try await bench.finish(job.id)
            #expect(bench.clock.now.wall >= began + 90)
            // Nothing is lost or asked out of its turn by having waited.
            #expect(Set(asked.withLock(\.self).prefix(2)) == Set(hashes.sorted().prefix(2)))
            #expect(asked.withLock(\.self).count == 5)
            #expect(await bench.dispatcher.health().waitReason == nil)
        }
    }

    /// With fewer hashes than might be sent the dispatcher would else sleep until the next event.
    @Test func aSingleHashGoesOnAfterTheWaitToo() async throws {
        let journal = ScriptedLedger.Journal()
        let wait = LedgerWait(.turn, rest: .seconds(7), reason: "others have their turns")
        let world = Self.world(journal) { _ in journal.batches.count == 1 ? .wait(wait) : .own }
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop([Self.hashes(1)])
            _ = try await bench.finish(job.id)
            let times = journal.batches.map(\.at.monotonic)
            #expect(times.count == 2)
            #expect(times[1] - times[0] >= .seconds(7))
            #expect(times[1] - times[0] < .seconds(8))
        }
    }

    @Test func aHashThatAnotherDaemonAsksIsReservedAgainAfterItsTimeAndHoldsUpNoOther() async throws {
        let journal = ScriptedLedger.Journal()
        let hashes = Self.hashes(4)
        let held = hashes.sorted()[0]
        let world = Self.world(journal) { batch in
            let isFirst = journal.batches.count { $0.hashes.contains(held) } == 1
            return batch.hashes.contains(held) && isFirst ? .held([held], .seconds(40)) : .own
        }
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop(hashes.map { [$0] })
            try await bench.until("the others are answered") { journal.recorded == 3 }
            #expect(await bench.dispatcher.health().waitReason == nil)
            _ = try await bench.finish(job.id)
            let times = journal.batches.filter { $0.hashes.contains(held) }.map(\.at.monotonic)
            #expect(times.count == 2)
            #expect(times[1] - times[0] >= .seconds(40))
            #expect(times[1] - times[0] < .seconds(41))
        }
    }

    @Test func whileTheLedgerIsWaitedForQuestionsAreAnsweredAndListsComeIn() async throws {
        let journal = ScriptedLedger.Journal()
        let clock = Exchangeable<(any ServiceClock)?>(nil)
        let world = Self.world(journal) { _ in
            if journal.batches.count == 1 { try? await clock.value?.sleep(for: .seconds(20)) }
            return .own
        }
        try await LookupBench.run(Self.options, world) { bench in
            clock.value = bench.clock
            let began = bench.clock.now.wall
            let first = try bench.drop(Self.hashes(3).map { [$0] })
            try await bench.until("the ledger is asked") { journal.batches.count == 1 }
            let second = try bench.drop(Self.hashes(6).suffix(3).map { [$0] }, user: "bob")
            let health = await bench.dispatcher.health()
            #expect(health.openHashes == [Samples.user("alice"): 3])
            #expect(await bench.dispatcher.estimates().keys.contains(first.id))
            #expect(bench.clock.now.wall < began + 20)
            _ = try await bench.finish(first.id)
            _ = try await bench.finish(second.id)
            #expect(journal.sent == 6)
            #expect(journal.recorded == 6)
        }
    }

    @Test func aLedgerThatIsAwayIsAwayUntilItHasAnswered() async throws {
        let journal = ScriptedLedger.Journal()
        let clock = Exchangeable<(any ServiceClock)?>(nil)
        let wait = LedgerWait(.unreachable, rest: .seconds(5), reason: "the ledger is away")
        let world = Self.world(journal) { _ in
            guard journal.batches.count <= 3 else { return .own }
            try? await clock.value?.sleep(for: .seconds(10))
            return .wait(wait)
        }
        try await LookupBench.run(Self.options, world) { bench in
            clock.value = bench.clock
            let job = try bench.drop(Self.hashes(3).map { [$0] })
            try await bench.until("it is seen to be away") {
                await bench.dispatcher.health().waitReason == wait.reason
            }
            try await bench.until("it is asked for the third time") {
                let health = await bench.dispatcher.health()
                #expect(health.waitReason == wait.reason, "also while it is asked again")
                #expect(health.needsAttention)
                #expect(await bench.dispatcher.estimates()[job.id]?.expectedAt == nil)
                return journal.batches.count == 3
            }
            _ = try await bench.finish(job.id)
            #expect(await bench.dispatcher.health().waitReason == nil)
        }
    }

    /// Other daemons' turns are no matter for the operator; a ledger that is away or refuses is one.
    @Test(arguments: [
        (LedgerWait(.turn, rest: .seconds(5), reason: "others have their turns"), false),
        (LedgerWait(.usedUp(.minute), rest: .seconds(5), reason: "the minute is used up"), false),
        (LedgerWait(.usedUp(.month), rest: .seconds(5), reason: "the month is used up"), true),
        (LedgerWait(.unreachable, rest: .seconds(5), reason: "it is away"), true),
        (LedgerWait(.unreachable, rest: .seconds(5), reason: "it refuses", advice: "let it in"), true),
    ])
    func onlyWhatDoesNotComeInTurnNeedsAttention(wait: LedgerWait, needsAttention: Bool) async throws {
        let journal = ScriptedLedger.Journal()
        let world = Self.world(journal) { _ in journal.batches.count <= 3 ? .wait(wait) : .own }
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop([Self.hashes(1)])
            try await bench.until("the wait is shown") {
                await bench.dispatcher.health().waitReason?.hasPrefix(wait.reason) == true
            }
            let health = await bench.dispatcher.health()
            #expect(health.needsAttention == needsAttention)
            #expect((health.waitsUntil == nil) == (wait.kind == .unreachable))
            if let advice = wait.advice {
                // What is to be done is for the operator; users are told whom it is up to.
                #expect(health.waitReason == "\(wait.reason); \(advice)")
                #expect(health.usersWaitReason?.contains(advice) == false)
                #expect(health.usersWaitReason?.contains("administrator") == true)
            }
            _ = try await bench.finish(job.id)
            #expect(await bench.dispatcher.health().needsAttention == false)
        }
    }

    /// What the ledger has granted by then is sent, and its answers are recorded.
    @Test func aStopWaitsForTheLedger() async throws {
        let journal = ScriptedLedger.Journal()
        let clock = Exchangeable<(any ServiceClock)?>(nil)
        let world = Self.world(journal) { _ in
            try? await clock.value?.sleep(for: .seconds(20))
            return .own
        }
        try await LookupBench.run(Self.options, world) { bench in
            clock.value = bench.clock
            try bench.drop(Self.hashes(5).map { [$0] })
            try await bench.until("the ledger is asked") { journal.batches.count == 1 }
        }
        #expect(journal.batches.count == 1)
        #expect(journal.sent == 2)
        #expect(journal.recorded == 2)
    }
}
