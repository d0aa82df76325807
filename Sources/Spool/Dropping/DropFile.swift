import FileSystem
import Glibc
package import Model

/// Safe drop of a file: written under a name that says "unfinished", then renamed.
package enum DropFile {
    /// Copies what `source` still holds into `folder` as `name`, which must be free. The generator draws the
    /// temporary name.
    ///
    /// `NameRule` says whether the daemon will take a file of this name. Throws `FileSystemError`: `EINVAL`
    /// if the name cannot be a file's, `EEXIST` if there is such a file, `EFBIG` above `bytesMax` (default 64
    /// MiB), and whatever the file system says. In every case nothing is left in the folder.
    package static func drop(
        contentsOf source: Int32, as name: DroppedName, into folder: String, bytesMax: Int64 = 64 << 20,
        using generator: inout some RandomNumberGenerator
    ) throws {
        guard (1...255).contains(name.bytes.count), !name.bytes.contains(0),
            !name.bytes.contains(UInt8(ascii: "/"))
        else { throw FileSystemError("drop", EINVAL, path: name.display) }
        let folder = try Directory.open(path: folder, followingLink: true)
        let temporary = temporaryName(for: name, using: &generator)
        do {
            try write(temporary, from: source, bytesMax, as: name, in: folder)
            try publish(temporary, as: name, in: folder)
        } catch {
            try folder.removeFile(temporary)
            throw error
        }
        try folder.synchronize()
    }

    /// `.<name>.<random>.hashdrop.part`; a long name is cut, because 255 bytes are the limit.
    static func temporaryName(
        for name: DroppedName, using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        let random = String(generator.next() as UInt64, radix: 36)
        return Array(".".utf8) + name.bytes.prefix(200) + Array(".\(random)\(ending)".utf8)
    }

    private static let ending = ".hashdrop.part"

    /// Whether a file of this name is one that is being dropped.
    package static func isTemporary(_ name: DroppedName) -> Bool {
        name.leaf.first == UInt8(ascii: ".") && name.leaf.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }

    /// Writes the temporary file and closes it: a file that is still open for writing when it gets its name
    /// would be taken for unfinished, and wait for the quiet period.
    private static func write(
        _ temporary: [UInt8], from source: Int32, _ bytesMax: Int64, as name: DroppedName,
        in folder: borrowing Directory
    ) throws {
        let file = try folder.create(temporary, mode: 0o600)
        try fill(file, from: source, bytesMax) { folder.error("write", $0, name.bytes) }
        try makeReadable(file, in: folder, name)
    }

    private static func fill(
        _ file: borrowing FileDescriptor, from source: Int32, _ bytesMax: Int64,
        failure: (Int32) -> FileSystemError
    ) throws {
        var buffer = [UInt8](repeating: 0, count: 256 * 1_024)
        var written: Int64 = 0
        while true {
            let count = read(source, &buffer, buffer.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw failure(errno)
            }
            written += Int64(count)
            guard written <= bytesMax else { throw failure(EFBIG) }
            try buffer.withUnsafeBytes {
                try writeAll(
                    UnsafeRawBufferPointer(rebasing: $0[..<count]), to: file.number, failure: failure)
            }
        }
        guard fsync(file.number) == 0 else { throw failure(errno) }
    }

    /// The daemon's account must be able to read the file, whatever the user's umask is: by the folder's
    /// group if new files inherit it, else by all.
    private static func makeReadable(
        _ file: borrowing FileDescriptor, in folder: borrowing Directory, _ name: DroppedName
    ) throws {
        let status = try folder.descriptor.status { FileSystemError("look at", $0, path: "") }
        let mode: mode_t = status.st_mode & S_ISGID != 0 ? 0o640 : 0o644
        guard fchmod(file.number, mode) == 0 else { throw folder.error("set the mode of", errno, name.bytes) }
    }

    /// Gives the file its name without replacing another.
    private static func publish(
        _ temporary: [UInt8], as name: DroppedName, in folder: borrowing Directory
    ) throws {
        let number = folder.number
        let failure = GlibcShims.renameWithoutReplacing(number, temporary, to: number, name.bytes)
        guard failure != 0 else { return }
        // Where the file system knows only the rename that replaces, a link does not replace.
        guard failure == EINVAL || failure == ENOSYS else { throw folder.error("drop", failure, name.bytes) }
        let linked = withCString(temporary) { old in
            withCString(name.bytes) { linkat(number, old, number, $0, 0) }
        }
        guard linked == 0 else { throw folder.error("drop", errno, name.bytes) }
        try folder.removeFile(temporary)
    }
}
