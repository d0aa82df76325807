/// Waits until a fact is true, and no longer than `bound`; then throws what did not come true.
///
/// The bound matters to a failure only: a fact that comes true ends the wait at once. A busy machine is slow
/// and not wrong, so the fact is looked at `looksMin` times however late it is. Between two looks is a rest
/// of twice the time that a look takes (20 ms to 1 s), because what is waited for needs the machine too.
package func eventually<Value>(
    _ what: String, within bound: Duration = .seconds(180), isolation: isolated (any Actor)? = #isolation,
    _ fact: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let end = clock.now + bound
    var looks = 0
    while true {
        let began = clock.now
        if let value = try await fact() { return value }
        looks += 1
        let now = clock.now
        guard now < end || looks < looksMin else { throw NeverTrue(what: what, bound: bound) }
        try await clock.sleep(for: min(max(.milliseconds(20), (now - began) * 2), .seconds(1)))
    }
}

/// The same for a fact without a value.
package func eventually(
    _ what: String, within bound: Duration = .seconds(180), isolation: isolated (any Actor)? = #isolation,
    _ fact: () async throws -> Bool
) async throws {
    _ = try await eventually(what, within: bound) { try await fact() ? true : nil } as Bool
}

private let looksMin = 30

/// The result of `body`, or an error if there is none after `bound`: for a wait that is no look at a fact.
///
/// - Parameter body: must end when it is cancelled.
package func bounded<Value: Sendable>(
    _ what: String, within bound: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await ContinuousClock().sleep(for: bound)
            throw NeverTrue(what: what, bound: bound)
        }
        defer { group.cancelAll() }
        return try await group.next()!
    }
}

/// What was waited for in vain.
package struct NeverTrue: Error, CustomStringConvertible {
    let what: String
    let bound: Duration

    package var description: String { "not within \(bound): \(what)" }
}
