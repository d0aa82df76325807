import Foundation
import Synchronization

/// Gate that holds the threads that pass until it is opened. Not for the threads that tests share.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting = 0
        var mostWaiting = 0
    }

    private let condition = NSCondition()
    private let state = Mutex(State())

    var waiting: Int { state.withLock { $0.waiting } }
    var mostWaiting: Int { state.withLock { $0.mostWaiting } }

    func pass() {
        condition.lock()
        state.withLock {
            $0.waiting += 1
            $0.mostWaiting = max($0.mostWaiting, $0.waiting)
        }
        while !state.withLock({ $0.isOpen }) { condition.wait() }
        state.withLock { $0.waiting -= 1 }
        condition.unlock()
    }

    func open() {
        condition.lock()
        state.withLock { $0.isOpen = true }
        condition.broadcast()
        condition.unlock()
    }
}
