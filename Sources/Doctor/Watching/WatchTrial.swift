import FileSystem
import Glibc
import Model
import Spool
import Support

/// Trial of the events: runs the real helper on the spool, makes a probe in each drop folder and waits
/// until the helper tells of it.
struct WatchTrial {
    let helper: String
    let spool: String
    let runtime: ServiceRuntime

    /// For a started helper to watch every folder.
    private static let armingMax: Duration = .seconds(10)
    /// For an event; on a disk of this machine it takes a millisecond.
    private static let eventMax: Duration = .seconds(3)

    /// Takes as long as the slowest event, up to 13 s.
    func run(_ users: [UserName]) async -> WatchFacts {
        var facts = WatchFacts()
        for user in users { facts.folders[user] = WatchFacts.Folder() }
        let watcher = WatcherProcess(helper: helper, spool: spool, clock: runtime.clock)
        defer { watcher.stop() }
        let news = Mailbox<News>()
        do {
            try watcher.start { news.post(once: News()) }
        } catch {
            return facts
        }
        // That the helper was started, or why it was not, is told of in any case.
        await listen(to: watcher, news, atMost: nil, &facts) { $0.run != .silent }
        await listen(to: watcher, news, atMost: Self.armingMax, &facts) { $0.isArmed }
        guard !facts.isOver else { return facts }
        probe(&facts)
        await listen(to: watcher, news, atMost: Self.eventMax, &facts) { $0.isToldOfAll }
        return facts
    }

    private struct News: Sendable, Equatable {}

    private func listen(
        to watcher: WatcherProcess, _ news: Mailbox<News>, atMost wait: Duration?, _ facts: inout WatchFacts,
        until isEnough: (WatchFacts) -> Bool
    ) async {
        let end = wait.map { runtime.clock.now.monotonic + $0 }
        while true {
            for event in watcher.takeEvents() { facts.take(event) }
            let left = end.map { $0 - runtime.clock.now.monotonic }
            guard !facts.isOver, !isEnough(facts), left.map({ $0 > .zero }) ?? true else { return }
            _ = await news.take(upTo: left, clock: runtime.clock)
        }
    }

    private func probe(_ facts: inout WatchFacts) {
        var generator = runtime.generator
        for user in facts.folders.keys where facts.folders[user]?.watch == .armed {
            let trial = FolderTrial(using: &generator)
            do {
                try trial.touch("\(spool)/\(user)")
                facts.folders[user]?.probing = 0
            } catch let error as FileSystemError {
                facts.folders[user]?.probing = error.errorNumber
            } catch {
                facts.folders[user]?.probing = EIO
            }
        }
    }
}
