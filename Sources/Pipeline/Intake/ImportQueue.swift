import Foundation
import Model
import Spool

/// Queue of long lists that are being read: users take turns, and of one user's lists the one with the least
/// left goes first.
struct ImportQueue {
    private var readings: [ListImport] = []
    private var lastUser: UserName?

    var isEmpty: Bool { readings.isEmpty }

    func count(of user: UserName) -> Int { readings.count { $0.file.user == user } }

    mutating func add(_ reading: ListImport) { readings.append(reading) }

    /// Takes out the list whose turn it is; the caller reads on in it and adds it again.
    mutating func next() -> ListImport? {
        let users = Set(readings.map(\.file.user))
        guard let user = users.filter({ user in lastUser.map { $0 < user } ?? true }).min() ?? users.min()
        else { return nil }
        lastUser = user
        let index = readings.indices.filter { readings[$0].file.user == user }
            .min { readings[$0].bytesLeft < readings[$1].bytesLeft }!
        return readings.remove(at: index)
    }

    /// The lines that tell a user how far it has got.
    func lines(of user: UserName) -> [WaitingFile] {
        readings.filter { $0.file.user == user }.map {
            WaitingFile(
                name: $0.file.droppedName, reason: "picked up, and \($0.percent) % read",
                firstSeenAt: $0.file.receivedAt.wholeSeconds)
        }.sorted { $0.name.bytes.lexicographicallyPrecedes($1.name.bytes) }
    }
}
