import Dispatch

/// Runs work on a thread beside the few that Swift's tasks share.
///
/// libdispatch gives a thread to each serial queue that has something to do; concurrent queues and
/// `OperationQueue` use the threads of Swift's tasks, and two operations that block hold up every timer on a
/// machine with two cores.
func onThreadOfItsOwn(_ work: @escaping @Sendable () -> Void) {
    DispatchQueue(label: "hashdrop.test").async(execute: work)
}

/// Runs work that blocks (SQLite, scrypt, files) beside the threads of Swift's tasks, and waits for it
/// without holding one of them. How many are done at a time is for the tests' `ResourceLimit`.
package func blocking<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
        onThreadOfItsOwn { continuation.resume(returning: Result(catching: work)) }
    }
    return try result.get()
}
