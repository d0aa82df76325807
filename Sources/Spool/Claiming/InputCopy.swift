import Cryptography
import FileSystem
import Glibc
import Model

/// A dropped file's bytes, copied once; their digest was computed on the way.
struct InputCopy {
    var bytes: Int64
    var sha256: FileHash
    /// The file did not change while it was read.
    var isStable: Bool

    /// Reads a file to its end, without a copy.
    static func read(
        _ source: consuming FileDescriptor, failure: @escaping (Int32) -> FileSystemError
    ) throws -> InputCopy {
        let copying = InputCopying(from: source, to: nil, failure: failure)
        while try !copying.advance(bytesMax: .max) {}
        return try copying.end()
    }
}

/// Copy of a file in the making, a step at a time.
final class InputCopying {
    private let source: FileDescriptor
    /// Held open by `target`.
    private let targetNumber: Int32?
    private let target: FileDescriptor?
    private let failure: (Int32) -> FileSystemError
    private var before: Fingerprint?
    private var digest = MessageDigest(.sha256)
    private(set) var copied: Int64 = 0
    private var hasEnded = false
    private var buffer = [UInt8](repeating: 0, count: chunkBytes)

    private static let chunkBytes = 256 * 1_024

    /// - Parameter target: where the bytes go; nil if they are only read. Any content is overwritten.
    init(
        from source: consuming FileDescriptor, to target: consuming FileDescriptor?,
        failure: @escaping (Int32) -> FileSystemError
    ) {
        self.source = source
        switch consume target {
        case .some(let descriptor):
            targetNumber = descriptor.number
            self.target = consume descriptor
        case .none:
            targetNumber = nil
            self.target = nil
        }
        self.failure = failure
    }

    /// Copies on from where it is: from the file's beginning to the size that it has then, at most.
    ///
    /// - Returns: whether all of it is copied.
    func advance(bytesMax: Int64) throws -> Bool {
        let before = try before ?? begin()
        let stop = bytesMax > before.size - copied ? before.size + 1 : copied + bytesMax
        while !hasEnded, copied < stop {
            let count = try source.read(into: &buffer, failure: failure)
            hasEnded = count < buffer.count
            copied += Int64(count)
            try buffer.withUnsafeBytes { all in
                let chunk = UnsafeRawBufferPointer(rebasing: all[..<count])
                digest.update(chunk)
                if let number = targetNumber { try writeAll(chunk, to: number, failure: failure) }
            }
        }
        if hasEnded || copied > before.size { return true }
        // What comes last is then not the whole file's way to the disk.
        if let number = targetNumber, fdatasync(number) != 0 { throw failure(errno) }
        return false
    }

    private func begin() throws -> Fingerprint {
        guard lseek(source.number, 0, SEEK_SET) == 0 else { throw failure(errno) }
        if let number = targetNumber, lseek(number, 0, SEEK_SET) != 0 { throw failure(errno) }
        digest = MessageDigest(.sha256)
        copied = 0
        hasEnded = false
        let before = try source.fingerprint(failure)
        self.before = before
        return before
    }

    /// What has been copied, once all of it is; `flush` brings it to the disk. The file's size, times and end
    /// are compared before and after: a difference makes the copy unstable, and `advance` starts over.
    func end() throws -> InputCopy {
        if let number = targetNumber {
            // Only now, because the disk space beyond was reserved for this copy.
            guard ftruncate(number, off_t(copied)) == 0 else { throw failure(errno) }
            FileDescriptor.beginWriting(number)
        }
        let isStable = try copied == before?.size && source.fingerprint(failure) == before
        before = nil
        guard let sha256 = FileHash(bytes: digest.finalize()) else {
            preconditionFailure("a SHA-256 digest has 32 bytes")
        }
        return InputCopy(bytes: copied, sha256: sha256, isStable: isStable)
    }

    /// Brings the copy to the disk.
    func flush() throws {
        if let number = targetNumber, fsync(number) != 0 { throw failure(errno) }
    }
}
