import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// The simulator read by VirusTotal's own Python client, which knows nothing of this project.
@Suite(.limited(.server))
struct ConformanceTests {
    @Test func theOfficialClientReadsFilesErrorsAndQuotas() async throws {
        var options = SimulatorOptions()
        let spent = SimulatedAccount(
            key: String(repeating: "a", count: 64), userName: "spent",
            limits: SimulatedLimits(requestsPerDay: 1))
        options.accounts = [.demo, spent]
        try await SimulatedVirusTotal.with(options) { simulator in
            let known = SimulatedFile.make(number: 1, .detected(engines: 40))
            let unknown = SimulatedFile.make(number: 2, .unknown)
            simulator.register(known)
            simulator.register(unknown)
            _ = try await TestClient(simulator).get("/api/v3/files/\(known.family.md5)", key: spent.key)
            let output = try await PythonScript("vt_conformance.py").run([
                "\(simulator.baseURL)", SimulatedAccount.demoKey, known.family.md5.hexadecimal.uppercased(),
                known.family.sha256.hexadecimal, unknown.family.sha1.hexadecimal, spent.key,
            ])
            #expect(output.status == 0, "\(output.text)")
            #expect(output.text.contains("known file: 40 of"), "\(output.text)")
            #expect(output.text.contains("spent quota: QuotaExceededError"), "\(output.text)")
        }
    }
}
