import Dispatch
import Synchronization

/// Thread pool for scrypt, a few hashes at a time: one takes 32 MiB and 0.1 s of a processor by design, and
/// neither the event loops nor Swift's few cooperative threads may stand still for it.
final class PasswordChecker: Sendable {
    /// So many others wait already that this one is not accepted.
    struct Busy: Error {}

    // A serial queue has a thread whenever it needs one, however busy the others are.
    private let queues: [DispatchQueue]
    private let openMax: Int
    /// Checks begun or waiting, by queue.
    private let open: Mutex<[Int]>

    /// - Parameters:
    ///   - checksMax: at the same time.
    ///   - waitingMax: beyond those.
    init(checksMax: Int, waitingMax: Int) {
        queues = (0..<max(1, checksMax)).map { DispatchQueue(label: "hashdrop.password.\($0)") }
        openMax = queues.count + max(0, waitingMax)
        open = Mutex(queues.map { _ in 0 })
    }

    /// What `work` returns or throws; `Busy` without doing it if too many wait.
    func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        let number: Int? = open.withLock { open in
            guard open.reduce(0, +) < openMax, let least = open.indices.min(by: { open[$0] < open[$1] })
            else { return nil }
            open[least] += 1
            return least
        }
        guard let number else { throw Busy() }
        defer { open.withLock { $0[number] -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queues[number].async { continuation.resume(with: Result { try work() }) }
        }
    }
}
