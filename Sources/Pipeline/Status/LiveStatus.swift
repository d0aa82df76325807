package import Model
import Synchronization

/// The daemon's state as its services told it last, in memory: any thread may read it at any time, and waits
/// for no service.
package final class LiveStatus: Sendable {
    private struct State {
        var waitingFiles: [UserName: [WaitingFile]] = [:]
        var folders = FolderHealth()
        var reportTrouble: String?
        var sharing: SharedStanding?
    }

    private let state = Mutex(State())

    init() {}

    /// What waits in each user's drop folder, and why; a user without waiting files is not in it.
    package internal(set) var waitingFiles: [UserName: [WaitingFile]] {
        get { state.withLock(\.waitingFiles) }
        set { state.withLock { $0.waitingFiles = newValue } }
    }

    package internal(set) var folders: FolderHealth {
        get { state.withLock(\.folders) }
        set { state.withLock { $0.folders = newValue } }
    }

    /// Why a report cannot be written at the moment; nil while all can.
    package internal(set) var reportTrouble: String? {
        get { state.withLock(\.reportTrouble) }
        set { state.withLock { $0.reportTrouble = newValue } }
    }

    /// What this site knows of the others; nil for a daemon that is alone, and before the first word.
    package internal(set) var sharing: SharedStanding? {
        get { state.withLock(\.sharing) }
        set { state.withLock { $0.sharing = newValue } }
    }
}
