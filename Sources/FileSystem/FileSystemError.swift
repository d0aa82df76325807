import Foundation
import Glibc
import Support

/// Error of a system call on a file or folder: which call, why, where, and what the operator should do.
package struct FileSystemError: Error, Hashable, CustomStringConvertible {
    /// What was tried, as a verb phrase: `open the folder`.
    package let action: String
    /// The errno.
    package let errorNumber: Int32
    /// The path, relative to the spool for what lies in it.
    package let path: String

    package init(_ action: String, _ errorNumber: Int32, path: String) {
        self.action = action
        self.errorNumber = errorNumber
        self.path = path
    }

    /// The disk is full, a quota is used up, or the file system is read-only: pause and try again, nothing is
    /// lost.
    package var isDiskFull: Bool { [ENOSPC, EDQUOT, EROFS].contains(errorNumber) }

    /// Whether the same call may succeed later without a change of the configuration.
    package var isRetryable: Bool {
        isDiskFull || [EIO, ENOMEM, EMFILE, ENFILE, EAGAIN, EINTR].contains(errorNumber)
    }

    /// What happened, in one sentence that names the path.
    package var description: String {
        "cannot \(action) \(path.showingControls): \(Self.words(errorNumber)). \(advice)"
    }

    /// The same without the path, for users, to whom the daemon's own folders mean nothing.
    package var summary: String { "\(Self.words(errorNumber)). \(advice)" }

    /// What the operator should do.
    package var advice: String {
        switch errorNumber {
        case ENOSPC, EDQUOT: "Free some disk space; hashdrop goes on by itself."
        case EROFS: "Remount the file system for writing; hashdrop goes on by itself."
        case EACCES, EPERM:
            "Give hashdrop's account read, write and search permission on the folder, and no sticky bit."
        case EXDEV:
            "Put every user's folder on the same file system as the spool folder, where .hashdrop lies."
        case ENOENT: "Create the folder, or correct the setting that names it."
        case ENOTDIR:
            "Something else than a folder is there, such as a link: remove it, and look who may write there."
        case ELOOP: "Replace the symbolic link by a folder; links in the spool are not followed."
        case EEXIST: "Choose another name, or wait until the file there was picked up."
        case EINVAL: "Use a name of 1 to 255 bytes without '/'."
        case EFBIG: "Split the file."
        case EMFILE, ENFILE: "Raise the limit of open files (LimitNOFILE)."
        default: "See the system's log."
        }
    }

    /// The system's own words for an errno.
    package static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}
