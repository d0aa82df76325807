import Glibc
package import Model

/// The spool folder, held open for the life of the daemon; everything in it is reached from here.
package final class SpoolFolder: Sendable {
    /// As given by the settings.
    package let path: String
    let root: Folder

    /// User folders looked at, at most; more make `users()` throw.
    package static let usersMax = 100_000

    /// Opens the spool folder; throws `SpoolError`.
    package init(path: String) throws {
        self.path = path
        // The operator may have made the root itself a link; what lies in it may not be one.
        root = try Folder.open(path: path, followingLink: true)
    }

    /// The user folders, and the names in the spool that cannot be one and are not hashdrop's own, so that
    /// nothing there is ignored in silence. Throws `SpoolError`.
    package func users() throws -> (users: [UserName], others: [DroppedName]) {
        let (names, more) = try root.names(limit: Self.usersMax)
        guard !more else { throw SpoolError("list the user folders of", E2BIG, path: path) }
        var users: [UserName] = []
        var others: [DroppedName] = []
        for name in names where name.first != UInt8(ascii: ".") {
            let user = UserName(String(decoding: name, as: UTF8.self))
            if let user, try root.status(name)?.kind == .folder {
                users.append(user)
            } else {
                others.append(DroppedName(bytes: name))
            }
        }
        return (users, others)
    }

    /// Looks at a user's folder once: at most `limit` entries, default 1,000. Throws `SpoolError`.
    ///
    /// If there are more, names that say "not yet" are left out before others, and later names before earlier
    /// ones, so that repeated scans see the same entries.
    package func scan(_ user: UserName, limit: Int = 1_000) throws -> FolderScan {
        let folder = try root.folder(user.description)
        let (names, more) = try folder.names(limit: FolderScan.namesMax)
        let unfinished = names.count > limit ? names.filter { NameRule($0) != .ordinary } : []
        let ordinary = unfinished.isEmpty ? names : names.filter { NameRule($0) == .ordinary }
        var entries: [SpoolEntry] = []
        for name in (ordinary + unfinished).prefix(limit) {
            // A name that has vanished since is no entry.
            guard let status = try folder.status(name) else { continue }
            let isReadable = status.kind != .regular || folder.mayRead(name)
            entries.append(
                SpoolEntry(name: DroppedName(bytes: name), status: status, isReadable: isReadable))
        }
        return FolderScan(entries: entries, leftOut: max(0, names.count - limit), hasMore: more)
    }
}

/// What one look at a user's folder saw.
package struct FolderScan: Hashable, Sendable {
    /// So many names are read at most.
    package static let namesMax = 100_000

    package var entries: [SpoolEntry]
    /// Entries beyond the limit, which wait until others are gone.
    package var leftOut: Int
    /// There are more than `namesMax` names, and `leftOut` counts those up to there.
    package var hasMore: Bool

    package init(entries: [SpoolEntry], leftOut: Int = 0, hasMore: Bool = false) {
        self.entries = entries
        self.leftOut = leftOut
        self.hasMore = hasMore
    }
}

extension Folder {
    /// Asks the kernel, which knows of groups, access lists and capabilities what mode bits do not tell.
    fileprivate func mayRead(_ name: [UInt8]) -> Bool {
        withCString(name) { faccessat(number, $0, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) } == 0
    }
}
