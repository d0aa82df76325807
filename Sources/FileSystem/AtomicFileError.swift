import Foundation

/// Why a file could not be written: the step, the path and the system's reason.
///
/// The old file, if there was one, is untouched, and no half-written one is left behind.
package struct AtomicFileError: Error, Hashable, CustomStringConvertible {
    /// The step that failed.
    package enum Step: String, Sendable {
        case create
        case write
        case flush
        case rename
        case flushFolder = "flush the folder of"
    }

    package var step: Step
    package var path: String
    /// The C error number of the step.
    package var code: Int32

    package init(step: Step, path: String, code: Int32) {
        self.step = step
        self.path = path
        self.code = code
    }

    /// Whether the same attempt may succeed later without anybody changing a permission or a path.
    package var isRetryable: Bool {
        [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN].contains(code)
    }

    /// What failed, why, and what the operator should do about it.
    package var description: String {
        "cannot \(step.rawValue) \(path): \(String(cString: strerror(code))) (errno \(code)). \(advice)"
    }

    private var advice: String {
        switch code {
        case ENOSPC, EDQUOT: "Free some space on that file system; the report is written again by itself."
        case EACCES, EPERM, EROFS: "Let the daemon's account write into that folder."
        case ENOENT, ENOTDIR: "The report's folder is gone; it must exist while its job does."
        default: "It is tried again at the next update of the report."
        }
    }
}
