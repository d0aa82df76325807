import FileSystem
package import Foundation
package import Model

/// Entry of a user's folder that is to be claimed as a job.
package struct ClaimRequest {
    package enum Action: Hashable {
        /// A file that the state machine called ready.
        case claim(ReadyEvidence)
        /// What it refused.
        case refuse(RefusalReason)
    }

    package var entry: SpoolEntry
    package var user: UserName
    package var id: JobID
    package var action: Action
    /// When it was received.
    package var now: Date

    package init(_ entry: SpoolEntry, of user: UserName, as id: JobID, _ action: Action, at now: Date) {
        self.entry = entry
        self.user = user
        self.id = id
        self.action = action
        self.now = now
    }
}

/// A claim on its way through the steps that `ClaimStore` takes with several at a time.
final class ClaimInProgress {
    let id: JobID
    let user: UserName
    let record: ClaimRecord
    /// The claim's folder in the work folder.
    let own: Directory
    /// Nil if an earlier attempt has taken the file.
    let origin: ClaimOrigin?
    /// Whether the file has left its user's folder.
    var isTaken = false
    /// The copy that was made, still to be flushed.
    var copying: InputCopying?
    var copy: InputCopy?
    /// A copy that takes several steps.
    var long: CopyingClaim?
    /// What became of it; nil until its end.
    var outcome: Result<ClaimOutcome, any Error>?

    init(
        id: JobID, user: UserName, record: ClaimRecord, own: consuming Directory, origin: ClaimOrigin?
    ) {
        self.id = id
        self.user = user
        self.record = record
        self.own = own
        self.origin = origin
    }

    /// What became of it, at its end.
    var ended: Result<ClaimOutcome, any Error> {
        guard let outcome else { preconditionFailure("the claim of \(id) has not come to its end") }
        return outcome
    }
}

/// What a claim needs until it has its file.
final class ClaimOrigin {
    /// Where the file lies.
    let folder: Directory
    /// The inspected file: open until the end, or its inode's number could be another one's in between.
    private let file: FileDescriptor?
    /// The claim's record, still to be flushed.
    let record: FileDescriptor

    init(folder: consuming Directory, file: consuming FileDescriptor?, record: consuming FileDescriptor) {
        self.folder = folder
        self.file = file
        self.record = record
    }
}

/// The first step's result.
enum PreparedClaim {
    case claim(ClaimInProgress)
    case ended(Result<ClaimOutcome, any Error>)

    var claim: ClaimInProgress? { if case .claim(let claim) = self { claim } else { nil } }

    var outcome: Result<ClaimOutcome, any Error> {
        switch self {
        case .claim(let claim): claim.ended
        case .ended(let outcome): outcome
        }
    }
}
