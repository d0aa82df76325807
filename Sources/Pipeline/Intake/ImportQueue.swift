import Foundation
import Model
import Spool

/// A claimed file that takes several turns: first its bytes are copied, then it is read.
enum LongClaim {
    case copying(CopyingClaim)
    case reading(ListImport)

    var user: UserName {
        switch self {
        case .copying(let claim): claim.user
        case .reading(let reading): reading.file.user
        }
    }

    /// The work that is left, in bytes of the file.
    var bytesLeft: Int64 {
        switch self {
        case .copying(let claim): 2 * claim.bytes - claim.bytesCopied
        case .reading(let reading): reading.bytesLeft
        }
    }

    /// The line that tells the user how far it has got.
    var line: WaitingFile {
        switch self {
        case .copying(let claim):
            WaitingFile(
                name: claim.droppedName, reason: "picked up, and 0 % read",
                firstSeenAt: claim.receivedAt.wholeSeconds)
        case .reading(let reading):
            WaitingFile(
                name: reading.file.droppedName, reason: "picked up, and \(reading.percent) % read",
                firstSeenAt: reading.file.receivedAt.wholeSeconds)
        }
    }
}

/// Queue of the long claims: users take turns, and of one user's claims the one with the least left goes
/// first.
struct ImportQueue {
    private var claims: [LongClaim] = []
    private var lastUser: UserName?

    var isEmpty: Bool { claims.isEmpty }

    func count(of user: UserName) -> Int { claims.count { $0.user == user } }

    mutating func add(_ claim: LongClaim) { claims.append(claim) }

    /// Takes out the one whose turn it is; the caller goes on with it and adds it again.
    mutating func next() -> LongClaim? {
        let users = Set(claims.map(\.user))
        guard let user = users.filter({ user in lastUser.map { $0 < user } ?? true }).min() ?? users.min()
        else { return nil }
        lastUser = user
        let index = claims.indices.filter { claims[$0].user == user }
            .min { claims[$0].bytesLeft < claims[$1].bytesLeft }!
        return claims.remove(at: index)
    }

    /// The lines that tell a user how far they have got.
    func lines(of user: UserName) -> [WaitingFile] {
        claims.filter { $0.user == user }.map(\.line)
            .sorted { $0.name.bytes.lexicographicallyPrecedes($1.name.bytes) }
    }
}
