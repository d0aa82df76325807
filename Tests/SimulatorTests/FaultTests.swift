import Foundation
import Model
import Simulator
import TestSupport
import Testing

@Suite(.limited(.server))
struct FaultTests {
    private let file = SimulatedFile.make(number: 1, .detected(engines: 30))

    private func withClient(
        _ body: (SimulatedVirusTotal, TestClient) async throws -> Void
    ) async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        try await SimulatedVirusTotal.with(options) { simulator in
            simulator.register(file)
            try await body(simulator, TestClient(simulator))
        }
    }

    @Test(arguments: [
        (Fault.Kind.badRequest, 400, "BadRequestError"), (.invalidArgument, 400, "InvalidArgumentError"),
        (.notAvailableYet, 400, "NotAvailableYet"), (.wrongCredentials, 401, "WrongCredentialsError"),
        (.authenticationRequired, 401, "AuthenticationRequiredError"),
        (.userNotActive, 401, "UserNotActiveError"), (.forbidden, 403, "ForbiddenError"),
        (.failedDependency, 424, "FailedDependencyError"), (.quotaExceeded, 429, "QuotaExceededError"),
        (.tooManyRequests, 429, "TooManyRequestsError"), (.transientError, 503, "TransientError"),
        (.deadlineExceeded, 504, "DeadlineExceededError"),
    ])
    func anErrorHasItsStatusAndCode(_ kind: Fault.Kind, _ status: Int, _ code: String) async throws {
        try await withClient { simulator, client in
            simulator.addFault(FaultRule(kind, times: 1))
            let answer = try await client.lookUp(file.family.md5)
            #expect(answer.status == status)
            #expect(answer.errorCode == code)
            #expect(simulator.journal.entries.last?.fault == kind)
            #expect(try await client.lookUp(file.family.md5).status == 200)
        }
    }

    @Test func brokenBodiesAre200() async throws {
        try await withClient { simulator, client in
            simulator.addFault(FaultRule(.emptyBody, times: 1))
            simulator.addFault(FaultRule(.htmlBody, times: 1))
            simulator.addFault(FaultRule(.largeBody, times: 1))
            simulator.addFault(FaultRule(.wrongIdentity, times: 1))
            simulator.addFault(FaultRule(.chunked, times: 1))
            let empty = try await client.lookUp(file.family.md5)
            #expect(empty.status == 200 && empty.body.isEmpty)
            let html = try await client.lookUp(file.family.md5)
            #expect(html.status == 200 && html.headers["content-type"]?.hasPrefix("text/html") == true)
            let large = try await client.lookUp(file.family.md5)
            #expect(large.body.count > 900_000)
            #expect(large.data["id"] as? String == file.family.sha256.hexadecimal)
            let other = try await client.lookUp(file.family.md5)
            let id = try #require(other.data["id"] as? String)
            #expect(id != file.family.sha256.hexadecimal)
            let chunked = try await client.lookUp(file.family.md5)
            #expect(chunked.data["id"] as? String == file.family.sha256.hexadecimal)
            #expect(chunked.headers["content-length"] == nil)
        }
    }

    @Test func gzipIsWhatTheClientReadsAndCanBeForcedEitherWay() async throws {
        try await withClient { simulator, client in
            // URLSession offers gzip and unpacks it with a library that is not ours.
            let packed = try await client.lookUp(file.family.md5)
            simulator.addFault(FaultRule(.plain))
            let plain = try await client.lookUp(file.family.md5)
            #expect(packed.headers["content-encoding"] == "gzip")
            #expect(plain.headers["content-encoding"] == nil)
            #expect(plain.body.count > 12_000)
            #expect(packed.body == plain.body)
            #expect(plain.headers["content-length"] == String(plain.body.count))
            let packedBytes = try #require(packed.headers["content-length"].flatMap { Int($0) })
            #expect(packedBytes < plain.body.count / 2)
        }
    }

    @Test(arguments: [Fault.Kind.truncatedBody, .resetMidBody, .noAnswer])
    func aBrokenConnectionIsNoAnswer(_ kind: Fault.Kind) async throws {
        try await withClient { simulator, client in
            simulator.addFault(FaultRule(kind, seconds: 0.05, times: 1))
            await #expect(throws: (any Error).self) { _ = try await client.lookUp(file.family.md5) }
            #expect(simulator.journal.entries.last?.fault == kind)
        }
    }

    @Test func aSlowAnswerIsWhole() async throws {
        try await withClient { simulator, client in
            simulator.addFault(FaultRule(.slowDrip, seconds: 0.16, times: 1))
            simulator.addFault(FaultRule(.slowFirstByte, seconds: 0.05, times: 1))
            for _ in 0..<2 {
                let clock = ContinuousClock()
                let start = clock.now
                let answer = try await client.lookUp(file.family.md5)
                #expect(answer.data["id"] as? String == file.family.sha256.hexadecimal)
                #expect(clock.now - start >= .milliseconds(50))
            }
        }
    }

    @Test func shutdownDoesNotWaitForAHeldConnection() async throws {
        let simulator = try await SimulatedVirusTotal.start()
        let client = TestClient(simulator)
        simulator.addFault(FaultRule(.noAnswer, seconds: 600))
        let hash = file.family.md5
        let lookup = Task { try await client.lookUp(hash) }
        // The journal has the request before it is held.
        try await eventually("the request") { simulator.journal.requestCount > 0 }
        try await simulator.stop()
        await #expect(throws: (any Error).self) { _ = try await lookup.value }
    }

    @Test func rulesChooseByHashTurnAndNumber() async throws {
        try await withClient { simulator, client in
            let other = FileFamily.numbered(77).md5
            simulator.register(SimulatedFile.make(number: 77, .detected(engines: 0)))
            let id = simulator.addFault(
                FaultRule(.transientError, hash: file.family.md5, every: 2, skip: 1, times: 2))
            var statuses: [Int] = []
            for _ in 0..<8 {
                #expect(try await client.lookUp(other).status == 200)
                statuses.append(try await client.lookUp(file.family.md5).status)
            }
            #expect(statuses == [200, 200, 503, 200, 503, 200, 200, 200])
            simulator.removeFault(id)
        }
    }

    @Test func chanceIsTheSameForTheSameSeed() async throws {
        try await withClient { simulator, client in
            var runs: [[Int]] = []
            for _ in 0..<2 {
                simulator.removeAllFaults()
                simulator.addFault(FaultRule(.transientError, probability: 0.5, seed: 42))
                var statuses: [Int] = []
                for _ in 0..<20 { statuses.append(try await client.lookUp(file.family.md5).status) }
                runs.append(statuses)
            }
            #expect(runs[0] == runs[1])
            #expect(Set(runs[0]) == [200, 503])
        }
    }

    @Test func onlyFaultsThatReachTheAPICostQuota() async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = SimulatedLimits(requestsPerDay: 2)
        try await SimulatedVirusTotal.with(options) { simulator in
            let client = TestClient(simulator)
            simulator.addFault(FaultRule(.edgeTooManyRequests, times: 1))
            simulator.addFault(FaultRule(.transientError, times: 1))
            simulator.register(file)
            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await client.lookUp(file.family.md5).status) }
            #expect(statuses == [429, 503, 200, 429])
        }
    }
}
