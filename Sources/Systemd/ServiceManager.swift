import CSystemd
import Glibc

/// The service manager that has started this process: told of the process's state by sd_notify(3).
///
/// Its socket is named in `NOTIFY_SOCKET`; without one nothing is told to anything.
package enum ServiceManager {
    /// A state that the process tells; the words on the wire are in sd_notify(3).
    package enum State: Hashable, Sendable {
        /// The start, or a reload, is over.
        case ready
        /// The settings are read again; `ready` follows.
        case reloading
        /// The process ends.
        case stopping
        /// A line for `systemctl status`.
        case status(String)
        /// The process is well: the watchdog's time starts again.
        case watchdog

        /// - Parameter monotonicMicroseconds: of `CLOCK_MONOTONIC`. systemd 253 and later take a reload for
        ///   ended only if `ready` came after this moment; earlier ones ignore it.
        func lines(monotonicMicroseconds: UInt64) -> String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds)"
            case .stopping: "STOPPING=1"
            // A line break would begin another assignment.
            case .status(let text): "STATUS=\(text.split(whereSeparator: \.isNewline).joined(separator: " "))"
            case .watchdog: "WATCHDOG=1"
            }
        }
    }

    /// Whether a service manager listens.
    package static var isListening: Bool { getenv("NOTIFY_SOCKET") != nil }

    /// How often the service manager must hear `watchdog`, or it ends the process; nil if it does not mind.
    ///
    /// Source: sd_watchdog_enabled(3). It advises to tell twice as often.
    package static var watchdogPeriod: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    /// Tells states, together. Returns false if they were not sent: nothing listens, or the socket is gone.
    @discardableResult
    package static func tell(_ states: State...) -> Bool {
        let now = monotonicMicroseconds
        return sd_notify(0, states.map { $0.lines(monotonicMicroseconds: now) }.joined(separator: "\n")) > 0
    }

    private static var monotonicMicroseconds: UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1_000
    }
}
