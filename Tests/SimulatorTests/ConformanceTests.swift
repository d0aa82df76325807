import Foundation
import Model
import Simulator
import Testing

/// The simulator read by VirusTotal's own Python client, which knows nothing of this project.
struct ConformanceTests {
    @Test(.timeLimit(.minutes(1)))
    func theOfficialClientReadsFilesErrorsAndQuotas() async throws {
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
            let output = try await run([
                "\(simulator.baseURL)", SimulatedAccount.demoKey, known.family.md5.hexadecimal.uppercased(),
                known.family.sha256.hexadecimal, unknown.family.sha1.hexadecimal, spent.key,
            ])
            #expect(output.status == 0, "\(output.text)")
            #expect(output.text.contains("known file: 40 of"), "\(output.text)")
            #expect(output.text.contains("spent quota: QuotaExceededError"), "\(output.text)")
        }
    }

    private func run(_ arguments: [String]) async throws -> (status: Int32, text: String) {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        let standard = root.appending(path: ".venv/bin/python").path
        let python = ProcessInfo.processInfo.environment["HASHDROP_PYTHON"] ?? standard
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "there is no Python with vt-py at \(python): `make test` sets it up")
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [folder.appending(path: "vt_conformance.py").path] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        let (ended, ending) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = {
            ending.yield($0.terminationStatus)
            ending.finish()
        }
        try process.run()
        // The few lines fit into the pipe, so that reading after the end cannot block the client.
        let status = await ended.first { _ in true }
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return (try #require(status), text)
    }
}
