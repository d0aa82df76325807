import FileSystem
import Foundation
import Glibc

/// The lock that one daemon holds on a spool for as long as it lives; the kernel gives it back however it
/// dies.
final class DaemonLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `CommandFailure` if another daemon has it.
    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(
                .noPermission,
                "The lock '\(path)' cannot be opened (\(FileSystemError.words(errno))); run hashdrop as "
                    + "the account that owns the spool.")
        }
        guard Self.isTaken(descriptor) else {
            close(descriptor)
            throw CommandFailure(
                .unavailable,
                "Another hashdrop daemon serves this spool ('\(path)' is locked); stop it first, or use "
                    + "another spool.directory.")
        }
        // For the commands that have something to tell the daemon.
        let process = Array("\(getpid())\n".utf8)
        // Overwritten first and cut then: on a full disk the file's own block is still there to write to.
        guard pwrite(descriptor, process, process.count, 0) == process.count,
            ftruncate(descriptor, off_t(process.count)) == 0
        else {
            close(descriptor)
            throw CommandFailure(
                .temporary,
                "The lock '\(path)' cannot be written (\(FileSystemError.words(errno))); free some "
                    + "disk space.")
        }
    }

    /// Tries for a moment: a command that just looks holds the lock too, for an instant.
    private static func isTaken(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR else { return false }
            usleep(10_000)
        }
        return false
    }

    /// The process that holds the lock, as it wrote itself into it; nil if it has not yet.
    static func holder(path: String) throws -> pid_t? {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    deinit { close(descriptor) }

    /// Whether a daemon holds the lock; false if there has never been one.
    static func isHeld(path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        return false
    }
}
