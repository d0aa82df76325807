import Foundation
import Simulator

/// The real `hashdrop serve`, started and killed at will.
final class DaemonUnderTest {
    let logPath: String
    private let folder: URL
    private let programs: URL
    private let environment: [String: String]
    private var process: Process?

    /// - Parameter log: where its output is appended.
    init(folder: URL, log: URL, programs: URL, endpoint: String) {
        self.folder = folder
        logPath = log.path(percentEncoded: false)
        self.programs = programs
        let kept = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HASHDROP_") }
        environment = kept.merging([
            "HASHDROP_VIRUSTOTAL_ENDPOINT": endpoint,
            "HASHDROP_VIRUSTOTAL_API_KEY": SimulatedAccount.demoKey,
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "0", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "0",
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH": "0", "HASHDROP_REPORTS_PARTIAL_EVERY": "1s",
            "HASHDROP_SPOOL_QUIET_PERIOD": "300ms", "HASHDROP_WEB_LISTEN": "off",
        ]) { _, new in new }
    }

    var isRunning: Bool { process?.isRunning ?? false }

    /// Runs a command to its end. Throws `TrialError` if it fails.
    func hashdrop(_ arguments: String...) async throws {
        let process = try spawn(arguments)
        await process.waitForEnd()
        guard process.terminationStatus == 0 else {
            throw TrialError("'hashdrop \(arguments.joined(separator: " "))' failed; see \(logPath).")
        }
    }

    func start() throws { process = try spawn(["serve"]) }

    /// The kernel's own end for it: no cleaning up, nothing written any more.
    func kill() async {
        guard let process else { return }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        await process.waitForEnd()
        self.process = nil
    }

    /// In good order; nothing if it does not run.
    func stop() async {
        guard let process else { return }
        process.terminate()
        await process.waitForEnd()
        self.process = nil
    }

    /// The daemon's `hashdrop-watch`, if one runs now.
    func helperProcessID() -> pid_t? {
        guard let daemon = process?.processIdentifier else { return nil }
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for text in processes {
            guard let number = pid_t(text),
                let line = try? String(contentsOfFile: "/proc/\(text)/stat", encoding: .utf8),
                // `pid (name) state parent …`; the name may hold anything but is ours here.
                line.contains("(hashdrop-watch)"), let parent = line.split(separator: " ").dropFirst(3).first,
                pid_t(parent) == daemon
            else { continue }
            return number
        }
        return nil
    }

    private func spawn(_ arguments: [String]) throws -> Process {
        let descriptor = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TrialError("The log \(logPath) cannot be written.") }
        let log = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let process = Process()
        process.executableURL = programs.appending(path: "hashdrop")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }
}
