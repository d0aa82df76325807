import Foundation

/// The daemon of the spool, as its lock and the kernel tell of it.
package struct DaemonFacts: Hashable, Sendable {
    /// Whether a daemon holds the lock.
    package var isHeld: Bool
    /// Whether this account may look at the lock.
    package var isKnown: Bool
    /// Its process; nil if it runs in another container, or has not written it down yet.
    package var processID: Int32?
    /// Whether a signal has stopped it.
    package var isStopped: Bool

    package init(isHeld: Bool, isKnown: Bool = true, processID: Int32? = nil, isStopped: Bool = false) {
        self.isHeld = isHeld
        self.isKnown = isKnown
        self.processID = processID
        self.isStopped = isStopped
    }

    func finding(_ spool: String, _ account: Account) -> Finding {
        guard isKnown || isHeld else {
            return .warning(
                .daemon, spool,
                "whether one runs cannot be seen as '\(account.name)'", advice: account.advice)
        }
        guard isHeld else {
            return .warning(
                .daemon, spool, "none runs, so nothing is picked up",
                advice: "Start it: \(account.command("serve")), or sudo systemctl start hashdrop")
        }
        let process = processID.map { "process \($0)" } ?? "in another container"
        guard !isStopped else {
            return .failed(
                .daemon, spool, "stopped by a signal (\(process))",
                advice: "sudo kill -CONT \(processID.map(String.init) ?? "PROCESS")")
        }
        return .ok(.daemon, spool, "runs (\(process))")
    }
}

/// Capabilities of a process.
///
/// Source: proc(5), "/proc/[pid]/status"; capabilities(7).
enum Capabilities {
    private static let lease = 28

    /// Whether the text of a `status` file says that the process may take leases on others' files.
    static func includeLease(status text: String) -> Bool {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let bits = UInt64(line.dropFirst("CapEff:".count).trimmingCharacters(in: .whitespaces), radix: 16)
        else { return false }
        return bits >> Self.lease & 1 == 1
    }

    /// The same of a process; of this one if it is nil.
    static func includeLease(of process: Int32?) -> Bool {
        let name = process.map(String.init) ?? "self"
        return (try? String(contentsOfFile: "/proc/\(name)/status", encoding: .utf8))
            .map(includeLease(status:)) ?? false
    }
}
