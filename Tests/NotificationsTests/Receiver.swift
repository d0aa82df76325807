import Foundation
import TestSupport

/// One of the Python servers beside the tests, until the test lets go of it.
final class Receiver {
    let folder = TemporaryFolder()
    private let process: ChildProcess
    let port: Int

    init(_ script: String, _ arguments: [String] = []) async throws {
        let place = URL(filePath: #filePath).deletingLastPathComponent()
        let root = place.deletingLastPathComponent().deletingLastPathComponent()
        let standard = root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        let python = ProcessInfo.processInfo.environment["HASHDROP_PYTHON"] ?? standard
        let log = folder.url.appending(path: "log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        let process = try ChildProcess(
            python, [place.appending(path: script).path(percentEncoded: false), folder.path("")] + arguments,
            output: output, errors: output)
        self.process = process
        let folder = folder
        do {
            port = try await eventually("\(script) listens") {
                guard process.isRunning else {
                    throw Ended(log: String(decoding: try Data(contentsOf: log), as: UTF8.self))
                }
                return try? Int(String(contentsOfFile: folder.path("port"), encoding: .utf8))
            }
        } catch {
            process.send(SIGKILL)
            throw error
        }
    }

    private struct Ended: Error {
        var log: String
    }

    deinit { process.send(SIGKILL) }

    /// What it has received, of a type that reads one line.
    func received<Entry: Decodable>(_ type: Entry.Type) throws -> [Entry] {
        guard let text = try? String(contentsOfFile: folder.path("received"), encoding: .utf8) else {
            return []
        }
        // The last line may be on its way.
        return try text.split(separator: "\n").filter { $0.hasSuffix("}") }.map {
            try JSONDecoder().decode(type, from: Data($0.utf8))
        }
    }
}
