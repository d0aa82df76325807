import FileSystem
import Foundation
import Glibc
package import Model

extension ClaimStore {
    /// Finishes a claim that an error cut short (`UnfinishedClaim`); nil if there is nothing of it. Calling
    /// it for a finished claim returns the same again.
    package func resume(_ id: JobID) throws -> ClaimOutcome? {
        guard try work.status(Array(id.description.utf8)) != nil else { return nil }
        let own = try work.folder(id.description)
        switch try ClaimRecord.read(from: own) {
        case .usable(let record, let user): return try resume(id, record, user)
        case .missing, .unusable: return nil
        }
    }

    func resume(_ id: JobID, _ record: ClaimRecord, _ user: UserName) throws -> ClaimOutcome? {
        let own = try work.folder(id.description)
        let hasInput = try own.status(Array(Self.input.utf8)) != nil
        let hasDropped = try own.status(Array(Self.dropped.utf8)) != nil
        guard hasInput || hasDropped else {
            // The rename never happened: the file is where its owner dropped it.
            try abandon(id)
            return nil
        }
        return try finish(id, record, user)
    }

    /// Everything after the rename; begins where an earlier attempt ended. Throws `UnfinishedClaim`.
    ///
    /// - Parameter inSteps: whether the claim was just made, and a large file is copied a step at a time.
    func finish(
        _ id: JobID, _ record: ClaimRecord, _ user: UserName, inSteps: Bool = false
    ) throws -> ClaimOutcome {
        do {
            let own = try work.folder(id.description)
            try own.synchronize()
            try synchronizeFolder(of: record, user)
            if try own.status(Array(Self.input.utf8)) != nil {
                return .done(try describe(id, record, user, own, nil))
            }
            guard let dropped = try own.status(Array(Self.dropped.utf8)) else { return .vanished }
            if let reason = try reasonToPutBack(dropped, record, own) {
                try putBack(id, record, user)
                return .notYet(reason)
            }
            guard Self.isCopied(record) else { return .done(try describe(id, record, user, own, nil)) }
            guard let source = try openDropped(own) else {
                try putBack(id, record, user)
                return .notYet(.settling)
            }
            // An earlier attempt's may be another version's, with other rights.
            if !inSteps { try own.removeFile(Array(Self.inputPartial.utf8)) }
            let copying = InputCopying(from: source, to: try openPartialInput(own)) { [path = own.path] in
                FileSystemError("copy", $0, path: "\(path)/\(Self.input)")
            }
            let claim = CopyingClaim(id, record, user, copying: copying, in: self)
            if inSteps, record.size > stepBytes { return .copying(claim) }
            while true { if let outcome = try claim.advance() { return outcome } }
        } catch let error as FileSystemError {
            throw UnfinishedClaim(id: id, cause: error)
        }
    }

    /// The end of a claim whose file is copied.
    func finish(
        _ id: JobID, _ record: ClaimRecord, _ user: UserName, _ copy: InputCopy
    ) throws -> ClaimOutcome {
        guard copy.isStable else {
            // A writer that the system does not see, for example over a network.
            try putBack(id, record, user)
            return .notYet(.settling)
        }
        let own = try work.folder(id.description)
        try reached(.copied)
        try own.rename(Self.inputPartial, to: Self.input)
        try own.synchronize()
        try reached(.inputPublished)
        try own.removeFile(Array(Self.dropped.utf8))
        try reached(.droppedRemoved)
        return .done(try describe(id, record, user, own, copy))
    }

    /// The user or the folder may have been removed or closed since the file was taken.
    private func synchronizeFolder(of record: ClaimRecord, _ user: UserName) throws {
        do {
            let own = try spool.root.folder(user.description)
            try own.parent(of: record.droppedName).synchronize()
        } catch let error as FileSystemError
            where [ENOENT, ENOTDIR, ELOOP, EACCES].contains(error.errorNumber)
        {}
    }

    /// What was renamed may be another file than the one that was inspected, or have been opened or rewritten
    /// in between. Now that it has left its folder it cannot be opened any more, so this look is final: what
    /// is not the inspected file, unchanged and without a writer, goes back and is judged again.
    private func reasonToPutBack(
        _ dropped: stat, _ record: ClaimRecord, _ own: borrowing Directory
    ) throws -> WaitReason? {
        if dropped.kind == .folder { return .folder }
        switch record.refusal {
        case .notAFile(let kind): return kind == dropped.kind ? nil : .settling
        case .hardLinked:
            // With the last of its names it would be lost when the claim is released.
            return dropped.kind == .regular && dropped.st_nlink > 1 ? nil : .settling
        case .empty, nil: break
        }
        guard record.describes(dropped), dropped.st_nlink == 1 else { return .settling }
        guard let file = try openDropped(own) else {
            return .notReadable(mode: dropped.st_mode & 0o7777, ownerID: dropped.st_uid)
        }
        return WriterProbe.check(descriptor: file.number) == .writerPresent ? .writerPresent : nil
    }

    /// Not what a link names: the user who made the link need not be allowed to read it. A file with a second
    /// name may be another user's as well.
    private static func isCopied(_ record: ClaimRecord) -> Bool {
        switch record.refusal {
        case .empty, nil: true
        case .notAFile, .hardLinked: false
        }
    }

    /// Nil if this account may not read it.
    private func openDropped(_ own: borrowing Directory) throws -> FileDescriptor? {
        do {
            return try own.openForReading(Array(Self.dropped.utf8))
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            return nil
        }
    }

    /// The file with the reserved space, or a new one.
    private func openPartialInput(_ own: borrowing Directory) throws -> FileDescriptor {
        let number = openat(
            own.number, Self.inputPartial, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, Self.inputMode)
        guard number >= 0 else { throw own.error("open", errno, Self.inputPartial) }
        return FileDescriptor(number)
    }

    /// Its owner gets it back under its own name or, if that is in use again, as `returned-<job>`, both in
    /// the user's folder itself: a folder within it may be another one by now.
    private func putBack(_ id: JobID, _ record: ClaimRecord, _ user: UserName) throws {
        let own = try work.folder(id.description)
        let folder = try spool.root.folder(user.description)
        let returned = "returned-\(id)"
        var failure: Int32 = 0
        for name in [record.droppedName.leaf, Array(returned.utf8)] {
            failure = GlibcShims.renameWithoutReplacing(
                own.number, Array(Self.dropped.utf8), to: folder.number, name)
            if failure == 0 { break }
        }
        if failure == EINVAL || failure == ENOSYS {
            // The file system knows only the rename that replaces; no other program makes a name with the
            // job's id.
            failure = renameat(own.number, Self.dropped, folder.number, returned) == 0 ? 0 : errno
        }
        guard failure == 0 else { throw own.error("give back", failure, Self.dropped) }
        try folder.synchronize()
        try abandon(id)
    }

    private func describe(
        _ id: JobID, _ record: ClaimRecord, _ user: UserName, _ own: borrowing Directory, _ made: InputCopy?
    ) throws -> Claim {
        let input = try made ?? readInput(own)
        // Left over if the last attempt ended just before its removal.
        if input != nil { try own.removeFile(Array(Self.dropped.utf8)) }
        let inputPath = "\(own.path)/\(Self.input)"
        if let refusal = record.refusal {
            let dropped = try own.status(Array(Self.dropped.utf8))
            let droppedBytes = dropped?.kind == .regular ? Int64(dropped?.st_size ?? 0) : 0
            return .refused(
                RefusedFile(
                    id: id, user: user, droppedName: record.droppedName, reason: refusal,
                    inputPath: input.map { _ in inputPath }, bytes: input?.bytes ?? droppedBytes,
                    sha256: input?.sha256, receivedAt: record.claimedAt))
        }
        guard let input else { throw own.error("find", ENOENT, Self.input) }
        return .claimed(
            ClaimedFile(
                id: id, user: user, droppedName: record.droppedName, inputPath: inputPath,
                bytes: input.bytes, sha256: input.sha256, receivedAt: record.claimedAt,
                evidence: record.evidence?.words ?? ""))
    }

    /// The finished input's length and digest; nil if there is none.
    private func readInput(_ own: borrowing Directory) throws -> InputCopy? {
        guard try own.status(Array(Self.input.utf8)) != nil else { return nil }
        let file = try own.openForReading(Array(Self.input.utf8))
        return try InputCopy.read(file) { [path = own.path] in
            FileSystemError("read", $0, path: "\(path)/\(Self.input)")
        }
    }
}
