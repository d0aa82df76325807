import Dispatch
import Model
import Reporting
import Synchronization

/// Handover of a report's rows from the thread that reads them to another one that writes them: each takes
/// about half of the time of a long report.
///
/// Rows go in batches, of which few are under way, so that memory does not grow with the list. A report of
/// less than a batch needs no other thread.
final class RowHandover: @unchecked Sendable {
    // Only the other thread calls it, or the reading one when the other has nothing to do.
    private let visit: (ReportRow) throws -> Void
    private let queue = DispatchQueue(label: "hashdrop.reports.rows")
    private let room = DispatchSemaphore(value: batchesMax)
    private let failure = Mutex<(any Error)?>(nil)
    private var batch: [ReportRow] = []
    private var hasHandedOver = false

    private static let rowsPerBatch = 256
    private static let batchesMax = 4

    private init(_ visit: @escaping (ReportRow) throws -> Void) { self.visit = visit }

    /// Visits the rows of `source`, in their order, while the next ones are read. Throws what either throws.
    static func forEachRow(of source: RowSource, _ visit: (ReportRow) throws -> Void) throws {
        try withoutActuallyEscaping(visit) { visit in
            let handover = RowHandover(visit)
            // Nothing of it runs any more when this returns.
            defer { handover.queue.sync {} }
            try source { try handover.add($0) }
            try handover.finish()
        }
    }

    private func add(_ row: ReportRow) throws {
        if batch.isEmpty { batch.reserveCapacity(Self.rowsPerBatch) }
        batch.append(row)
        if batch.count == Self.rowsPerBatch { try handOver() }
    }

    private func handOver() throws {
        try throwFailure()
        room.wait()
        queue.async { [rows = batch] in
            self.write(rows)
            self.room.signal()
        }
        batch = []
        hasHandedOver = true
    }

    private func finish() throws {
        if hasHandedOver { try handOver() } else { write(batch) }
        queue.sync {}
        try throwFailure()
    }

    private func write(_ rows: [ReportRow]) {
        guard failure.withLock({ $0 == nil }) else { return }
        do {
            for row in rows { try visit(row) }
        } catch {
            failure.withLock { $0 = error }
        }
    }

    private func throwFailure() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
