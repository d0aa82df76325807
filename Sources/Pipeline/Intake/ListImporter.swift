import Foundation
import HashLists
import Model
import Spool
import Store

/// Importer of claimed files: makes a job of each.
struct ListImporter {
    let jobs: JobStore
    var options: IntakeOptions

    /// Begins to make a job of a claimed file; a file that cannot be used becomes a refused job at once,
    /// finished `now`. Doing it again, after a cut, finds the job that was made the first time.
    ///
    /// - Throws: `StoreError`, or the system's error, if the disk or the database cannot be used now.
    func begin(_ claim: Claim, at now: Date) throws -> Begun {
        switch claim {
        case .claimed(let file):
            if let job = try jobs.job(file.id) { return .complete(job) }
            return .reading(ListImport(file, jobs: jobs, options: options))
        case .refused(let file):
            return .complete(try jobs.job(file.id) ?? refuse(file, at: now))
        }
    }

    enum Begun {
        case complete(Job)
        case reading(ListImport)
    }

    /// Writes lists that are read and short (`JobWriter.isShort`) in one transaction: all of them, or none.
    func write(_ readings: [ListImport], at now: Date) throws -> [Job] {
        try jobs.write(readings.map(\.writer), at: now)
    }

    /// Whether there is a job of this id.
    func hasJob(_ id: JobID) throws -> Bool { try jobs.job(id) != nil }

    private func refuse(_ file: RefusedFile, at now: Date) throws -> Job {
        let job = Job(
            id: file.id, user: file.user, droppedName: file.droppedName, state: .refused,
            reason: file.reason.description, receivedAt: file.receivedAt, finishedAt: now,
            inputBytes: file.bytes, inputSHA256: file.sha256)
        try jobs.refuse(job)
        return job
    }
}
