import Dispatch
import Foundation
import Glibc
import Synchronization

/// Work with many passwords, each of which takes a core for 0.1 s: on all cores, with its progress shown.
enum PasswordWork {
    /// Each thread takes 32 MiB.
    private static let threadsMax = 16
    private static let logInterval: TimeInterval = 3

    private struct State<Result> {
        var next = 0
        var finished = 0
        var results: [Result?]
        var failure: (any Error)?
        var shownAt = Date()
    }

    /// The results, in the order of `items`. Throws the first error.
    ///
    /// - Parameter label: what the progress counts.
    static func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ label: String, _ work: @Sendable (Item) throws -> Result
    ) throws -> [Result] {
        let isTerminal = isatty(STDERR_FILENO) == 1
        let state = Mutex(State<Result>(results: Array(repeating: nil, count: items.count)))
        // Some seconds pass before the first of many ends on a busy machine.
        if isTerminal, !items.isEmpty { state.withLock { show(&$0, label, isTerminal) } }
        let threads = min(items.count, ProcessInfo.processInfo.activeProcessorCount, threadsMax)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while let index = state.withLock({ next(&$0, of: items.count) }) {
                do {
                    let result = try work(items[index])
                    state.withLock { state in
                        state.results[index] = result
                        state.finished += 1
                        show(&state, label, isTerminal)
                    }
                } catch {
                    state.withLock { $0.failure = $0.failure ?? error }
                }
            }
        }
        return try state.withLock { state in
            if isTerminal, !items.isEmpty { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
            if let failure = state.failure { throw failure }
            return state.results.compactMap(\.self)
        }
    }

    private static func next<Result>(_ state: inout State<Result>, of count: Int) -> Int? {
        guard state.failure == nil, state.next < count else { return nil }
        defer { state.next += 1 }
        return state.next
    }

    /// A counter on a terminal; elsewhere a line every three seconds, so that short work stays quiet.
    private static func show<Result>(_ state: inout State<Result>, _ label: String, _ isTerminal: Bool) {
        let now = Date()
        guard isTerminal || now.timeIntervalSince(state.shownAt) >= logInterval else { return }
        state.shownAt = now
        let text = "\(label): \(state.finished) of \(state.results.count)"
        FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n").utf8))
    }
}
