import FileSystem
import Glibc
package import Model

/// The spool folder, held open for the life of the daemon; everything in it is reached from here.
package final class SpoolFolder: Sendable {
    /// As given by the settings.
    package let path: String
    let root: Directory

    /// User folders looked at, at most; more make `users()` throw.
    package static let usersMax = 100_000
    /// Names beside them, hashdrop's own among them; so do more of these and folders together.
    private static let otherNamesMax = 1_000

    /// Opens the spool folder; throws `FileSystemError`.
    package init(path: String) throws {
        self.path = path
        // The operator may have made the root itself a link; what lies in it may not be one.
        root = try Directory.open(path: path, followingLink: true)
    }

    /// The user folders, and the names in the spool that cannot be one and are not hashdrop's own, so that
    /// nothing there is ignored in silence. Throws `FileSystemError`.
    package func users() throws -> (users: [UserName], others: [DroppedName]) {
        let (names, more) = try root.names(limit: Self.usersMax + Self.otherNamesMax)
        let tooMany = FileSystemError("list the user folders of", E2BIG, path: path)
        guard !more else { throw tooMany }
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
        guard users.count <= Self.usersMax else { throw tooMany }
        return (users, others)
    }

    /// What stands under the spool folder's path now: it may have been moved away, replaced, or hidden by a
    /// mount.
    package enum Standing: Hashable, Sendable {
        case inPlace
        /// Nothing, or a folder that is no spool, such as a bare mount point: it may come back.
        case gone
        /// Another spool folder, with a private folder of its own.
        case replaced
    }

    package var standing: Standing {
        var atPath = stat()
        var held = stat()
        guard stat(path, &atPath) == 0, fstat(root.number, &held) == 0 else { return .gone }
        if FileIdentity(atPath) == FileIdentity(held) { return .inPlace }
        return Self.isSpool(path) ? .replaced : .gone
    }

    /// Whether the folder holds a daemon's private folder, which also tells a mounted disk from its mount
    /// point.
    package static func isSpool(_ path: String) -> Bool {
        var status = stat()
        return lstat(path + "/" + ClaimStore.privateFolderName, &status) == 0 && status.kind == .folder
    }

    /// Looks at a user's folder once, and at the folders in it down to `foldersDeepMax` of them within each
    /// other (default 4): at most `limit` entries, default 1,000. Throws `FileSystemError` if the user's own
    /// folder cannot be read.
    ///
    /// If there are more, names that say "not yet" are left out before others, and later names before earlier
    /// ones, so that repeated scans see the same entries.
    ///
    /// In all, at most `namesMax` names are read (default 100,000), so that time and memory are bounded
    /// whatever the folders hold.
    package func scan(
        _ user: UserName, limit: Int = 1_000, foldersDeepMax: Int = 4, namesMax: Int = FolderScan.namesMax
    ) throws -> FolderScan {
        let folder = try root.folder(user.description)
        let access = FolderAccess(
            try folder.descriptor.status { folder.error("look at", $0, "") },
            accessList: try folder.accessList())
        var look = DirectoryScan(
            limit: limit, foldersDeepMax: foldersDeepMax, access: access, namesLeft: namesMax)
        try look.visit(folder, prefix: [])
        return look.scan
    }

    /// Whether nothing stands in this folder of the spool; true if it is gone by now. Throws
    /// `FileSystemError`.
    package func isFolderEmpty(_ user: UserName) throws -> Bool {
        do {
            return try root.folder(user.description).names(limit: 1).names.isEmpty
        } catch let error as FileSystemError where [ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber) {
            return true
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            // It cannot be told.
            return false
        }
    }

    /// Removes a folder within a user's folder if it is empty, or holds nothing but litter; throws
    /// `FileSystemError` if it cannot be removed for another reason than that something is in it again.
    package func removeEmptyFolder(_ entry: SpoolEntry, of user: UserName) throws {
        do {
            let parent = try root.folder(user.description).parent(of: entry.name)
            let folder = try parent.folder(entry.name.leaf)
            for litter in try folder.litter() ?? [] { try folder.removeFile(litter) }
            try parent.removeFolder(entry.name.leaf)
        } catch let error as FileSystemError
            where [ENOTEMPTY, EEXIST, ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber)
        {
            // The next scan sees what it is now.
        }
    }
}

/// What one look at a user's folder saw.
package struct FolderScan: Hashable, Sendable {
    /// So many names are read at most, those in inner folders among them.
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
private struct DirectoryScan {
    let limit: Int
    let foldersDeepMax: Int
    let access: FolderAccess
    /// So many names may still be read.
    var namesLeft: Int
    var scan = FolderScan(entries: [])

    /// Notes what is in the folder, then what is in its folders.
    mutating func visit(_ folder: borrowing Directory, prefix: [UInt8]) throws {
        let (names, more) = try folder.names(limit: namesLeft)
        namesLeft -= names.count
        scan.hasMore = scan.hasMore || more
        var inner: [[UInt8]] = []
        for name in ordered(names) {
            guard scan.entries.count < limit else {
                scan.leftOut += 1
                continue
            }
            // A name that has vanished since is no entry.
            guard let status = try folder.status(name) else { continue }
            // Litter beside lists is not told of one by one.
            if !prefix.isEmpty, NameRule(name) == .litter { continue }
            let isReadable = status.kind != .regular || folder.mayRead(name)
            let accessList = access.asksGroup(status) ? try folder.accessList(of: name) : nil
            let isForeign =
                [.regular, .folder].contains(status.kind)
                && !access.mayRead(status, accessList: accessList)
            var entry = SpoolEntry(
                name: DroppedName(bytes: prefix + name), status: status, isReadable: isReadable,
                isForeign: isForeign)
            if try look(into: &entry, in: folder) { inner.append(name) }
            scan.entries.append(entry)
        }
        for name in inner {
            guard namesLeft > 0 else {
                scan.hasMore = true
                return
            }
            do {
                guard let folder = try Self.open(name, in: folder) else { continue }
                try visit(folder, prefix: prefix + name + [UInt8(ascii: "/")])
            } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
                // Closed since it was looked into; the next scan says so.
            }
        }
    }

    /// Names that say "not yet" come last where there is no room for all.
    private func ordered(_ names: [[UInt8]]) -> [[UInt8]] {
        if scan.entries.count + names.count <= limit { return names }
        var (first, last): ([[UInt8]], [[UInt8]]) = ([], [])
        for name in names { if NameRule(name) == .ordinary { first.append(name) } else { last.append(name) } }
        return first + last
    }

    /// Whether the entry is a folder that is to be visited, with names in it; its size then says so.
    private func look(into entry: inout SpoolEntry, in folder: borrowing Directory) throws -> Bool {
        guard entry.kind == .folder, !entry.isForeign, entry.name.folders.count < foldersDeepMax,
            NameRule(entry.name.leaf) == .ordinary
        else { return false }
        do {
            guard let inner = try Self.open(entry.name.leaf, in: folder) else { return false }
            // Its names are not kept until its turn comes, or many folders would take much memory.
            entry.size = try inner.names(limit: 0).more && inner.litter() == nil ? 1 : 0
            return entry.size > 0
        } catch let error as FileSystemError where [EACCES, EPERM].contains(error.errorNumber) {
            entry.isReadable = false
            return false
        }
    }

    /// Nil if it is gone or no folder any more.
    private static func open(_ name: [UInt8], in folder: borrowing Directory) throws -> Directory? {
        do {
            return try folder.folder(name)
        } catch let error as FileSystemError where [ENOENT, ENOTDIR, ELOOP].contains(error.errorNumber) {
            return nil
        }
    }
}

extension Directory {
    /// A folder with more names is not looked through: it holds more than litter.
    private static let litterMax = 16

    /// The names in the folder if all of them are litter of an operating system; nil if one is not.
    fileprivate func litter() throws -> [[UInt8]]? {
        let (names, more) = try names(limit: Self.litterMax)
        return !more && names.allSatisfy { NameRule($0) == .litter } ? names : nil
    }

    /// Asks the kernel, which knows of groups, access lists and capabilities what mode bits do not tell.
    fileprivate func mayRead(_ name: [UInt8]) -> Bool {
        withCString(name) { faccessat(number, $0, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) } == 0
    }
}
