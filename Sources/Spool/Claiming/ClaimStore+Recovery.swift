import FileSystem
import Foundation
import Model

extension ClaimStore {
    /// Finishes every claim that is not released, at the start and before any new claim.
    ///
    /// A claim comes back until it is released, also when its job is in the database already: the caller
    /// compares. One claim that cannot be finished does not hold up the others. Throws `FileSystemError` if
    /// the work folder itself cannot be read.
    package func recover() throws -> [RecoveredClaim] {
        var recovered: [RecoveredClaim] = []
        for name in try work.names(limit: SpoolFolder.usersMax).names {
            let text = String(decoding: name, as: UTF8.self)
            if text.hasSuffix(Self.releasedEnding) {
                try removeReleased(text)
            } else if let id = JobID(text) {
                if let claim = try recover(id) { recovered.append(claim) }
            } else {
                recovered.append(
                    .damaged(path: "\(work.path)/\(text)", problem: "the name is not a job's id"))
            }
        }
        return recovered
    }

    /// Nil if the claim never took its file away, which is then still in its user's folder.
    private func recover(_ id: JobID) throws -> RecoveredClaim? {
        let own = try work.folder(id.description)
        switch try ClaimRecord.read(from: own) {
        case .usable(let record, let user):
            do {
                guard case .done(let claim) = try resume(id, record, user) else { return nil }
                return .recovered(claim)
            } catch let error as UnfinishedClaim {
                return .unfinished(error, of: user)
            }
        case .missing: return try recoverWithoutRecord(own, id, "\(ClaimRecord.fileName) is missing")
        case .unusable(let problem):
            return try recoverWithoutRecord(own, id, "\(ClaimRecord.fileName): \(problem)")
        }
    }

    /// Nil if a cut came before the record was on the disk, so that no file is in the folder.
    private func recoverWithoutRecord(
        _ own: borrowing Directory, _ id: JobID, _ problem: String
    ) throws -> RecoveredClaim? {
        if try holdsFile(own) { return .damaged(path: own.path, problem: problem) }
        try abandon(id)
        return nil
    }

    private func holdsFile(_ own: borrowing Directory) throws -> Bool {
        for name in [Self.dropped, Self.input] where try own.status(Array(name.utf8)) != nil { return true }
        return false
    }
}
