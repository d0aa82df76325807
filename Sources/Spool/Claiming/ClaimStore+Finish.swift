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
        let claim = ClaimInProgress(id: id, user: user, record: record, own: own, origin: nil)
        claim.isTaken = true
        try finish([claim], inSteps: false)
        return try claim.ended.get()
    }

    /// Everything after the rename; begins where an earlier attempt ended.
    ///
    /// - Parameter inSteps: whether the claims were just made, and a large file is copied a step at a time.
    func finish(_ claims: [ClaimInProgress], inSteps: Bool) throws {
        try each(of: claims) { try judge($0, inSteps: inSteps) }
        try each(of: claims) { claim in
            try claim.copying?.flush()
            try claim.own.synchronize()
        }
        try flushFolders(of: claims)
        try each(of: claims) { claim in
            if let long = claim.long { claim.outcome = .success(.copying(long)) }
        }
        try publishCopies(of: claims)
    }

    /// The end of a claim whose file is copied.
    func finish(
        _ id: JobID, _ record: ClaimRecord, _ user: UserName, _ copy: InputCopy
    ) throws -> ClaimOutcome {
        let claim = ClaimInProgress(
            id: id, user: user, record: record, own: try work.folder(id.description), origin: nil)
        claim.isTaken = true
        claim.copy = copy
        try publishCopies(of: [claim])
        return try claim.ended.get()
    }

    /// Judges the file that was taken, and copies it unless that is done or takes long.
    private func judge(_ claim: ClaimInProgress, inSteps: Bool) throws {
        let own = claim.own.path
        if try claim.own.status(Array(Self.input.utf8)) != nil { return }
        guard let dropped = try claim.own.status(Array(Self.dropped.utf8)) else {
            claim.outcome = .success(.vanished)
            return
        }
        if let reason = try reasonToPutBack(dropped, claim.record, claim.own) {
            return try putBack(claim, reason)
        }
        guard Self.isCopied(claim.record) else { return }
        guard let source = try openDropped(claim.own) else { return try putBack(claim, .settling) }
        // An earlier attempt's may be another version's, with other rights.
        if !inSteps { try claim.own.removeFile(Array(Self.inputPartial.utf8)) }
        let copying = InputCopying(from: source, to: try openPartialInput(claim.own)) {
            FileSystemError("copy", $0, path: "\(own)/\(Self.input)")
        }
        if inSteps, claim.record.size > stepBytes {
            claim.long = CopyingClaim(claim.id, claim.record, claim.user, copying: copying, in: self)
            return
        }
        var copy: InputCopy
        var attempts = 0
        repeat {
            while try !copying.advance(bytesMax: .max) {}
            copy = try copying.end()
            attempts += 1
        } while !copy.isStable && attempts < CopyingClaim.attemptsMax
        claim.copying = copying
        claim.copy = copy
    }

    /// Brings the folders from which files were taken to the disk, each once.
    private func flushFolders(of claims: [ClaimInProgress]) throws {
        var flushed: [[UInt8]: Result<Void, any Error>] = [:]
        try each(of: claims) { claim in
            let name = claim.record.droppedName
            let folder = Array("\(claim.user)/".utf8) + name.bytes.dropLast(name.leaf.count)
            let result = flushed[folder] ?? Result { try synchronizeFolder(of: claim.record, claim.user) }
            flushed[folder] = result
            try result.get()
        }
    }

    /// Gives the copies that are on the disk their names, and then removes what was dropped.
    private func publishCopies(of claims: [ClaimInProgress]) throws {
        try each(of: claims) { claim in
            guard let copy = claim.copy else { return }
            // A writer that the system does not see, for example over a network.
            guard copy.isStable else { return try putBack(claim, .settling) }
            try reached(.copied)
            try claim.own.rename(Self.inputPartial, to: Self.input)
        }
        try each(of: claims) { claim in
            guard claim.copy != nil else { return }
            try claim.own.synchronize()
            try reached(.inputPublished)
        }
        try each(of: claims) { claim in
            if claim.copy != nil {
                try claim.own.removeFile(Array(Self.dropped.utf8))
                try reached(.droppedRemoved)
            }
            claim.outcome = .success(.done(try describe(claim)))
        }
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
    private func putBack(_ claim: ClaimInProgress, _ reason: WaitReason) throws {
        let folder = try spool.root.folder(claim.user.description)
        let returned = "returned-\(claim.id)"
        var failure: Int32 = 0
        for name in [claim.record.droppedName.leaf, Array(returned.utf8)] {
            failure = GlibcShims.renameWithoutReplacing(
                claim.own.number, Array(Self.dropped.utf8), to: folder.number, name)
            if failure == 0 { break }
        }
        if failure == EINVAL || failure == ENOSYS {
            // The file system knows only the rename that replaces; no other program makes a name with the
            // job's id.
            failure = renameat(claim.own.number, Self.dropped, folder.number, returned) == 0 ? 0 : errno
        }
        guard failure == 0 else { throw claim.own.error("give back", failure, Self.dropped) }
        try folder.synchronize()
        try abandon(claim.id)
        claim.outcome = .success(.notYet(reason))
    }

    private func describe(_ claim: ClaimInProgress) throws -> Claim {
        let (id, user, record) = (claim.id, claim.user, claim.record)
        let input = try claim.copy ?? readInput(claim.own)
        // Left over if the last attempt ended just before its removal.
        if input != nil { try claim.own.removeFile(Array(Self.dropped.utf8)) }
        let inputPath = "\(claim.own.path)/\(Self.input)"
        if let refusal = record.refusal {
            let dropped = try claim.own.status(Array(Self.dropped.utf8))
            let droppedBytes = dropped?.kind == .regular ? Int64(dropped?.st_size ?? 0) : 0
            return .refused(
                RefusedFile(
                    id: id, user: user, droppedName: record.droppedName, reason: refusal,
                    inputPath: input.map { _ in inputPath }, bytes: input?.bytes ?? droppedBytes,
                    sha256: input?.sha256, receivedAt: record.claimedAt))
        }
        guard let input else { throw claim.own.error("find", ENOENT, Self.input) }
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
