import Foundation
import Model
import Synchronization

@testable import Spool

/// Hints as the simulation gives them, in place of `hashdrop-watch`.
final class ScriptedWatcher: FolderWatcher {
    private let inbox = WatchInbox()
    private let onNews = Mutex<(@Sendable () -> Void)?>(nil)
    private let spool: String
    private let isWatched: Bool

    /// - Parameter isWatched: whether a helper is there at all.
    init(spool: String, isWatched: Bool) {
        self.spool = spool
        self.isWatched = isWatched
    }

    func start(onNews: @escaping @Sendable () -> Void) throws {
        self.onNews.withLock { $0 = onNews }
        if isWatched { comeUp() } else { goDown() }
    }

    /// The helper runs and watches every folder.
    func comeUp() {
        inbox.add(lifeEvent: .started(processID: 1))
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: spool)) ?? []
        tell(
            folders.filter { !$0.hasPrefix(".") }.sorted().map {
                WatchHint(.watching, folder: DroppedName($0))
            })
    }

    /// The helper is lost.
    func goDown() {
        inbox.add(lifeEvent: .lost(.killed(signal: 9, retryIn: .seconds(60))))
        wake()
    }

    func tell(_ hints: [WatchHint]) {
        inbox.add(hints)
        wake()
    }

    private func wake() { onNews.withLock { $0 }?() }

    func takeEvents() -> [WatchEvent] { inbox.take() }
    func startAfresh() {}
    func stop() { onNews.withLock { $0 = nil } }
}
