import FileSystem
import Foundation
import Glibc
package import Model
import Synchronization

/// Takes complete files out of the users' folders into the daemon's private work folder, so that a cut at any
/// moment (`kill -9`, power) loses no file and makes no two jobs of one.
///
/// `<spool>/.hashdrop/work/<job>/` holds `claim.json` (whose file, on the disk before the file is taken),
/// `dropped` (the file itself, perhaps still open in a program of its owner) and then `input`, the private
/// copy that alone is used from then on. The file's place decides about every cut: before the rename the file
/// is still in its user's folder and the work folder is removed; after it `resume` or `recover` finishes the
/// claim. A claim lasts until `release`.
///
/// Several claims go through their steps together, so that what one step brings to the disk it brings there
/// for all: with a journal one commit then serves them.
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
    let spares = Mutex<[String]>([])

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

    /// Claims what the state machine called ready or refused, each as a job of its own.
    ///
    /// What was refused is taken out of its user's folder, so that the folder empties and the refusal can be
    /// reported. What is no regular file is renamed and never opened; an empty file stays while a program may
    /// still write to it.
    ///
    /// - Returns: what became of each, in their order: a failure is a `FileSystemError`, and the file is
    ///   where it was, or an `UnfinishedClaim`. One that fails holds up no other.
    /// - Throws: only what `checkpoint` throws.
    package func claim(_ requests: [ClaimRequest]) throws -> [Result<ClaimOutcome, any Error>] {
        let prepared = try requests.map { request in
            do {
                return try prepare(request)
            } catch let error as FileSystemError {
                return .ended(.failure(error))
            }
        }
        let claims = prepared.compactMap(\.claim)
        try flushRecords(of: claims)
        try each(of: claims) { claim in
            guard try rename(claim) else {
                try abandon(claim.id)
                claim.outcome = .success(.vanished)
                return
            }
            claim.isTaken = true
            try checkpoint(.renamed)
        }
        try finish(claims, inSteps: true)
        return prepared.map { $0.outcome }
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

    /// Takes a step with each claim that has not come to its end; a failure is the end of that one alone.
    func each(of claims: [ClaimInProgress], _ step: (ClaimInProgress) throws -> Void) throws {
        for claim in claims where claim.outcome == nil {
            do {
                try step(claim)
            } catch let error as FileSystemError {
                claim.outcome = .failure(claim.isTaken ? UnfinishedClaim(id: claim.id, cause: error) : error)
                if !claim.isTaken { abandonIfPossible(claim.id) }
            }
        }
    }

    func abandonIfPossible(_ id: JobID) {
        do { try abandon(id) } catch {
            // Nothing of the user's is in there, and `recover` removes it. The error before says more.
        }
    }

    /// Removes a claim's folder that holds no file of its user.
    func abandon(_ id: JobID) throws {
        let own = try work.folder(id.description)
        for name in try own.names(limit: SpoolFolder.usersMax).names
        where ![Self.dropped, Self.input].contains(where: { name.elementsEqual($0.utf8) }) {
            try own.removeFile(name)
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
