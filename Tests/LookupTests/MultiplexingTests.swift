import Curl
import Foundation
import Model
import Simulator
import TestSupport
import Testing
import VirusTotal

/// The way to VirusTotal as it is in earnest: TLS, and HTTP/2 with many requests over one connection.
@Suite struct MultiplexingTests {
    private let folder = TemporaryFolder()

    private func withSimulator(
        latency: Duration = .zero, _ body: (SimulatedVirusTotal, TestCertificate) async throws -> Void
    ) async throws {
        let certificate = try await TestCertificate(in: folder)
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.latency = latency
        options.certificate = SimulatedCertificate(
            chainFile: certificate.chainFile, keyFile: certificate.keyFile)
        try await SimulatedVirusTotal.with(options) { try await body($0, certificate) }
    }

    private func curl(trusting file: String?) throws -> CurlClient {
        var options = CurlOptions()
        options.connectionsMax = 16
        options.certificateFile = file
        return try CurlClient(options: options)
    }

    @Test func manyRequestsAtOnceShareOneConnection() async throws {
        try await withSimulator(latency: .milliseconds(100)) { simulator, certificate in
            let curl = try curl(trusting: certificate.chainFile)
            let responses = try await withThrowingTaskGroup(of: CurlResponse.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await curl.perform(
                            CurlRequest(
                                url: "\(simulator.baseURL)/api/v3/files/\(Samples.hash(number))",
                                headers: [("x-apikey", SimulatedAccount.demoKey)]))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(responses.allSatisfy { [200, 404].contains($0.status) })
            #expect(responses.count { !$0.timing.isConnectionReused } == 1)
            #expect(simulator.journal.lookups.count == 16)
        }
    }

    @Test func anAnswerComesOverTLS() async throws {
        try await withSimulator { simulator, certificate in
            let client = VirusTotalClient(
                endpoint: try VirusTotalEndpoint(simulator.baseURL),
                key: try #require(APIKey(SimulatedAccount.demoKey)),
                curl: try curl(trusting: certificate.chainFile))
            let eicar = try #require(FileHash("44d88612fea8a8f36de82e1278abb02f"))
            let answer = try await client.file(eicar)
            guard case .known(let object) = answer else {
                Issue.record("EICAR is not known")
                return
            }
            #expect(object.md5 == eicar)
        }
    }

    @Test func aCertificateThatNobodyTrustsGetsNoKey() async throws {
        try await withSimulator { simulator, _ in
            let client = VirusTotalClient(
                endpoint: try VirusTotalEndpoint(simulator.baseURL),
                key: try #require(APIKey(SimulatedAccount.demoKey)), curl: try curl(trusting: nil))
            let failure = await #expect(throws: VirusTotalError.self) {
                _ = try await client.file(Samples.hash(1))
            }
            #expect(failure?.sentence.contains("certificate") == true, "\(failure?.sentence ?? "")")
            #expect(simulator.journal.lookups.isEmpty)
        }
    }
}
