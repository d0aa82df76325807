import Foundation
import Lookup
import Model
import Simulator
import Store
import Support
import TestSupport
import Testing

/// What follows when VirusTotal refuses the key, until another one or a command.
@Suite(.limited(.server))
struct RefusedKeyTests {
    private static let options = LookupOptions(
        limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
        connectionsMax: 1)

    /// The fault, and how many requests it takes until it is believed.
    @Test(arguments: [
        (Fault.Kind.wrongCredentials, 1), (.authenticationRequired, 1), (.userNotActive, 1), (.forbidden, 3),
    ])
    func aRefusedKeyStopsEverythingUntilItChanges(fault: Fault.Kind, requests: Int) async throws {
        let generation = Counter()
        var world = LookupBench.World()
        world.faults = [FaultRule(fault)]
        world.keyGeneration = { generation.value }
        world.keyAdvice = "Put it into '/key'."
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop((0..<10).map { [FileFamily.numbered($0, seed: 9).sha256] })
            try await bench.until("asking has stopped and says so") {
                let reason = await bench.dispatcher.health().waitReason ?? ""
                return reason.contains("key") || reason.contains("account")
            }
            // Hours later it was tried three times more: after 15 min, 30 min and an hour.
            try await bench.clock.sleep(for: .seconds(7200))
            #expect(bench.simulator.journal.lookups.count == requests + 3)
            #expect(await bench.dispatcher.health().isKeyRefused)
            #expect(try bench.job(job.id).state == .running)
            let estimate = await bench.dispatcher.estimates()[job.id]
            #expect(estimate?.expectedAt == nil)
            #expect(estimate?.waitReason?.contains("/key") == false)
            #expect(estimate?.waitReason?.contains("The administrator has to exchange the key.") == true)
            #expect(await bench.dispatcher.health().waitReason?.hasSuffix("Put it into '/key'.") == true)
            bench.simulator.removeAllFaults()
            generation.increment()
            _ = try await bench.finish(job.id)
            #expect(bench.simulator.journal.lookups.count == requests + 3 + 10)
            #expect(await !bench.dispatcher.health().isKeyRefused)
        }
    }

    /// It may be another key of the same account, and the old one is good still.
    @Test func theKeyIsLookedAtWhileItIsGood() async throws {
        let looks = Counter()
        var world = LookupBench.World()
        world.keyGeneration = {
            looks.increment()
            return 0
        }
        let slow = LookupOptions(limits: QuotaLimits(requestsPerMinuteLimit: 1), connectionsMax: 1)
        try await LookupBench.run(slow, world) { bench in
            let job = try bench.drop((0..<10).map { [FileFamily.numbered($0, seed: 9).sha256] })
            _ = try await bench.finish(job.id)
            // Nine minutes, and two looks before and at the start.
            #expect((9...40).contains(looks.value), "\(looks.value)")
        }
    }

    @Test func aKeyThatIsRefusedOnceGoesOnByItself() async throws {
        var world = LookupBench.World()
        world.faults = [FaultRule(.wrongCredentials, times: 1)]
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop((0..<10).map { [FileFamily.numbered($0, seed: 9).sha256] })
            let done = try await bench.finish(job.id)
            let took = try #require(done.finishedAt).timeIntervalSince(done.receivedAt)
            #expect(took >= 900 && took < 1_000, "\(took) s")
            #expect(bench.simulator.journal.lookups.count == 11)
        }
    }

    @Test func aCommandTriesARefusedKeyAtOnce() async throws {
        var world = LookupBench.World()
        world.faults = [FaultRule(.wrongCredentials, times: 1)]
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop([[FileFamily.numbered(1, seed: 9).sha256]])
            try await bench.until("asking has stopped") {
                await bench.dispatcher.health().waitReason?.contains("key") == true
            }
            bench.dispatcher.jobsChanged()
            let done = try await bench.finish(job.id)
            #expect(try #require(done.finishedAt).timeIntervalSince(done.receivedAt) < 100)
        }
    }

    /// The probe of a refused key is on its way when a command or SIGHUP comes; its refusal comes afterwards,
    /// and the next request would be answered.
    @Test(arguments: [false, true])
    func aCommandDuringAProbeIsNotSwallowed(isKeyExchanged: Bool) async throws {
        let generation = Counter()
        let refusals = Counter()
        var world = LookupBench.World()
        world.latency = .seconds(20)
        world.keyGeneration = { generation.value }
        world.intercept = { _, _ in
            guard refusals.value < 2 else { return nil }
            refusals.increment()
            return LookupFailure(
                disposition: .stopAsking, reason: "VirusTotal refuses the API key.", outcome: "401")
        }
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop([[FileFamily.numbered(1, seed: 9).sha256]])
            try await bench.until("the probe is on its way") {
                let inFlight = await bench.dispatcher.health().requestsInFlight
                return refusals.value == 1 && inFlight == 1 && bench.clock.passed > .seconds(800)
            }
            if isKeyExchanged { generation.increment() }
            bench.dispatcher.jobsChanged()
            let done = try await bench.finish(job.id)
            #expect(refusals.value == 2)
            // Without waiting for the next probe, half an hour later.
            let took = try #require(done.finishedAt).timeIntervalSince(done.receivedAt)
            #expect(took < 1_000, "\(took) s")
        }
    }

    @Test(arguments: [(Fault.Kind.wrongCredentials, 1), (.badRequest, 0)])
    func theStartOfAWaitIsToldOnce(fault: Fault.Kind, times: Int) async throws {
        let told = Counter()
        var world = LookupBench.World()
        world.faults = [FaultRule(fault, times: 1)]
        try await LookupBench.run(Self.options, world) { bench in
            bench.dispatcher.onWait { told.increment() }
            let job = try bench.drop((0..<10).map { [FileFamily.numbered($0, seed: 9).sha256] })
            _ = try await bench.finish(job.id)
            #expect(told.value == times)
        }
    }

    /// `hashdrop doctor --ask` spends one request, and not one of the daemon's as well.
    @Test func aCommandThatAsksByItselfMakesNoSecondRequest() async throws {
        var world = LookupBench.World()
        world.faults = [FaultRule(.wrongCredentials, times: 1)]
        try await LookupBench.run(Self.options, world) { bench in
            let job = try bench.drop([[FileFamily.numbered(1, seed: 9).sha256]])
            try await bench.until("asking has stopped") {
                await bench.dispatcher.health().waitReason?.contains("key") == true
            }
            let ledger = bench.database.ledger
            let number = try ledger.begin(FileFamily.numbered(2, seed: 9).sha256, at: bench.clock.now.wall)
            #expect(try ledger.hasOpenQuestion(at: bench.clock.now.wall))
            let requests = bench.simulator.journal.requestCount
            bench.dispatcher.jobsChanged()
            try await bench.until("nothing more happens at this moment") { true }
            #expect(bench.simulator.journal.requestCount == requests)
            try ledger.end(number, outcome: QuotaLedger.goodOutcome, at: bench.clock.now)
            #expect(try !ledger.hasOpenQuestion(at: bench.clock.now.wall))
            // The key is well: now the daemon goes on.
            bench.dispatcher.jobsChanged()
            let done = try await bench.finish(job.id)
            #expect(try #require(done.finishedAt).timeIntervalSince(done.receivedAt) < 100)
        }
    }

    /// Two requests are on their way when the key is exchanged, and both refusals come after that.
    @Test func aRefusalOfAnEarlierKeySaysNothingOfTheNext() async throws {
        let generation = Counter()
        let refusals = Counter()
        var world = LookupBench.World()
        world.keyGeneration = { generation.value }
        world.intercept = { _, _ in
            guard refusals.value < 2 else { return nil }
            if refusals.value == 0 { generation.increment() }
            refusals.increment()
            return LookupFailure(
                disposition: .stopAsking, reason: "VirusTotal refuses the API key.", outcome: "401")
        }
        let options = LookupOptions(
            limits: QuotaLimits(
                requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
            connectionsMax: 2)
        try await LookupBench.run(options, world) { bench in
            let job = try bench.drop((0..<4).map { [FileFamily.numbered($0, seed: 9).sha256] })
            let done = try await bench.finish(job.id)
            #expect(done.state == .done)
            #expect(refusals.value == 2)
        }
    }
}
