import Lookup
import Model
import Store
import Support

/// Writer of long reports on an executor of its own, one after the other. There are several, by the reports'
/// length, so that none waits behind one that is much longer.
actor ReportWorker {
    /// The longest reports that go through it.
    nonisolated let rowsMax: Int
    private let publisher: ReportPublisher
    private let executor: any SerialExecutor
    private let clock: any ServiceClock
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(rowsMax: Int, publisher: ReportPublisher, runtime: ServiceRuntime) {
        self.rowsMax = rowsMax
        self.publisher = publisher
        clock = runtime.clock
        executor = runtime.makeExecutor("hashdrop.reports.\(rowsMax)")
    }

    /// A report that was written, or not.
    struct Outcome: Sendable {
        var estimate: JobEstimate
        /// What `ReportPublisher.publish` returned.
        var result: Result<ReportPublisher.Published?, any Error>
        var took: Duration
    }

    func publish(_ id: JobID, estimate: JobEstimate) -> Outcome {
        var outcome = Self.publish(id, estimate: estimate, with: publisher, clock: clock)
        outcome.result = outcome.result.flatMap { published in
            Result { try published.map { try publisher.save([$0]) } }.map { _ in published }
        }
        return outcome
    }

    /// The same on the caller's thread, and not remembered yet.
    static func publish(
        _ id: JobID, estimate: JobEstimate, with publisher: ReportPublisher, clock: any ServiceClock
    ) -> Outcome {
        let start = clock.now
        let result = Result { try publisher.publish(id, estimate: estimate, at: start.wall) }
        return Outcome(estimate: estimate, result: result, took: clock.now.monotonic - start.monotonic)
    }
}
