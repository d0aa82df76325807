package import Foundation
package import Model

/// A spool file that the daemon has claimed, and must not lose any more.
package enum Claim: Hashable, Sendable {
    case claimed(ClaimedFile)
    case refused(RefusedFile)
}

/// Outcome of an attempt to claim.
package enum ClaimOutcome: Hashable {
    case done(Claim)
    /// It has left its user's folder, and its bytes are still to be copied.
    case copying(CopyingClaim)
    /// It stays in its user's folder; tell the state machine to postpone it.
    case notYet(WaitReason)
    /// Its owner removed or renamed it before it was claimed.
    case vanished
    /// There is a claim of this id: make another id.
    case idInUse
}

/// What `ClaimStore.recover` found.
package enum RecoveredClaim: Hashable, Sendable {
    case recovered(Claim)
    /// It cannot be finished now; `ClaimStore.resume` tries again.
    case unfinished(UnfinishedClaim, of: UserName)
    /// Nothing in the work folder says whose file this is; it is left for the operator. The daemon never
    /// writes this itself.
    case damaged(path: String, problem: String)
}

/// A dropped file, complete and copied.
package struct ClaimedFile: Hashable, Sendable {
    package var id: JobID
    package var user: UserName
    package var droppedName: DroppedName
    /// The private copy of the dropped bytes; valid until `ClaimStore.release`.
    package var inputPath: String
    package var bytes: Int64
    /// The digest of the dropped bytes.
    package var sha256: FileHash
    package var receivedAt: Date
    /// How the file was judged complete, in words.
    package var evidence: String
}

/// A dropped file, or whatever it was, that cannot be used.
package struct RefusedFile: Hashable, Sendable {
    package var id: JobID
    package var user: UserName
    package var droppedName: DroppedName
    package var reason: RefusalReason
    /// The private copy of the dropped bytes, valid until `ClaimStore.release`; nil if they were not read: no
    /// regular file, or one that has other names too.
    package var inputPath: String?
    /// The file's size; 0 for what is no regular file.
    package var bytes: Int64
    /// The digest of the dropped bytes; nil if they were not read.
    package var sha256: FileHash?
    package var receivedAt: Date
}

/// The steps of a claim, in their order; `ClaimStore` calls its checkpoint after each.
package enum ClaimStep: Hashable, Sendable, CaseIterable {
    case folderMade
    case recordWritten
    case spaceReserved
    /// From here on the file is out of its user's folder.
    case renamed
    case copied
    case inputPublished
    case droppedRemoved
    /// Of `release`: the claim exists no longer, its files still do.
    case releaseMarked
}
