import FileSystem
import Glibc
package import Model

/// What the watcher tells the intake.
package enum WatchEvent: Hashable, Sendable {
    /// A helper runs; its `watching` hints, one a folder, follow.
    case started(processID: Int32)
    /// Look at the root, or at one user's folder.
    case look(FolderHint)
    /// Events were lost, or there were too many to keep apart: look at everything.
    case lookEverywhere
    /// No hints come until the next `started`: poll meanwhile.
    case lost(WatcherLoss)
}

/// All that was told about one folder since the last time the reader asked.
package struct FolderHint: Hashable, Sendable {
    package enum Watch: Hashable, Sendable {
        /// The folder is watched from now on.
        case armed
        /// It cannot be watched, with the errno, so it has to be polled; tried again every minute.
        case failed(errorNumber: Int32)
        case gone
    }

    /// Nil for the spool root: list the user folders again.
    package var user: UserName?
    /// Names that were renamed into the folder and are complete.
    package var movedIn: Set<DroppedName> = []
    /// Names that are gone or were made again: what was renamed to them before is there no longer.
    package var replaced: Set<DroppedName> = []
    /// There were more of these than are kept: no name that was told before counts any more.
    package var hasReplacedMany = false
    /// Whether something came or was written: what `WatchHealth` weighs. The daemon's own taking away does
    /// not count.
    package var tellsOfNews = false
    /// What became of the folder's watch, if that changed.
    package var watch: Watch?

    package init(
        user: UserName?, movedIn: Set<DroppedName> = [], replaced: Set<DroppedName> = [],
        tellsOfNews: Bool = false, watch: Watch? = nil
    ) {
        self.user = user
        self.movedIn = movedIn
        self.replaced = replaced
        self.tellsOfNews = tellsOfNews
        self.watch = watch
    }

    /// The names that were renamed into the folder, as they are after this hint; `before` it they were these.
    package func movedIn(after before: Set<DroppedName>) -> Set<DroppedName> {
        hasReplacedMany ? movedIn : before.subtracting(replaced).union(movedIn)
    }

    /// What the operator should know of a watch that failed, with the setting to change; nil otherwise.
    package var watchProblem: String? {
        guard case .failed(let number) = watch else { return nil }
        let folder = user.map { "the folder of \($0)" } ?? "the spool folder"
        let advice =
            switch number {
            case ENOSPC: "raise the sysctl fs.inotify.max_user_watches"
            case EMFILE: "raise the sysctl fs.inotify.max_user_instances"
            case EACCES: "give hashdrop's account read permission on it"
            default: "see inotify_add_watch(2)"
            }
        return "cannot watch \(folder) (\(FileSystemError.words(number))), so it is polled: \(advice)"
    }
}

/// Why the helper is not running.
package enum WatcherLoss: Hashable, Sendable, CustomStringConvertible {
    case notStarted(helper: String, errorNumber: Int32, retryIn: Duration)
    case exited(status: Int32, retryIn: Duration)
    case killed(signal: Int32, retryIn: Duration)
    /// It was stopped (SIGSTOP, SIGTSTP), and so was ended.
    case stopped(retryIn: Duration)
    /// The spool folder was away, so it was ended.
    case outdated(retryIn: Duration)

    package var retryIn: Duration {
        switch self {
        case .notStarted(_, _, let retryIn), .exited(_, let retryIn), .killed(_, let retryIn),
            .stopped(let retryIn), .outdated(let retryIn):
            retryIn
        }
    }

    /// A sentence for the log and the status page.
    package var description: String {
        "\(reason); the folders are polled, and it is started again in \(retryIn.components.seconds) s"
    }

    private var reason: String {
        switch self {
        case .notStarted(let helper, let number, _):
            "cannot start \(helper): \(FileSystemError.words(number))"
        case .exited(let status, _): "the watcher ended: " + Self.meaning(ofStatus: status)
        case .killed(let signal, _): "the watcher was ended by signal \(signal)"
        case .outdated: "the spool folder was away, so the watcher was ended"
        case .stopped: "the watcher was stopped by a signal and told nothing any more"
        }
    }

    /// The numbers are the helper's `ExitCode`.
    private static func meaning(ofStatus status: Int32) -> String {
        switch status {
        case 64: "it was called wrongly (do hashdrop and hashdrop-watch belong to one version?)"
        case 66: "the spool folder is missing, was moved or unmounted"
        case 71:
            "inotify failed (its sentence is on standard error; fs.inotify.max_user_instances may be used up)"
        case 74: "its output was closed"
        case 75: "it wants a fresh start after many folders were deleted"
        case 127: "it could not be executed (is libinotifytools installed?)"
        default: "exit status \(status)"
        }
    }
}
