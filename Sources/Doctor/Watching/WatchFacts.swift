import Model
import Spool

/// What a trial run of hashdrop-watch has shown.
struct WatchFacts: Hashable, Sendable {
    enum Run: Hashable, Sendable {
        /// Neither its start nor its end was told of yet.
        case silent
        case running
        case lost(WatcherLoss)
    }

    struct Folder: Hashable, Sendable {
        /// Nil if the helper has not said anything of the folder's watch.
        var watch: FolderHint.Watch?
        /// Whether a probe was made in it; nil before, else 0 or the errno.
        var probing: Int32?
        /// Whether an event told of it.
        var isTold = false
    }

    var run = Run.silent
    var root: FolderHint.Watch?
    var folders: [UserName: Folder] = [:]

    /// Whether nothing more is to be waited for before the probes are made.
    var isArmed: Bool { root != nil && folders.values.allSatisfy { $0.watch != nil } }
    /// Whether every probe was told of.
    var isToldOfAll: Bool { folders.values.allSatisfy { $0.isTold || $0.probing != 0 } }
    /// Whether the helper was lost, so that nothing more comes.
    var isOver: Bool { if case .lost = run { true } else { false } }

    mutating func take(_ event: WatchEvent) {
        switch event {
        case .started: run = .running
        case .lost(let loss): run = .lost(loss)
        // The kernel dropped events, which is no answer.
        case .lookEverywhere: break
        case .look(let hint):
            guard let user = hint.user else {
                root = hint.watch ?? root
                return
            }
            guard var folder = folders[user] else { return }
            folder.watch = hint.watch ?? folder.watch
            // What came before the probe may be another's drop.
            if hint.tellsOfNews, folder.probing == 0 { folder.isTold = true }
            folders[user] = folder
        }
    }
}
