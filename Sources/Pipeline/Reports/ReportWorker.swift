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
        let start = clock.now
        let result = Result {
            let published = try publisher.publish(id, estimate: estimate, at: start.wall)
            try publisher.save(published.map { [$0] } ?? [])
            publisher.delays.note(published.map { [$0] } ?? [], at: clock.now.wall)
            return published
        }
        return Outcome(estimate: estimate, result: result, took: clock.now.monotonic - start.monotonic)
    }
}

/// Group of short reports that are written on the caller's thread, become visible together, and are
/// remembered in one transaction.
struct ReportGroup {
    private var written: [(id: JobID, estimate: JobEstimate, result: Written, took: Duration)] = []
    private typealias Written = Result<ReportPublisher.Written?, any Error>

    /// So many at most: each has some files open until `complete`.
    static let reportsMax = 8

    var isEmpty: Bool { written.isEmpty }
    var isFull: Bool { written.count >= Self.reportsMax }

    /// Writes a job's report.
    ///
    /// - Parameter isAlone: whether no other one is due: then its table need not wait for its page.
    mutating func write(
        _ id: JobID, estimate: JobEstimate, isAlone: Bool = false, with publisher: ReportPublisher,
        clock: any ServiceClock
    ) {
        let start = clock.now
        let result = Result {
            try publisher.write(id, estimate: estimate, at: start.wall, isAlone: isAlone)
        }
        written.append((id, estimate, result, clock.now.monotonic - start.monotonic))
    }

    /// Makes visible and remembers what was written; the group is empty then.
    mutating func complete(with publisher: ReportPublisher, clock: any ServiceClock)
        -> [(id: JobID, outcome: ReportWorker.Outcome)]
    {
        defer { written = [] }
        let start = clock.now.monotonic
        var completed = publisher.complete(written.compactMap { try? $0.result.get() })[...]
        let published = completed.compactMap { try? $0.get() }
        let saved = Result { try publisher.save(published) }
        if case .success = saved { publisher.delays.note(published, at: clock.now.wall) }
        // What all of them took is the part of each.
        let share = (clock.now.monotonic - start) / max(1, written.count)
        return written.map { id, estimate, result, took in
            let result = result.flatMap { report -> Result<ReportPublisher.Published?, any Error> in
                guard report != nil else { return .success(nil) }
                return completed.removeFirst().flatMap { published in saved.map { published } }
            }
            return (id, ReportWorker.Outcome(estimate: estimate, result: result, took: took + share))
        }
    }
}
