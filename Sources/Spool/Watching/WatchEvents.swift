import Synchronization

/// The watcher's events, for one reader, until `WatcherProcess.stop`.
///
/// No stream with a buffer of its own: what is not taken yet is merged by `HintCoalescer`, and the stream
/// below is only a bell, of which one ring is kept.
package struct WatchEvents: AsyncSequence, Sendable {
    package typealias Element = WatchEvent

    let inbox: WatchInbox

    /// Everything that was told since the last time, merged; does not wait.
    package func takeAll() -> [WatchEvent] { inbox.take() }

    /// One ring or more after something was told, for one reader that then calls `takeAll`; ends with `stop`.
    package var rings: AsyncStream<Void> { inbox.bell }

    package func makeAsyncIterator() -> Iterator {
        Iterator(inbox: inbox, bell: inbox.bell.makeAsyncIterator())
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let inbox: WatchInbox
        fileprivate var bell: AsyncStream<Void>.Iterator
        private var taken: ArraySlice<WatchEvent> = []

        fileprivate init(inbox: WatchInbox, bell: AsyncStream<Void>.Iterator) {
            self.inbox = inbox
            self.bell = bell
        }

        /// The next event; nil after `stop` or when the task was cancelled.
        package mutating func next() async -> WatchEvent? {
            while taken.isEmpty {
                taken = inbox.take()[...]
                if taken.isEmpty, await bell.next() == nil { return nil }
            }
            return taken.removeFirst()
        }
    }
}

/// Where the watcher's thread puts events and the reader's task takes them.
final class WatchInbox: Sendable {
    private let pending = Mutex(HintCoalescer())
    let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init() { (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func add(_ hints: [WatchHint]) {
        guard !hints.isEmpty else { return }
        pending.withLock { pending in
            for hint in hints { pending.add(hint) }
        }
        ring.yield()
    }

    func add(lifeEvent event: WatchEvent) {
        pending.withLock { $0.add(lifeEvent: event) }
        ring.yield()
    }

    func take() -> [WatchEvent] { pending.withLock { $0.take() } }

    func finish() { ring.finish() }
}
