package import Foundation

/// A file that appears under its name complete or not at all.
///
/// The bytes go through a buffer into `.<name>.tmp` beside the target; `commit()` flushes them to the disk,
/// renames, and flushes the folder, so that neither a reader nor a power failure ever sees a part of it.
/// Whatever ends without `commit()` removes the temporary file; one left by a killed process is replaced by
/// the next writer of the name. One name must have one writer at a time.
package final class AtomicFile {
    /// How many bytes are collected before they are written: 64 KiB.
    package static let bufferBytesMax = 65_536

    private let target: String
    private let temporary: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isCommitted = false

    /// Creates the temporary file beside `target`.
    ///
    /// `mode` is what the file's permissions start from, narrowed by the process's umask; by default
    /// the folder's group may read it, and others not. Throws an `AtomicFileError`.
    package init(replacing target: URL, mode: UInt32 = 0o640) throws {
        let path = target.path(percentEncoded: false)
        let folder = target.deletingLastPathComponent().path(percentEncoded: false)
        let name = ".\(target.lastPathComponent).tmp"
        self.target = path
        temporary = folder.hasSuffix("/") ? folder + name : folder + "/" + name
        // A leftover is removed, not reused: O_EXCL then proves that the file is ours and no symbolic link.
        unlink(temporary)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw AtomicFileError(step: .create, path: path, code: errno)
        }
        buffer.reserveCapacity(Self.bufferBytesMax + 16_384)
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporary) }
    }

    /// Appends `bytes`. Throws an `AtomicFileError` when a full buffer cannot be written.
    package func append(_ bytes: some Sequence<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferBytesMax { try flush() }
    }

    /// Appends what `body` adds to the buffer, without a copy between.
    package func append(with body: (inout [UInt8]) -> Void) throws {
        body(&buffer)
        if buffer.count >= Self.bufferBytesMax { try flush() }
    }

    /// Makes the file visible under its name. Nothing can be appended afterwards.
    package func commit() throws {
        try flush()
        guard fsync(descriptor) == 0 else { throw failure(.flush) }
        guard rename(temporary, target) == 0 else { throw failure(.rename) }
        isCommitted = true
        try flushFolder()
    }

    // Without this the rename itself may be lost with the power, although the bytes are on the disk.
    private func flushFolder() throws {
        let folder = URL(filePath: target).deletingLastPathComponent().path(percentEncoded: false)
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw failure(.flushFolder) }
        defer { close(folderDescriptor) }
        // Some network file systems cannot flush a folder (EINVAL); there is nothing more to be done on them.
        guard fsync(folderDescriptor) == 0 || errno == EINVAL else { throw failure(.flushFolder) }
    }

    // A write may be cut short by a signal or a filling disk: go on until all is out or the system says no.
    private func flush() throws {
        try buffer.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                let written = Foundation.write(descriptor, raw.baseAddress! + done, raw.count - done)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw failure(.write) }
                done += written
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ step: AtomicFileError.Step) -> AtomicFileError {
        AtomicFileError(step: step, path: target, code: errno)
    }
}
