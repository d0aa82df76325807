import Foundation

/// Error that keeps the simulator from starting.
package enum SimulatorError: Error, Equatable, CustomStringConvertible {
    /// The journal's file cannot be opened; `code` is the `errno`.
    case journal(path: String, code: Int32)
    /// A file with changes of the world cannot be used; `line` is counted from 1.
    case world(path: String, line: Int?, problem: String)
    /// Two accounts share a key or a user name, or one has an empty one.
    case accounts
    /// It cannot listen at the address; `problem` is the system's.
    case cannotListen(host: String, port: Int, problem: String)
    /// It ended before it listened.
    case stopped

    /// What happened and what to do about it.
    package var description: String {
        switch self {
        case .journal(let path, let code):
            "cannot open the simulator's journal \(path): \(String(cString: strerror(code)));"
                + " give a file in a folder that you may write to"
        case .world(let path, let line, let problem):
            "cannot use \(path)\(line.map { ", line \($0)" } ?? ""): \(problem)"
        case .accounts: "each simulated account needs a key and a user name of its own"
        case .cannotListen(let host, let port, let problem):
            "cannot listen on \(host):\(port): \(problem); choose another port, or 0 for a free one"
        case .stopped: "the simulator ended before it listened"
        }
    }
}
