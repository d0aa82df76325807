import Foundation
import TestSupport

/// One of the built programs, run as a person would.
enum Program {
    struct Ended {
        var exitCode: Int32
        var output: String
        var errors: String
    }

    /// The folder of the test bundle is that of the programs.
    static let folder: URL = {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: path ?? CommandLine.arguments[0]).deletingLastPathComponent()
    }()

    static func path(_ name: String) -> String {
        folder.appending(path: name).path(percentEncoded: false)
    }

    /// Runs a program to its end. What it prints goes through files, so that none waits for a reader.
    static func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        input: String? = nil, in directory: TemporaryFolder
    ) async throws -> Ended {
        let log = TemporaryFolder()
        let process = try start(
            executable, arguments, environment: environment, input: input, in: directory, log: log)
        return Ended(
            exitCode: try await process.end(), output: try text(log, "output"),
            errors: try text(log, "errors"))
    }

    static func start(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:],
        input: String? = nil, in directory: TemporaryFolder, log: TemporaryFolder
    ) throws -> ChildProcess {
        // Nothing of the tester's own settings may leak in.
        let kept = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HASHDROP_") }
        try Data((input ?? "").utf8).write(to: log.url.appending(path: "input"))
        return try ChildProcess(
            executable, arguments, environment: kept.merging(environment) { _, new in new },
            in: directory.url, input: try FileHandle(forReadingFrom: log.url.appending(path: "input")),
            output: try writing(log, "output"), errors: try writing(log, "errors"))
    }

    static func text(_ log: TemporaryFolder, _ name: String) throws -> String {
        String(decoding: try Data(contentsOf: log.url.appending(path: name)), as: UTF8.self)
    }

    private static func writing(_ log: TemporaryFolder, _ name: String) throws -> FileHandle {
        let url = log.url.appending(path: name)
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }
}
