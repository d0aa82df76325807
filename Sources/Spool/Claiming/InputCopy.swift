import Cryptography
import FileSystem
import Glibc
import Model

/// Copies a dropped file's bytes once, computing their digest on the way.
struct InputCopy {
    var bytes: Int64
    var sha256: FileHash
    /// The file did not change while it was read.
    var isStable: Bool

    private static let chunkBytes = 256 * 1_024

    /// Reads `source` from its beginning to the size it has now, at most, writing to `target` if there is
    /// one.
    ///
    /// The file's size, times and end are compared before and after: a difference makes the copy unstable.
    static func make(
        from source: borrowing FileDescriptor, to target: Int32?, failure: (Int32) -> FileSystemError
    ) throws -> InputCopy {
        let before = try source.fingerprint(failure)
        guard lseek(source.number, 0, SEEK_SET) == 0 else { throw failure(errno) }
        if let target, lseek(target, 0, SEEK_SET) != 0 { throw failure(errno) }
        let digest = MessageDigest(.sha256)
        var buffer = [UInt8](repeating: 0, count: chunkBytes)
        var copied: Int64 = 0
        var hasEnded = false
        while !hasEnded, copied <= before.size {
            let count = try source.read(into: &buffer, failure: failure)
            hasEnded = count < buffer.count
            copied += Int64(count)
            try buffer.withUnsafeBytes { all in
                let chunk = UnsafeRawBufferPointer(rebasing: all[..<count])
                digest.update(chunk)
                if let target { try writeAll(chunk, to: target, failure: failure) }
            }
        }
        // Only now, because the disk space beyond was reserved for this copy.
        if let target, ftruncate(target, off_t(copied)) != 0 { throw failure(errno) }
        let isStable = try copied == before.size && source.fingerprint(failure) == before
        guard let sha256 = FileHash(bytes: digest.finalize()) else {
            preconditionFailure("a SHA-256 digest has 32 bytes")
        }
        return InputCopy(bytes: copied, sha256: sha256, isStable: isStable)
    }
}
