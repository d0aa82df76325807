import FileSystem
import Glibc
import Model

extension Directory {
    /// The folder in which an entry of this name lies, which is this one unless the name has slashes.
    ///
    /// Step by step, so that a link in the place of any folder on the way is an error (`ELOOP` or `ENOTDIR`).
    func parent(of name: DroppedName) throws -> Directory {
        var folder = try reopened()
        for part in name.folders { folder = try folder.folder(part) }
        return folder
    }
}

extension FileDescriptor {
    /// What tells whether the file has changed since.
    borrowing func fingerprint(_ failure: (Int32) -> FileSystemError) throws -> Fingerprint {
        SpoolEntry(name: DroppedName(""), status: try status(failure)).fingerprint
    }
}
