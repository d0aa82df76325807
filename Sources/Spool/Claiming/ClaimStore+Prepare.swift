import FileSystem
import Foundation
import Glibc
import Model
import Synchronization

/// What comes before the file is taken.
extension ClaimStore {
    /// Looks at the entry, and makes the claim's folder with its record and the space for its copy.
    func prepare(_ request: ClaimRequest) throws -> PreparedClaim {
        let entry = request.entry
        guard let folder = try openParent(of: entry, of: request.user) else {
            return .ended(.success(.vanished))
        }
        try requireWritable(folder, entry)
        switch request.action {
        case .claim(let evidence):
            switch try inspect(entry, in: folder, evidence) {
            case .notYet(let reason): return .ended(.success(.notYet(reason)))
            case .vanished: return .ended(.success(.vanished))
            case .fit(let file, let writer):
                let record = ClaimRecord(
                    request, evidence: CompletionEvidence(arrival: evidence, writer: writer))
                return try prepare(
                    request, record, from: folder, reservingBytes: entry.size, holding: file)
            }
        case .refuse(let reason):
            guard let status = try folder.status(entry.name.leaf) else { return .ended(.success(.vanished)) }
            let seen = SpoolEntry(name: entry.name, status: status)
            guard seen.kind == entry.kind, seen.fingerprint == entry.fingerprint else {
                return .ended(.success(.notYet(.settling)))
            }
            if reason == .empty, let wait = try reasonToKeepEmpty(entry, in: folder) {
                return .ended(.success(.notYet(wait)))
            }
            return try prepare(
                request, ClaimRecord(request, refusal: reason), from: folder, reservingBytes: 0, holding: nil)
        }
    }

    private func prepare(
        _ request: ClaimRequest, _ record: ClaimRecord, from folder: consuming Directory,
        reservingBytes: Int64, holding file: consuming FileDescriptor?
    ) throws -> PreparedClaim {
        guard let recordFile = try makeWorkFolder(request.id, record) else {
            return .ended(.success(.idInUse))
        }
        do {
            let own = try work.folder(request.id.description)
            try reserve(reservingBytes, in: own)
            try reached(.spaceReserved)
            return .claim(
                ClaimInProgress(
                    id: request.id, user: request.user, record: record, own: own,
                    origin: ClaimOrigin(folder: folder, file: file, record: recordFile)))
        } catch let error as FileSystemError {
            abandonIfPossible(request.id)
            throw error
        }
    }

    /// Makes the claim's folder with its record, which is still to be flushed; nil if there is one already.
    private func makeWorkFolder(_ id: JobID, _ record: ClaimRecord) throws -> FileDescriptor? {
        if let spare = spares.withLock({ $0.popLast() }) { return try use(spare, id, record) }
        do {
            try work.makeFolder(id.description)
        } catch let error as FileSystemError where error.errorNumber == EEXIST {
            return nil
        }
        do {
            try reached(.folderMade)
            let file = try record.write(in: work.folder(id.description))
            try reached(.recordWritten)
            return file
        } catch let error as FileSystemError {
            abandonIfPossible(id)
            throw error
        }
    }

    private func use(_ spare: String, _ id: JobID, _ record: ClaimRecord) throws -> FileDescriptor? {
        do {
            // Until the folder has the claim's name, a kill leaves a released one.
            let file = try record.write(in: work.folder(spare))
            try reached(.recordWritten)
            var failure = GlibcShims.renameWithoutReplacing(
                work.number, Array(spare.utf8), to: work.number, Array(id.description.utf8))
            if failure == EINVAL || failure == ENOSYS {
                // The plain rename replaces no folder that holds something, as a claim's does.
                failure = renameat(work.number, spare, work.number, id.description) == 0 ? 0 : errno
            }
            if failure == EEXIST || failure == ENOTEMPTY {
                try removeReleased(spare)
                return nil
            }
            guard failure == 0 else { throw work.error("rename", failure, spare) }
            try reached(.folderMade)
            return file
        } catch let error as FileSystemError {
            do { try removeReleased(spare) } catch is FileSystemError {
                // The next start removes it. The first error says more.
            }
            throw error
        }
    }

    /// Brings the claims' folders and records to the disk, before a file is taken into them.
    func flushRecords(of claims: [ClaimInProgress]) throws {
        try each(of: claims) { claim in
            guard let origin = claim.origin, fsync(origin.record.number) == 0 else {
                throw claim.own.error("write", errno, ClaimRecord.fileName)
            }
            // Of another one's folder, too: what that one left is to be gone from the disk.
            try claim.own.synchronize()
        }
        guard claims.contains(where: { $0.outcome == nil }) else { return }
        let flushed = Result { try work.synchronize() }
        try each(of: claims) { _ in try flushed.get() }
    }

    /// Takes the disk space for the copy beforehand: on a full disk the file then stays where it is.
    private func reserve(_ bytes: Int64, in own: borrowing Directory) throws {
        guard bytes > 0 else { return }
        let file = try own.create(Array(Self.inputPartial.utf8), mode: Self.inputMode)
        let failure = posix_fallocate(file.number, 0, off_t(bytes))
        // Some file systems cannot reserve; the copy itself then finds out.
        guard failure == 0 || [EOPNOTSUPP, EINVAL, ENOSYS].contains(failure) else {
            throw own.error("reserve \(bytes) bytes for", failure, Self.input)
        }
    }

    /// Moves the file into the claim's folder; false if it has vanished.
    func rename(_ claim: ClaimInProgress) throws -> Bool {
        guard let origin = claim.origin else { preconditionFailure("a claim that is resumed is taken") }
        let name = claim.record.droppedName.leaf
        var failure = GlibcShims.renameWithoutReplacing(
            origin.folder.number, name, to: claim.own.number, Array(Self.dropped.utf8))
        if failure == EINVAL || failure == ENOSYS {
            // The file system knows only the plain rename. No other account can make a file in the work
            // folder.
            let result = withCString(name) {
                renameat(origin.folder.number, $0, claim.own.number, Self.dropped)
            }
            failure = result == 0 ? 0 : errno
        }
        if failure == ENOENT { return false }
        guard failure == 0 else { throw origin.folder.error("claim", failure, name) }
        return true
    }
}
