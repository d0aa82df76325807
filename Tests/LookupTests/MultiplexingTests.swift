import Curl
import Foundation
import Model
import Simulator
import TestSupport
import Testing
import VirusTotal

/// The way to VirusTotal as in production: TLS, and HTTP/2 with many requests over one connection. A real
/// nginx in front of the simulator speaks both.
@Suite(.limited(.server)) struct MultiplexingTests {
    private let folder = TemporaryFolder()

    private func withSimulator(
        latency: Duration = .zero,
        _ body: (_ simulator: SimulatedVirusTotal, _ address: String, TestCertificate) async throws -> Void
    ) async throws {
        let certificate = try await TestCertificate()
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.latency = latency
        try await SimulatedVirusTotal.with(options) { simulator in
            try await NginxFixture.frontEnd(of: simulator.baseURL, certificate) { address in
                try await body(simulator, address, certificate)
            }
        }
    }

    private func curl(trusting file: String?) throws -> CurlClient {
        var options = CurlOptions()
        options.connectionsMax = 16
        options.certificateFile = file
        return try CurlClient(options: options)
    }

    private func client(_ address: String, trusting file: String?) throws -> VirusTotalClient {
        VirusTotalClient(
            endpoint: try VirusTotalEndpoint(address), key: try #require(APIKey(SimulatedAccount.demoKey)),
            curl: try curl(trusting: file))
    }

    @Test func manyRequestsAtOnceShareOneConnection() async throws {
        try await withSimulator(latency: .milliseconds(100)) { simulator, address, certificate in
            let curl = try curl(trusting: certificate.chainFile)
            let responses = try await withThrowingTaskGroup(of: CurlResponse.self) { group in
                for number in 0..<16 {
                    group.addTask {
                        try await curl.perform(
                            CurlRequest(
                                url: "\(address)/api/v3/files/\(Samples.hash(number))",
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
        try await withSimulator { _, address, certificate in
            let eicar = try #require(FileHash("44d88612fea8a8f36de82e1278abb02f"))
            let answer = try await client(address, trusting: certificate.chainFile).file(eicar)
            guard case .known(let object) = answer else {
                Issue.record("EICAR is not known")
                return
            }
            #expect(object.md5 == eicar)
        }
    }

    @Test func anUntrustedCertificateGetsNoKey() async throws {
        try await withSimulator { simulator, address, _ in
            let client = try client(address, trusting: nil)
            let failure = await #expect(throws: VirusTotalError.self) {
                _ = try await client.file(Samples.hash(1))
            }
            #expect(failure?.sentence.contains("certificate") == true, "\(failure?.sentence ?? "")")
            #expect(simulator.journal.lookups.isEmpty)
        }
    }
}
