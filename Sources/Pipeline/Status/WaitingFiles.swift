package import Model
import Synchronization

/// What waits in each user's drop folder, to be read by anybody at any time.
package final class WaitingFiles: Sendable {
    private let files = Mutex<[UserName: [WaitingFile]]>([:])

    package init() {}

    /// By user; a user without waiting files is not in it.
    package var all: [UserName: [WaitingFile]] { files.withLock { $0 } }

    func set(_ waiting: [WaitingFile], of user: UserName) {
        files.withLock { $0[user] = waiting.isEmpty ? nil : waiting }
    }
}
