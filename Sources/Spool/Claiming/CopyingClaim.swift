import FileSystem
package import Foundation
package import Model

/// Claim of a large file that has left its user's folder and is being copied, a step at a time, so that it
/// does not hold up others.
///
/// Whenever it ends, the claim is one that `ClaimStore.resume` or `recover` finishes.
package final class CopyingClaim {
    package let id: JobID
    package let user: UserName
    package let droppedName: DroppedName
    private let record: ClaimRecord
    private let store: ClaimStore
    private let copying: InputCopying
    private var attempts = 0

    /// So often a file is copied that changes while it is read.
    static let attemptsMax = 3

    init(_ id: JobID, _ record: ClaimRecord, _ user: UserName, copying: InputCopying, in store: ClaimStore) {
        self.id = id
        self.user = user
        self.record = record
        self.store = store
        self.copying = copying
        droppedName = record.droppedName
    }

    /// The size of the file.
    package var bytes: Int64 { record.size }
    package var receivedAt: Date { record.claimedAt }
    /// Bytes that are copied already.
    package var bytesCopied: Int64 { min(copying.copied, record.size) }

    /// Copies on.
    ///
    /// - Returns: what became of the claim, at the end.
    /// - Throws: `UnfinishedClaim`, which ends it.
    package func advance() throws -> ClaimOutcome? {
        do {
            guard try copying.advance(bytesMax: store.stepBytes) else { return nil }
            let copy = try copying.end()
            attempts += 1
            if !copy.isStable, attempts < Self.attemptsMax { return nil }
            try copying.flush()
            return try store.finish(id, record, user, copy)
        } catch let error as FileSystemError {
            throw UnfinishedClaim(id: id, cause: error)
        }
    }
}

extension CopyingClaim: Hashable {
    package static func == (a: CopyingClaim, b: CopyingClaim) -> Bool { a === b }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
