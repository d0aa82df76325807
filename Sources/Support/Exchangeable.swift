import Synchronization

/// A value that may be exchanged while several threads use it, such as an option that a reload changes.
///
/// Each access is of one moment: work that must not see two values takes it once.
package final class Exchangeable<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    package init(_ value: Value) { state = Mutex(value) }

    package var value: Value {
        get { state.withLock(\.self) }
        set { state.withLock { $0 = newValue } }
    }
}
