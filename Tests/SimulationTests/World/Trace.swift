import Foundation
import Logging
import Support
import Synchronization
import TestSupport

/// What happened in a simulation, in readable lines: the steps, and between them what the daemon logged.
final class Trace: Sendable {
    private struct State {
        var lines: [String] = []
        var step = 0
        /// The step of each line.
        var steps: [Int] = []
    }

    private let state = Mutex(State())
    private let clock: ManualClock
    /// A path that differs from run to run, and is not shown.
    private let folder: String

    init(clock: ManualClock, folder: String) {
        self.clock = clock
        self.folder = folder
    }

    var step: Int { state.withLock(\.step) }

    func beginStep() { state.withLock { $0.step += 1 } }

    /// Adds a line with the time.
    func note(_ text: String) {
        let time = clock.trueTime.formatted(.iso8601.dateTimeSeparator(.space))
        let offset = clock.wallOffset == .zero ? "" : " (wall clock \(clock.wallOffset.seconds) s)"
        let text = text.replacing(folder, with: "…")
        state.withLock { state in
            state.lines.append("\(time)\(offset) \(text)")
            state.steps.append(state.step)
        }
    }

    /// The lines of the last steps.
    func last(steps count: Int) -> String {
        state.withLock { state in
            zip(state.steps, state.lines).filter { $0.0 > state.step - count }
                .map { "  \($0.0) | \($0.1)" }.joined(separator: "\n")
        }
    }

    /// Equal for runs in which the same happened.
    var all: [String] { state.withLock(\.lines) }

    var logger: Logger {
        var logger = Logger(label: "simulation") { _ in TraceHandler(trace: self) }
        logger.logLevel = .info
        return logger
    }
}

/// Puts what the daemon logs into the trace.
private struct TraceHandler: LogHandler {
    let trace: Trace
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info

    init(trace: Trace) { self.trace = trace }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        trace.note("    \(event.level): \(event.message) \(facts)")
    }
}

/// An invariant that does not hold.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
