package import Foundation
import Glibc

/// A file that appears under its name complete or not at all.
///
/// The bytes go through a buffer into a temporary file beside the target; `commit()` flushes them to the
/// disk, renames, and flushes the folder, so that neither a reader nor a power failure ever sees a part of
/// it. Without `commit()` the temporary file is removed at the end; one left by a killed process is replaced
/// by the next writer of the name. One name must have one writer at a time. Everything throws
/// `FileSystemError`; the old file then stays as it was.
package final class AtomicFile {
    /// How many bytes are collected before they are written: 64 KiB.
    package static let bufferBytesMax = 65_536

    private let folder: Directory
    private let name: String
    private let temporary: String
    private let file: FileDescriptor
    private var buffer: [UInt8] = []
    private var isCommitted = false

    /// Creates the temporary file, `.<name>.tmp`, beside `target`.
    ///
    /// - Parameter mode: what the file's permissions start from, narrowed by the process's umask; by default
    ///   the folder's group may read it, and others not.
    package convenience init(replacing target: URL, mode: mode_t = 0o640) throws {
        let name = target.lastPathComponent
        let folder = target.deletingLastPathComponent().path(percentEncoded: false)
        try self.init(
            replacing: name, in: Directory.open(path: folder, followingLink: true), mode: mode,
            temporaryName: AtomicFile.temporaryName(of: name))
    }

    /// The same in a folder that is held open.
    package convenience init(replacing name: String, in folder: borrowing Directory, mode: mode_t = 0o640)
        throws
    {
        try self.init(
            replacing: name, in: folder.reopened(), mode: mode,
            temporaryName: AtomicFile.temporaryName(of: name))
    }

    /// The name of a file's bytes until `commit()`; a kill leaves them under it.
    package static func temporaryName(of name: String) -> String { ".\(name).tmp" }

    /// Creates the temporary file in a folder that is held open.
    package init(
        replacing name: String, in folder: consuming Directory, mode: mode_t, temporaryName: String
    ) throws {
        // A leftover is removed, not reused: the new file is then ours, and no symbolic link is followed.
        try folder.removeFile(Array(temporaryName.utf8))
        file = try folder.create(Array(temporaryName.utf8), mode: mode)
        self.folder = folder
        self.name = name
        temporary = temporaryName
        buffer.reserveCapacity(Self.bufferBytesMax + 16_384)
    }

    deinit {
        if !isCommitted { unlinkat(folder.number, temporary, 0) }
    }

    /// Appends `bytes`.
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
    ///
    /// - Parameter synchronizingFolder: whether the name, too, is to be on the disk; otherwise the caller
    ///   flushes the folder later (`Directory.synchronizeIfPossible`), after several files.
    package func commit(synchronizingFolder: Bool = true) throws {
        try Self.commit([self])
        // Without this the rename itself may be lost with the power, although the bytes are on the disk.
        if synchronizingFolder { try folder.synchronizeIfPossible() }
    }

    /// Makes several files visible, in this order, when the bytes of all of them are on the disk, which is
    /// waited for once. The caller flushes their folders later. At an error none that follows is visible.
    package static func commit(_ files: [AtomicFile]) throws { try commit(groups: [files])[0].get() }

    /// The same with several groups of files, all of which are waited for together.
    ///
    /// - Returns: what became of each group, in their order. One that fails holds up no other.
    package static func commit(groups: [[AtomicFile]]) -> [Result<Void, any Error>] {
        let begun: [Result<Void, any Error>] = groups.map { files in
            Result { for file in files { try file.beginCommit() } }
        }
        let flushed = DiskFlush.together(groups.map { files in files.map { $0.file.number } })
        return groups.indices.map { place in
            begun[place].flatMap {
                Result {
                    for (file, failure) in zip(groups[place], flushed[place]) where failure != 0 {
                        throw file.folder.error("write", failure, file.name)
                    }
                    for file in groups[place] { try file.takeName() }
                }
            }
        }
    }

    private func takeName() throws {
        try folder.rename(temporary, to: name)
        isCommitted = true
    }

    /// Ends the writing before the commit, and begins to bring the bytes to the disk, so that a commit of
    /// several files waits for less.
    package func beginCommit() throws {
        try flush()
        buffer = []
        FileDescriptor.beginWriting(file.number)
    }

    private func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            try writeAll(bytes, to: file.number) { folder.error("write", $0, name) }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
