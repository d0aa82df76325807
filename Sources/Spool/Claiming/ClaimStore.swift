import FileSystem
package import Foundation
import Glibc
package import Model
import Synchronization

/// Takes complete files out of the users' folders into the daemon's private work folder, so that a cut at any
/// moment (`kill -9`, power) loses no file and makes no two jobs of one.
///
/// `<spool>/.hashdrop/work/<job>/` holds `claim.json` (whose file, written before the file is taken),
/// `dropped` (the file itself, perhaps still open in a program of its owner) and then `input`, the private
/// copy that alone is used from then on. The file's place decides about every cut: before the rename the file
/// is still in its user's folder and the work folder is removed; after it `resume` or `recover` finishes the
/// claim. A claim lasts until `release`.
///
/// All functions block on the disk and throw `FileSystemError`; different claims may be made at the same
/// time.
package final class ClaimStore: Sendable {
    /// The daemon's own folder in the spool.
    package static let privateFolderName = ".hashdrop"
    static let workFolderName = "work"
    static let dropped = "dropped"
    static let input = "input"
    static let inputPartial = "input.partial"
    static let releasedEnding = ".released"
    /// That of a report's files, so that it can become one of them as it is. The folder is closed to others.
    static let inputMode: mode_t = 0o640

    let spool: SpoolFolder
    let work: Directory
    let rules: ReadinessStateMachine.Rules
    let stepBytes: Int64
    private let checkpoint: @Sendable (ClaimStep) throws -> Void
    private let sparesMax: Int
    /// Folders of released claims with their records, which the next claims take over: to make and to remove
    /// both for each of many files costs the file system more than all else of a claim. Their names are those
    /// of released claims, so that a start removes them.
    private let spares = Mutex<[String]>([])

    /// Opens the work folder, making it if need be: owned by this account, mode 0700, no link.
    ///
    /// A file of more than `stepBytes` (default 8 MiB, some hundredths of a second) is copied so many bytes
    /// at a time (`ClaimOutcome.copying`). `checkpoint` is called after each step, and what it throws leaves
    /// everything as a `kill -9` would: only so can a test stop a claim between any two steps. The default
    /// does nothing. So many folders of released claims as `sparesMax` (default 0) are kept for the next
    /// ones, until `removeSpares`.
    package init(
        spool: SpoolFolder, rules: ReadinessStateMachine.Rules = .init(), stepBytes: Int64 = 8 << 20,
        sparesMax: Int = 0, checkpoint: @escaping @Sendable (ClaimStep) throws -> Void = { _ in }
    ) throws {
        self.spool = spool
        self.rules = rules
        self.stepBytes = stepBytes
        self.sparesMax = sparesMax
        self.checkpoint = checkpoint
        let own = try spool.root.privateFolder(Self.privateFolderName)
        work = try own.privateFolder(Self.workFolderName)
    }

    /// Claims a file that the state machine called ready, as job `id`, received `now`.
    package func claim(
        _ entry: SpoolEntry, of user: UserName, as id: JobID, evidence: ReadyEvidence, at now: Date
    ) throws -> ClaimOutcome {
        guard let folder = try openParent(of: entry, of: user) else { return .vanished }
        try requireWritable(folder, entry)
        switch try inspect(entry, in: folder, evidence) {
        case .notYet(let reason): return .notYet(reason)
        case .vanished: return .vanished
        case .fit(let file, let writer):
            let complete = CompletionEvidence(arrival: evidence, writer: writer)
            let record = ClaimRecord(user: user, entry: entry, claimedAt: now, evidence: complete)
            // Open until the end, or the inode's number could be given to another file in between.
            return try withExtendedLifetime(file) {
                try take(record, user, from: folder, as: id, reservingBytes: entry.size)
            }
        }
    }

    /// Takes what the state machine refused out of its user's folder, as job `id`, so that the folder empties
    /// and the refusal can be reported. What is no regular file is renamed and never opened; an empty file
    /// stays while a program may still write to it.
    package func claimRefused(
        _ entry: SpoolEntry, of user: UserName, as id: JobID, reason: RefusalReason, at now: Date
    ) throws -> ClaimOutcome {
        guard let folder = try openParent(of: entry, of: user) else { return .vanished }
        try requireWritable(folder, entry)
        guard let status = try folder.status(entry.name.leaf) else { return .vanished }
        let seen = SpoolEntry(name: entry.name, status: status)
        guard seen.kind == entry.kind, seen.fingerprint == entry.fingerprint else {
            return .notYet(.settling)
        }
        if reason == .empty, let wait = try reasonToKeepEmpty(entry, in: folder) { return .notYet(wait) }
        let record = ClaimRecord(user: user, entry: entry, claimedAt: now, refusal: reason)
        return try take(record, user, from: folder, as: id, reservingBytes: 0)
    }

    /// Forgets a claim whose input is safe elsewhere, or whose job exists no longer. A claim that is not
    /// there is fine.
    package func release(_ id: JobID) throws {
        guard try work.status(Array(id.description.utf8)) != nil else { return }
        // One rename ends the claim: files of a released claim cannot be taken for those of a damaged one.
        let released = id.description + Self.releasedEnding
        try work.rename(id.description, to: released)
        try checkpoint(.releaseMarked)
        guard spares.withLock({ $0.count < sparesMax }) else { return try removeReleased(released) }
        let folder = try work.folder(released)
        for file in try folder.names(limit: SpoolFolder.usersMax).names
        where !file.elementsEqual(ClaimRecord.fileName.utf8) {
            try folder.removeFile(file)
        }
        spares.withLock { $0.append(released) }
    }

    /// Removes the folders that are kept for the next claims, when none are expected.
    package func removeSpares() throws {
        let names = spares.withLock { spares in
            defer { spares = [] }
            return spares
        }
        for name in names { try removeReleased(name) }
    }

    /// Whether there is a claim of this id that is not released; true if the work folder cannot be read.
    package func holds(_ id: JobID) -> Bool {
        do {
            return try work.status(Array(id.description.utf8)) != nil
        } catch {
            return true
        }
    }

    func removeReleased(_ name: String) throws {
        let folder = try work.folder(name)
        for file in try folder.names(limit: SpoolFolder.usersMax).names { try folder.removeFile(file) }
        try work.removeFolder(name)
    }

    func reached(_ step: ClaimStep) throws { try checkpoint(step) }

    private enum Inspection: ~Copyable {
        case fit(FileDescriptor, WriterProbe)
        case notYet(WaitReason)
        case vanished
    }

    /// The folder in which the entry lies; nil if a folder on the way is gone or has become something else.
    private func openParent(of entry: SpoolEntry, of user: UserName) throws -> Directory? {
        let own = try spool.root.folder(user.description)
        do {
            return try own.parent(of: entry.name)
        } catch let error as FileSystemError where [ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber) {
            return nil
        }
    }

    /// Says at once what the rename would say, before a work folder is made for each of many files.
    private func requireWritable(_ folder: borrowing Directory, _ entry: SpoolEntry) throws {
        guard faccessat(folder.number, ".", W_OK | X_OK, AT_EACCESS) == 0 else {
            throw folder.error("claim", errno, entry.name.leaf)
        }
    }

    /// Looks at the file itself: the scan is older, and only a descriptor cannot be exchanged.
    private func inspect(
        _ entry: SpoolEntry, in folder: borrowing Directory, _ evidence: ReadyEvidence
    ) throws -> Inspection {
        guard let before = try folder.status(entry.name.leaf) else { return .vanished }
        guard before.kind == .regular else { return .notYet(.settling) }
        let file: FileDescriptor
        do {
            file = try folder.openForReading(entry.name.leaf)
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            return .notYet(.notReadable(mode: before.st_mode & 0o7777, ownerID: before.st_uid))
        } catch let error as FileSystemError where [ENOENT, ELOOP, ENXIO].contains(error.errorNumber) {
            // It vanished or was exchanged for something else; the next scan sees what it is now.
            return .notYet(.settling)
        }
        let status = try file.status { folder.error("look at", $0, entry.name.leaf) }
        let now = SpoolEntry(name: entry.name, status: status)
        guard now.kind == .regular, now.fingerprint == entry.fingerprint, now.linkCount == 1,
            now.size <= rules.sizeBytesMax
        else { return .notYet(.settling) }
        let writer = WriterProbe.check(descriptor: file.number)
        if let reason = reasonToWait(writer, evidence) { return .notYet(reason) }
        return .fit(file, writer)
    }

    /// An empty file is refused only with proof that no program will fill it: a program that runs for long
    /// opens its output first and writes to it at its end.
    private func reasonToKeepEmpty(
        _ entry: SpoolEntry, in folder: borrowing Directory
    ) throws -> WaitReason? {
        let file: FileDescriptor
        do {
            file = try folder.openForReading(entry.name.leaf)
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            return .empty
        } catch let error as FileSystemError where [ENOENT, ELOOP, ENXIO].contains(error.errorNumber) {
            return .settling
        }
        switch WriterProbe.check(descriptor: file.number) {
        case .noWriter: return nil
        case .writerPresent: return .writerPresent
        case .unknown: return .empty
        }
    }

    /// Without proof that no program writes, a file must have been quiet for longer; a rename is proof
    /// enough.
    private func reasonToWait(_ writer: WriterProbe, _ evidence: ReadyEvidence) -> WaitReason? {
        switch (writer, evidence) {
        case (.writerPresent, _): .writerPresent
        case (.unknown, .quiet(let seconds)) where .seconds(seconds) < rules.quietPeriodWithoutLease:
            .writerUnknown
        default: nil
        }
    }

    private func take(
        _ record: ClaimRecord, _ user: UserName, from folder: borrowing Directory, as id: JobID,
        reservingBytes: Int64
    ) throws -> ClaimOutcome {
        guard try makeWorkFolder(id, record) else { return .idInUse }
        do {
            let own = try work.folder(id.description)
            try reserve(reservingBytes, in: own)
            try checkpoint(.spaceReserved)
            guard try rename(record.droppedName, from: folder, into: own) else {
                try abandon(id)
                return .vanished
            }
        } catch let error as FileSystemError {
            abandonIfPossible(id)
            throw error
        }
        try checkpoint(.renamed)
        return try finish(id, record, user, inSteps: true)
    }

    /// Makes the claim's folder with its record; false if there is one already.
    private func makeWorkFolder(_ id: JobID, _ record: ClaimRecord) throws -> Bool {
        if let spare = spares.withLock({ $0.popLast() }) { return try use(spare, id, record) }
        do {
            try work.makeFolder(id.description)
        } catch let error as FileSystemError where error.errorNumber == EEXIST {
            return false
        }
        do {
            try work.synchronize()
            try checkpoint(.folderMade)
            try record.write(to: work.folder(id.description))
            try checkpoint(.recordWritten)
        } catch let error as FileSystemError {
            abandonIfPossible(id)
            throw error
        }
        return true
    }

    private func use(_ spare: String, _ id: JobID, _ record: ClaimRecord) throws -> Bool {
        do {
            // Until the folder has the claim's name, a cut leaves a released one.
            try record.overwrite(in: work.folder(spare))
            try checkpoint(.recordWritten)
            var failure = GlibcShims.renameWithoutReplacing(
                work.number, Array(spare.utf8), to: work.number, Array(id.description.utf8))
            if failure == EINVAL || failure == ENOSYS {
                // The plain rename replaces no folder that holds something, as a claim's does.
                failure = renameat(work.number, spare, work.number, id.description) == 0 ? 0 : errno
            }
            if failure == EEXIST || failure == ENOTEMPTY {
                try removeReleased(spare)
                return false
            }
            guard failure == 0 else { throw work.error("rename", failure, spare) }
        } catch let error as FileSystemError {
            do { try removeReleased(spare) } catch is FileSystemError {
                // The next start removes it. The first error says more.
            }
            throw error
        }
        do {
            try work.synchronize()
            try checkpoint(.folderMade)
        } catch let error as FileSystemError {
            abandonIfPossible(id)
            throw error
        }
        return true
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

    /// False if the file has vanished.
    private func rename(
        _ name: DroppedName, from folder: borrowing Directory, into own: borrowing Directory
    ) throws -> Bool {
        var failure = GlibcShims.renameWithoutReplacing(
            folder.number, name.leaf, to: own.number, Array(Self.dropped.utf8))
        if failure == EINVAL || failure == ENOSYS {
            // The file system knows only the plain rename. No other account can make a file in the work
            // folder.
            let result = withCString(name.leaf) { renameat(folder.number, $0, own.number, Self.dropped) }
            failure = result == 0 ? 0 : errno
        }
        if failure == ENOENT { return false }
        guard failure == 0 else { throw folder.error("claim", failure, name.leaf) }
        return true
    }

    private func abandonIfPossible(_ id: JobID) {
        do { try abandon(id) } catch {
            // Nothing of the user's is in there, and `recover` removes it. The error before says more.
        }
    }

    func abandon(_ id: JobID) throws {
        let own = try work.folder(id.description)
        for name in [ClaimRecord.partialName, Self.inputPartial, ClaimRecord.fileName] {
            try own.removeFile(Array(name.utf8))
        }
        try work.removeFolder(id.description)
    }
}

extension Directory {
    /// The folder of this name, made if it is not there, that only this account may enter.
    fileprivate func privateFolder(_ name: String) throws -> Directory {
        do {
            try makeFolder(name)
            try synchronize()
        } catch let error as FileSystemError where error.errorNumber == EEXIST {}
        let folder = try self.folder(name)
        let status = try folder.descriptor.status { error("look at", $0, name) }
        guard status.st_uid == geteuid() else {
            throw error("trust (it must belong to the account hashdrop runs under)", EPERM, name)
        }
        guard fchmod(folder.number, 0o700) == 0 else { throw error("protect", errno, name) }
        return folder
    }
}
