import Glibc
package import Model

/// One directory entry of a user's folder, as the kernel described it at one moment.
package struct SpoolEntry: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        case regular
        case folder
        case symbolicLink
        case pipe
        case socket
        case device
    }

    /// Of what lies in a folder within the user's folder, the path from the user's folder on: `batch/a.txt`.
    package var name: DroppedName
    package var kind: Kind
    package var identity: FileIdentity
    /// Bytes; of a folder that is looked into, 0 if it is empty and 1 if it is not.
    package var size: Int64
    /// Nanoseconds since 1970; used only to see that something changed, never as an age.
    package var modifiedNanoseconds: Int64
    /// Nanoseconds since 1970 of the last change of content, mode, owner or number of links.
    package var changedNanoseconds: Int64
    package var linkCount: Int
    /// The permission bits, for example `0o640`.
    package var mode: UInt32
    package var ownerID: UInt32
    /// Whether this process may read the file; true for what is not a regular file.
    package var isReadable: Bool
    /// Whether the owner and the group of the user's folder may not read it: `FolderAccess`.
    package var isForeign: Bool

    package init(
        name: DroppedName, kind: Kind = .regular, identity: FileIdentity, size: Int64,
        modifiedNanoseconds: Int64 = 0, changedNanoseconds: Int64 = 0, linkCount: Int = 1,
        mode: UInt32 = 0o644, ownerID: UInt32 = 0, isReadable: Bool = true,
        isForeign: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.identity = identity
        self.size = size
        self.modifiedNanoseconds = modifiedNanoseconds
        self.changedNanoseconds = changedNanoseconds
        self.linkCount = linkCount
        self.mode = mode
        self.ownerID = ownerID
        self.isReadable = isReadable
        self.isForeign = isForeign
    }

    init(name: DroppedName, status: stat, isReadable: Bool = true, isForeign: Bool = false) {
        self.init(
            name: name, kind: status.kind, identity: FileIdentity(status), size: Int64(status.st_size),
            modifiedNanoseconds: status.st_mtim.nanoseconds,
            changedNanoseconds: status.st_ctim.nanoseconds, linkCount: Int(status.st_nlink),
            mode: status.st_mode & 0o7777, ownerID: status.st_uid, isReadable: isReadable,
            isForeign: isForeign)
    }

    /// Equal as long as the file was not written to, replaced or touched.
    var fingerprint: Fingerprint {
        Fingerprint(
            identity: identity, size: size, modifiedNanoseconds: modifiedNanoseconds,
            changedNanoseconds: changedNanoseconds)
    }
}

extension DroppedName {
    /// The names of the folders on the way to the entry; no name in a folder has a slash.
    var folders: [[UInt8]] { Array(parts.dropLast()) }
    /// The entry's own name.
    var leaf: [UInt8] { parts.last ?? [] }

    private var parts: [[UInt8]] {
        bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
    }
}

/// Which file it is, whatever its name: device and inode numbers.
package struct FileIdentity: Hashable, Sendable, Codable {
    package var device: UInt64
    package var inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    init(_ status: stat) {
        self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}

/// What changes when a file changes.
struct Fingerprint: Hashable {
    var identity: FileIdentity
    var size: Int64
    var modifiedNanoseconds: Int64
    var changedNanoseconds: Int64
}

extension stat {
    var kind: SpoolEntry.Kind {
        switch st_mode & S_IFMT {
        case S_IFREG: .regular
        case S_IFDIR: .folder
        case S_IFLNK: .symbolicLink
        case S_IFIFO: .pipe
        case S_IFSOCK: .socket
        default: .device
        }
    }
}

extension timespec {
    fileprivate var nanoseconds: Int64 { Int64(tv_sec) &* 1_000_000_000 &+ Int64(tv_nsec) }
}
