import Foundation

/// Queue for the work that prepares tests. Two at a time: all tests begin at once, and forty databases that
/// are made together take longer than forty that are made in turns.
private let fixtureQueue = {
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 2
    return queue
}()

/// Runs work that blocks (SQLite, scrypt, files) beside the few threads that Swift's tasks share, and waits
/// for it without holding one of them.
///
/// - Parameter work: must end by itself; it may not wait for another call of this function.
package func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        fixtureQueue.addOperation { continuation.resume(with: Result { try work() }) }
    }
}
