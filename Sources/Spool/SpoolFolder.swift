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

    /// Whether the spool folder is still the one under its path: it may have been moved away, replaced, or hidden
    /// by a mount.
    package var isInPlace: Bool {
        var atPath = stat()
        var held = stat()
        guard stat(path, &atPath) == 0, fstat(root.number, &held) == 0 else { return false }
        return FileIdentity(atPath) == FileIdentity(held)
    }

    /// Looks at a user's folder once, and at the folders in it down to `foldersDeepMax` of them within each
    /// other (default 4): at most `limit` entries, default 1,000. Throws `SpoolError` if the user's own folder
    /// cannot be read.
    ///
    /// If there are more, names that say "not yet" are left out before others, and later names before earlier
    /// ones, so that repeated scans see the same entries.
    package func scan(_ user: UserName, limit: Int = 1_000, foldersDeepMax: Int = 4) throws -> FolderScan {
        let folder = try root.folder(user.description)
        let names = try folder.names(limit: FolderScan.namesMax)
        var look = FolderLook(limit: limit, foldersDeepMax: foldersDeepMax)
        try look.visit(folder, prefix: [], names.names)
        look.scan.hasMore = look.scan.hasMore || names.more
        return look.scan
    }

    /// Removes a folder within a user's folder if it is empty; throws `SpoolError` if it cannot be removed for
    /// another reason than that something is in it again.
    package func removeEmptyFolder(_ entry: SpoolEntry, of user: UserName) throws {
        do {
            let parent = try root.folder(user.description).parent(of: entry.name)
            try parent.removeFolder(entry.name.leaf)
        } catch let error as SpoolError
            where [ENOTEMPTY, EEXIST, ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber)
        {
            // The next scan sees what it is now.
        }
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

/// One look at a user's folder, in the making.
private struct FolderLook {
    let limit: Int
    let foldersDeepMax: Int
    var scan = FolderScan(entries: [])

    /// Notes what is in the folder, then what is in its folders.
    mutating func visit(_ folder: borrowing Folder, prefix: [UInt8], _ names: [[UInt8]]) throws {
        let hasRoom = scan.entries.count + names.count <= limit
        let unfinished = hasRoom ? [] : names.filter { NameRule($0) != .ordinary }
        let ordinary = unfinished.isEmpty ? names : names.filter { NameRule($0) == .ordinary }
        var inner: [(name: [UInt8], names: [[UInt8]])] = []
        for name in ordinary + unfinished {
            guard scan.entries.count < limit else {
                scan.leftOut += 1
                continue
            }
            // A name that has vanished since is no entry.
            guard let status = try folder.status(name) else { continue }
            let isReadable = status.kind != .regular || folder.mayRead(name)
            var entry = SpoolEntry(
                name: DroppedName(bytes: prefix + name), status: status, isReadable: isReadable)
            if let names = try look(into: &entry, in: folder) { inner.append((name, names)) }
            scan.entries.append(entry)
        }
        for (name, names) in inner {
            guard let folder = try Self.open(name, in: folder) else { continue }
            try visit(folder, prefix: prefix + name + [UInt8(ascii: "/")], names)
        }
    }

    /// The names in a folder that is to be visited; its entry then says how many there are.
    private mutating func look(into entry: inout SpoolEntry, in folder: borrowing Folder) throws -> [[UInt8]]?
    {
        guard entry.kind == .folder, entry.name.folders.count < foldersDeepMax,
            NameRule(entry.name.leaf) == .ordinary
        else { return nil }
        let rest = FolderScan.namesMax - scan.entries.count
        do {
            guard let inner = try Self.open(entry.name.leaf, in: folder) else { return nil }
            let names = try inner.names(limit: max(1, rest))
            entry.size = Int64(names.names.count)
            scan.hasMore = scan.hasMore || names.more
            return names.names
        } catch let error as SpoolError where [EACCES, EPERM].contains(error.errorNumber) {
            entry.isReadable = false
            return nil
        }
    }

    /// Nil if it is gone or no folder any more.
    private static func open(_ name: [UInt8], in folder: borrowing Folder) throws -> Folder? {
        do {
            return try folder.folder(name)
        } catch let error as SpoolError where [ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber) {
            return nil
        }
    }
}

extension Folder {
    /// Asks the kernel, which knows of groups, access lists and capabilities what mode bits do not tell.
    fileprivate func mayRead(_ name: [UInt8]) -> Bool {
        withCString(name) { faccessat(number, $0, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) } == 0
    }
}
