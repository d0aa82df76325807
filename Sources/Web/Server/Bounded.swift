import Support

/// The value that `work` returns, or nil if it takes longer than half a second. Then the work goes on, and
/// its value is dropped.
///
/// For what waits for the database's writer now and then, on a page that must not.
@discardableResult
func bounded<Value: Sendable>(
    by clock: any ServiceClock, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    let (values, continuation) = AsyncStream<Value?>.makeStream()
    // No child task: a parent waits for its children, and an actor that is blocked does not hear of a
    // cancellation.
    Task { continuation.yield(await work()) }
    let timer = Task {
        try await clock.sleep(for: .milliseconds(500))
        continuation.yield(nil)
    }
    defer { timer.cancel() }
    return await values.first { _ in true } ?? nil
}
