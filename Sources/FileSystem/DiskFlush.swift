import Dispatch
import Glibc
import Synchronization

/// Flushing of several files and folders to the disk at the same time.
///
/// An `fsync` ends with a commit of the file system's journal, a flush of the disk's own cache, or both.
/// Calls that meet in the kernel share them; one after the other, each has its own to wait for.
package enum DiskFlush {
    /// So many are flushed at a time, one of them by the caller's thread. More save little.
    static let lanesMax = 4
    private static let lanes = (1..<lanesMax).map { DispatchQueue(label: "hashdrop.flush.\($0)") }

    /// Flushes open files and folders, by the numbers of their descriptors, and returns when all are done.
    ///
    /// - Returns: for each number, in the same groups, 0 or the error's number.
    package static func together(_ groups: [[Int32]]) -> [[Int32]] {
        let round = Round(Array(groups.joined()))
        let group = DispatchGroup()
        // A single one needs no other thread.
        for lane in lanes.prefix(max(0, round.count - 1)) { lane.async(group: group) { round.work() } }
        round.work()
        // What a lane has begun; what it had not come to is done.
        group.wait()
        var failures = round.failures[...]
        return groups.map { numbers in
            defer { failures = failures.dropFirst(numbers.count) }
            return Array(failures.prefix(numbers.count))
        }
    }

    /// The descriptors of one call, which several threads take one by one.
    private final class Round: Sendable {
        private let numbers: [Int32]
        private let state: Mutex<(next: Int, failures: [Int32])>

        init(_ numbers: [Int32]) {
            self.numbers = numbers
            state = Mutex((next: 0, failures: Array(repeating: 0, count: numbers.count)))
        }

        var count: Int { numbers.count }
        var failures: [Int32] { state.withLock { $0.failures } }

        /// Flushes what no other thread has taken yet.
        func work() {
            while let place = take() {
                let failure = fsync(numbers[place]) == 0 ? 0 : errno
                if failure != 0 { state.withLock { $0.failures[place] = failure } }
            }
        }

        private func take() -> Int? {
            state.withLock { state in
                guard state.next < numbers.count else { return nil }
                defer { state.next += 1 }
                return state.next
            }
        }
    }
}
