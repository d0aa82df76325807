package import Glibc

/// Open file descriptor that is closed with its owner.
package struct FileDescriptor: ~Copyable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }
    deinit { close(number) }
}

/// Calls `body` with the bytes as a C string.
package func withCString<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
}

/// Writes all of it, also where the system takes it in pieces.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to number: Int32, failure: (Int32) -> FileSystemError)
    throws
{
    var rest = bytes
    while !rest.isEmpty {
        let count = write(number, rest.baseAddress, rest.count)
        if count >= 0 {
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        } else if errno != EINTR {
            throw failure(errno)
        }
    }
}

extension FileDescriptor {
    /// Lets the system begin to bring what was written to the disk, without waiting for it.
    ///
    /// Of several files that are flushed one after the other the first `fsync` then waits for all, and the
    /// others find their bytes, and with a journal their blocks, on the disk: the file system would else take
    /// up each one's bytes, and commit its journal, only when that file's turn comes.
    package static func beginWriting(_ number: Int32) { GlibcShims.beginWriting(number) }

    /// Reads until the buffer is full or the file ends, and returns the number of bytes.
    package borrowing func read(into buffer: inout [UInt8], failure: (Int32) -> FileSystemError) throws -> Int
    {
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(number, $0.baseAddress! + filled, $0.count - filled)
            }
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                throw failure(errno)
            }
        }
        return filled
    }
}

extension FileDescriptor {
    package borrowing func status(_ failure: (Int32) -> FileSystemError) throws -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw failure(errno) }
        return status
    }
}
