package import Foundation
package import Model
package import Store

extension JobStore {
    /// Remembers one report that was written.
    package func saveReported(
        _ id: JobID, verdicts: [Verdict: Int], isFinal: Bool, bytes: Int64 = 0
    ) throws {
        try save([Report(id: id, verdicts: verdicts, isFinal: isFinal, bytes: bytes)])
    }

    /// Imports a whole list at once.
    ///
    /// - Parameter fill: gives the list's lines.
    package func accept(
        _ job: Job, ages: CacheAges, fill: (inout ImportBatch) throws -> Void
    ) throws -> Job {
        var slice = ImportBatch()
        try fill(&slice)
        var writer = writer(for: job, ages: ages)
        return try writer.finish(slice, at: job.receivedAt)
    }
}

extension JobWriter {
    /// Takes the last slice and writes all of the list.
    package mutating func finish(_ slice: ImportBatch, at now: Date) throws -> Job {
        try end(slice)
        while true {
            if let job = try advance(at: now) { return job }
        }
    }
}
