import Synchronization

/// Mailbox: other threads leave events for one reader, which takes all of them at once.
///
/// Unbounded by itself: its writers bound what they post, by the requests in flight or by `post(once:)`.
package final class Mailbox<Event: Sendable>: ServiceLoop {
    private struct State {
        var events: [Event] = []
        var reader: CheckedContinuation<Void, Never>?
        var isWoken = false
        var rounds = 0

        var endsWait: Bool { isWoken || !events.isEmpty }
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds an event and wakes the reader.
    package func post(_ event: Event) {
        let reader = state.withLock { state in
            state.events.append(event)
            return state.reader.take()
        }
        reader?.resume()
    }

    package var rounds: Int { state.withLock(\.rounds) }

    package func wake() {
        let reader = state.withLock { state in
            state.isWoken = true
            return state.reader.take()
        }
        reader?.resume()
    }

    /// Whether something has been posted that is not taken.
    package var hasMail: Bool { state.withLock { !$0.events.isEmpty } }

    /// Everything posted so far; waits for the first event or `wake()`, but no longer than `wait` (for ever
    /// if nil).
    package func take(upTo wait: Duration?, clock: any ServiceClock) async -> [Event] {
        if wait.map({ $0 <= .zero }) != true, !state.withLock(\.endsWait) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.waitForEvent() }
                if let wait { group.addTask { try? await clock.sleep(for: wait) } }
                await group.next()
                group.cancelAll()
            }
        }
        return takePosted()
    }

    /// Everything posted so far, without waiting.
    package func takePosted() -> [Event] {
        state.withLock { state in
            defer { state.events = [] }
            state.isWoken = false
            state.rounds += 1
            return state.events
        }
    }

    private func waitForEvent() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard !state.endsWait, !Task.isCancelled else { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.reader.take() }?.resume()
        }
    }
}

extension Mailbox where Event: Equatable {
    /// Adds an event, unless an equal one waits already, and wakes the reader: many wake-ups become one.
    package func post(once event: Event) {
        let reader = state.withLock { state in
            if !state.events.contains(event) { state.events.append(event) }
            return state.reader.take()
        }
        reader?.resume()
    }
}
