package import Model
package import Store

extension JobStore {
    /// Imports a whole list at once.
    ///
    /// - Parameter fill: gives the list's lines.
    package func accept(
        _ job: Job, ages: CacheAges, fill: (inout ImportBatch) throws -> Void
    ) throws -> Job {
        var slice = ImportBatch()
        try fill(&slice)
        return try writer(for: job, ages: ages).finish(slice, at: job.receivedAt)
    }
}
