import Dispatch

/// Executor for an actor that blocks on the database or the file system: a serial Dispatch queue, which lends
/// it a thread, so that it does not hold up Swift's few cooperative threads.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: names the queue in a debugger, for example `hashdrop.intake`.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
