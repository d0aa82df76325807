import Foundation
import HashLists
import Model
import Spool
import Store

/// Makes a job of a claimed file.
struct ListIntake {
    let jobs: JobStore
    let options: IntakeOptions

    private static let chunkBytes = 1 << 20

    /// Reads the claimed file's hashes and stores job and hashes in one transaction; a file that cannot be used
    /// becomes a refused job. Doing it again, after a cut, finds the job that was made the first time.
    ///
    /// - Throws: `StoreError`, or the system's error, if the disk or the database cannot be used now.
    func accept(_ claim: Claim) throws -> Job {
        switch claim {
        case .claimed(let file):
            if let job = try jobs.job(file.id) { return job }
            return try accept(file)
        case .refused(let file):
            if let job = try jobs.job(file.id) { return job }
            return try refuse(file)
        }
    }

    /// Whether there is a job of this id.
    func hasJob(_ id: JobID) throws -> Bool { try jobs.job(id) != nil }

    private func accept(_ file: ClaimedFile) throws -> Job {
        var job = Job(
            id: file.id, user: file.user, droppedName: file.droppedName, state: .running,
            receivedAt: file.receivedAt, inputBytes: file.bytes, inputSHA256: file.sha256,
            evidence: file.evidence)
        do {
            return try jobs.accept(job, ages: options.ages) { writer in
                try parse(file.inputPath, into: writer)
            }
        } catch let error as HashListError {
            job.state = .refused
            job.reason = error.description
            job.finishedAt = Date()
            try jobs.refuse(job)
            return job
        }
    }

    private func refuse(_ file: RefusedFile) throws -> Job {
        let job = Job(
            id: file.id, user: file.user, droppedName: file.droppedName, state: .refused,
            reason: file.reason.description, receivedAt: file.receivedAt, finishedAt: Date(),
            inputBytes: file.bytes, inputSHA256: file.sha256)
        try jobs.refuse(job)
        return job
    }

    private func parse(_ path: String, into writer: JobWriter) throws {
        func emit(_ item: HashListItem) throws {
            switch item {
            case .entry(let entry): try writer.add(entry)
            case .unusable(let line): try writer.add(line)
            }
        }
        let file = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? file.close() }
        var parser = HashListParser(limits: options.limits)
        while let chunk = try file.read(upToCount: Self.chunkBytes), !chunk.isEmpty {
            try chunk.withUnsafeBytes { try parser.consume($0, emit: emit) }
        }
        try parser.finish(emit: emit)
    }
}
