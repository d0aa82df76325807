import Logging
import Lookup
import Model
import Spool
import Support

// What the watcher tells.
extension IntakeService {
    func handle(_ event: WatchEvent) {
        switch event {
        case .started:
            watcherProblem = nil
            mustListFolders = true
        case .lookEverywhere: lookEverywhere()
        case .lost(let loss): lose(loss)
        case .look(let hint): note(hint)
        }
    }

    private func lookEverywhere() {
        if let leftOut = overflowLog.admit(at: clock.now.monotonic) {
            logger.notice(
                "Events were lost, so every folder is looked through.", metadata: ["times": "\(leftOut + 1)"])
        }
        mustListFolders = true
        for user in folders.keys {
            folders[user]?.trust.noteNews()
            folders[user]?.isDirty = true
        }
    }

    private func lose(_ loss: WatcherLoss) {
        logger.warning("The watcher is not running.", metadata: ["reason": "\(loss)"])
        watched = []
        watcherProblem = "\(loss)"
        for user in folders.keys {
            folders[user]?.isWatched = false
            folders[user]?.watchProblem = watcherProblem
        }
    }

    private func note(_ hint: FolderHint) {
        guard let user = hint.user else {
            mustListFolders = true
            return
        }
        if folders[user] == nil { mustListFolders = true }
        folders[user]?.isDirty = true
        if let before = folders[user]?.movedIn { folders[user]?.movedIn = hint.movedIn(after: before) }
        if hint.tellsOfNews { folders[user]?.trust.noteNews() }
        switch hint.watch {
        case .armed:
            watched.insert(user)
            folders[user]?.isWatched = true
            folders[user]?.trust.noteNewWatch()
        case .failed:
            logger.warning("A folder is polled.", metadata: ["reason": "\(hint.watchProblem ?? "")"])
            watched.remove(user)
            folders[user]?.isWatched = false
            folders[user]?.watchProblem = hint.watchProblem
        case .gone:
            watched.remove(user)
            mustListFolders = true
        case nil: break
        }
    }
}
