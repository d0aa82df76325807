import Synchronization

/// Source of hints that a folder is worth a look: `WatcherProcess`, or a test's script.
package protocol FolderWatcher: Sendable {
    /// Begins to watch, once. `onNews` is called, on any thread, after something was told, and when the spool
    /// folder is no longer the one under its path; it must not block.
    func start(onNews: @escaping @Sendable () -> Void) throws

    /// Everything that was told since the last call, merged; does not wait.
    func takeEvents() -> [WatchEvent]

    /// Starts the watching again: the kernel tells nothing of a spool folder that was hidden by a mount, or
    /// came back by one.
    func startAfresh()

    /// Ends the watching; returns when it has ended.
    func stop()
}

/// Events between the watcher's thread, which adds them, and the intake, which takes them.
final class WatchInbox: Sendable {
    private let pending = Mutex(HintCoalescer())

    func add(_ hints: [WatchHint]) {
        pending.withLock { pending in
            for hint in hints { pending.add(hint) }
        }
    }

    func add(lifeEvent event: WatchEvent) { pending.withLock { $0.add(lifeEvent: event) } }

    func take() -> [WatchEvent] { pending.withLock { $0.take() } }
}
