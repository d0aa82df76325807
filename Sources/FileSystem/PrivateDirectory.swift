package import Foundation
import Glibc

/// A folder for its owner and its group: what is in it concerns one user.
package enum PrivateDirectory {
    /// Reading for the group, which the README's set-up makes the user's own; nothing for others.
    package static let mode: mode_t = 0o750

    /// Makes the folder, and those above it that are missing; one that is there stays as it is.
    ///
    /// By mkdir(2), whose mode leaves the set-group-id bit that the folder takes from the one above; setting
    /// permissions afterwards would clear it.
    ///
    /// - Throws: `FileSystemError`.
    package static func make(at folder: URL) throws {
        let path = folder.path(percentEncoded: false)
        if try attempt(path) { return }
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        guard try attempt(path) else {
            throw FileSystemError("create the folder", ENOENT, path: path)
        }
    }

    /// - Returns: whether it is there now; false if the folder above is missing.
    private static func attempt(_ path: String) throws -> Bool {
        if mkdir(path, mode) == 0 { return true }
        let code = errno
        var facts = stat()
        if code == EEXIST, stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { return true }
        if code == ENOENT { return false }
        throw FileSystemError("create the folder", code, path: path)
    }
}
