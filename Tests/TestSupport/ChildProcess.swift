package import Foundation

/// A program that a test has started. To wait for its end holds no thread.
///
/// Foundation takes a program for running as long as a process has the descriptors that it was given: what it
/// leaves in the background must close them.
package final class ChildProcess: Sendable {
    private let process = Process()
    private let ended: AsyncStream<Void>

    /// Starts the program. Throws the system's error if it cannot.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil,
        in directory: URL? = nil, input: FileHandle = .nullDevice, output: FileHandle, errors: FileHandle
    ) throws {
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = directory
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        let (ended, ending) = AsyncStream<Void>.makeStream()
        self.ended = ended
        process.terminationHandler = { _ in ending.finish() }
        // A child inherits the signals that its thread blocks: nearly all of them, on the threads of
        // Dispatch.
        var (none, own) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try process.run()
    }

    package var id: pid_t { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }

    /// Waits for the end, by itself or by a signal.
    ///
    /// - Returns: the exit code, or the number of the signal. Throws if it goes on for longer than ten
    ///   minutes or the task is cancelled; then it is killed.
    @discardableResult
    package func end() async throws -> Int32 {
        let name = process.executableURL?.lastPathComponent ?? ""
        do {
            try await bounded("the end of \(name)", within: .seconds(600)) { [ended] in
                for await _ in ended {}
                try Task.checkCancellation()
            }
        } catch {
            send(SIGKILL)
            throw error
        }
        return process.terminationStatus
    }

    /// Sends a signal, if it has not ended.
    package func send(_ signal: Int32) {
        if isRunning { kill(id, signal) }
    }
}
