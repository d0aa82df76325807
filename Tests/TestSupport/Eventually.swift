/// Waits for a fact, and no longer than `bound`; then it says what did not come true.
///
/// The bound is generous, because a busy machine is slow and not wrong; a fact that comes true ends the wait
/// at once.
package func eventually<Value>(
    _ what: String, within bound: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ fact: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + bound
    while true {
        if let value = try await fact() { return value }
        guard clock.now < end else { throw NeverTrue(what: what, bound: bound) }
        try await clock.sleep(for: .milliseconds(20))
    }
}

/// The same for a fact without a value.
package func eventually(
    _ what: String, within bound: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ fact: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: bound) { try await fact() ? true : nil } as Bool
}

/// What was waited for in vain.
package struct NeverTrue: Error, CustomStringConvertible {
    let what: String
    let bound: Duration

    package var description: String { "not within \(bound): \(what)" }
}
