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

    /// What the daemon logs by it stands between the lines.
    var logger: Logger {
        EventHandler.logger("simulation", from: .info) { event in
            let facts = (event.metadata ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            self.note("    \(event.level): \(event.message) \(facts)")
        }
    }
}

/// Handler of a log that hands each event to a function.
struct EventHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let note: @Sendable (LogEvent) -> Void

    /// - Parameter level: events of lower levels are left out.
    static func logger(
        _ label: String, from level: Logger.Level, note: @escaping @Sendable (LogEvent) -> Void
    ) -> Logger {
        Logger(label: label) { _ in EventHandler(logLevel: level, note: note) }
    }

    private init(logLevel: Logger.Level, note: @escaping @Sendable (LogEvent) -> Void) {
        self.logLevel = logLevel
        self.note = note
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { note(event) }
}

/// An invariant that does not hold.
struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
