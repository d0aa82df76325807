import Glibc

/// Calls and constants that the Glibc module does not show because it is compiled without `_GNU_SOURCE`.
package enum GlibcShims {
    /// `fcntl` command, `<linux/fcntl.h>`.
    package static let setLease: Int32 = 1_024
    /// Rename only if the new name is free, `<linux/fs.h>`.
    private static let renameNoReplace: UInt32 = 1

    private typealias Rename =
        @convention(c) (
            Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
        ) -> Int32

    // glibc has it since 2.28; it is looked up by name because its declaration is hidden.
    private static let rename = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: Rename.self) }

    /// `renameat2` with `RENAME_NOREPLACE`: 0 or an errno, EINVAL where the file system cannot do it.
    package static func renameWithoutReplacing(
        _ from: Int32, _ name: [UInt8], to: Int32, _ newName: [UInt8]
    ) -> Int32 {
        guard let rename else { return EINVAL }
        let result = withCString(name) { old in
            withCString(newName) { rename(from, old, to, $0, renameNoReplace) }
        }
        return result == 0 ? 0 : errno
    }

    /// Begin to write what is not written yet, and do not wait, `<linux/fs.h>`.
    private static let rangeWrite: UInt32 = 2

    private typealias SynchronizeRange = @convention(c) (Int32, Int64, Int64, UInt32) -> Int32
    private static let synchronizeRange = dlsym(nil, "sync_file_range")
        .map { unsafeBitCast($0, to: SynchronizeRange.self) }

    /// `sync_file_range` of all of a file. A hint: what becomes of the bytes, `fsync` says.
    static func beginWriting(_ number: Int32) { _ = synchronizeRange?(number, 0, 0, rangeWrite) }

    private typealias ReadLinksAttribute =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int
        ) -> Int
    private typealias ReadAttribute =
        @convention(c) (Int32, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int

    private static let lgetxattr = dlsym(nil, "lgetxattr")
        .map { unsafeBitCast($0, to: ReadLinksAttribute.self) }
    private static let fgetxattr = dlsym(nil, "fgetxattr").map { unsafeBitCast($0, to: ReadAttribute.self) }

    /// `lgetxattr(2)`: the attribute's length, or -1 and `errno`.
    static func attribute(
        _ name: String, atPath path: [UInt8], into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let lgetxattr else { return unsupported() }
        return withCString(path) { lgetxattr($0, name, buffer.baseAddress, buffer.count) }
    }

    /// `fgetxattr(2)`, likewise.
    static func attribute(_ name: String, of number: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int
    {
        guard let fgetxattr else { return unsupported() }
        return fgetxattr(number, name, buffer.baseAddress, buffer.count)
    }

    private static func unsupported() -> Int {
        errno = EOPNOTSUPP
        return -1
    }
}
