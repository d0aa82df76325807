import Synchronization

/// Turns many rings into one until somebody hears it.
final class Bell: Sendable {
    private let isRinging = Mutex(false)

    /// Whether it did not ring already.
    func ring() -> Bool {
        isRinging.withLock { isRinging in
            defer { isRinging = true }
            return !isRinging
        }
    }

    /// From now on the next ring is a new one.
    func hear() { isRinging.withLock { $0 = false } }
}
