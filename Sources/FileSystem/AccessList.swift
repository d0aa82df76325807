package import Glibc

/// POSIX access list of a file or a folder, as far as its owning group is concerned.
///
/// Where there is one, the group's bits of the mode are the list's mask: the most that any named account or
/// group may have, and not what the owning group may.
///
/// Sources: acl(5); the kernel's `include/uapi/linux/posix_acl_xattr.h`.
package struct AccessList: Hashable, Sendable {
    /// What the owning group may, as in a mode: 4 read, 2 write, 1 execute.
    package let owningGroup: mode_t

    /// Nil if the bytes are no access list.
    package init?(attribute: [UInt8]) {
        func number(_ offset: Int, _ count: Int) -> UInt32 {
            attribute[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        guard attribute.count >= 4, number(0, 4) == 2, (attribute.count - 4) % 8 == 0 else { return nil }
        var (group, mask): (mode_t?, mode_t) = (nil, 7)
        for offset in stride(from: 4, to: attribute.count, by: 8) {
            let rights = mode_t(number(offset + 2, 2)) & 7
            switch number(offset, 2) {
            case 0x04: group = rights
            case 0x10: mask = rights
            default: break
            }
        }
        guard let group else { return nil }
        owningGroup = group & mask
    }
}

extension Directory {
    /// The access list of a name in the folder; nil if it has none, or the file system knows of none.
    ///
    /// Throws `FileSystemError` if it cannot be read.
    package func accessList(of name: [UInt8]) throws -> AccessList? {
        let path = Array("/proc/self/fd/\(number)/".utf8) + name
        return try accessList(name) { GlibcShims.attribute(Self.attribute, atPath: path, into: $0) }
    }

    /// The folder's own access list.
    package func accessList() throws -> AccessList? {
        try accessList([]) { GlibcShims.attribute(Self.attribute, of: number, into: $0) }
    }

    /// Whether new files in the folder get an access list.
    var hasDefaultAccessList: Bool {
        GlibcShims.attribute(
            "system.posix_acl_default", of: number, into: UnsafeMutableRawBufferPointer(start: nil, count: 0)
        ) > 0
    }

    private static let attribute = "system.posix_acl_access"

    private func accessList(
        _ name: [UInt8], read: (UnsafeMutableRawBufferPointer) -> Int
    ) throws -> AccessList? {
        // Without room the call tells the length; nearly all files have none.
        var count = read(UnsafeMutableRawBufferPointer(start: nil, count: 0))
        var buffer = [UInt8](repeating: 0, count: max(0, count))
        if count > 0 { count = buffer.withUnsafeMutableBytes(read) }
        guard count >= 0 else {
            if [ENODATA, EOPNOTSUPP, ENOENT].contains(errno) { return nil }
            throw error("read the access list of", errno, name)
        }
        return AccessList(attribute: Array(buffer.prefix(count)))
    }
}
