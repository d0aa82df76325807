import Model
import Support

/// Writer of the users' indexes on an executor of its own: no report waits for a list of thousands of jobs.
actor IndexWorker {
    private let publisher: ReportPublisher
    private let executor: any SerialExecutor
    private let clock: any ServiceClock
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(publisher: ReportPublisher, runtime: ServiceRuntime) {
        self.publisher = publisher
        clock = runtime.clock
        executor = runtime.makeExecutor("hashdrop.reports.indexes")
    }

    /// An index that was written, or not.
    struct Outcome: Sendable {
        /// Whether something of the user waits or runs.
        var result: Result<Bool, any Error>
        var took: Duration
    }

    func publish(
        of user: UserName, estimates: [JobID: JobEstimate], waiting: [WaitingFile], troubles: [String]
    ) -> Outcome {
        Self.publish(
            of: user, estimates: estimates, waiting: waiting, troubles: troubles, with: publisher,
            clock: clock)
    }

    /// The same on the caller's thread; `isLast` for a daemon that stops after it.
    static func publish(
        of user: UserName, estimates: [JobID: JobEstimate], waiting: [WaitingFile], troubles: [String],
        isLast: Bool = false, with publisher: ReportPublisher, clock: any ServiceClock
    ) -> Outcome {
        let start = clock.now
        let result = Result {
            try publisher.publishIndex(
                of: user, estimates: estimates, waiting: waiting, troubles: troubles, isLast: isLast,
                at: start.wall)
        }
        return Outcome(result: result, took: clock.now.monotonic - start.monotonic)
    }
}
