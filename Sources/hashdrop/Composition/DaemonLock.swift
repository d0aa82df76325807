import FileSystem
import Foundation
import Glibc

/// The lock that one daemon holds on a spool for as long as it lives; the kernel gives it back however it
/// dies.
final class DaemonLock: Sendable {
    private let descriptor: Int32
    /// Whether the last daemon on this spool was killed, or its machine lost power.
    let earlierRunWasCut: Bool

    /// What a daemon that ends in good order leaves in the place of its process.
    private static let goodEnd = "ended\n"

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
        var status = stat()
        var end = [UInt8](repeating: 0, count: Self.goodEnd.utf8.count)
        fstat(descriptor, &status)
        let isGoodEnd =
            pread(descriptor, &end, end.count, 0) == end.count && end.elementsEqual(Self.goodEnd.utf8)
        earlierRunWasCut = status.st_size > 0 && !isGoodEnd
        // For the commands that have something to tell the daemon.
        guard Self.write("\(getpid())\n\(Self.processNamespace)\n", to: descriptor) else {
            close(descriptor)
            throw CommandFailure(
                .temporary,
                "The lock '\(path)' cannot be written (\(FileSystemError.words(errno))); free some "
                    + "disk space.")
        }
    }

    /// Notes that the daemon ends in good order; without the note the next one looks for damage first.
    func noteGoodEnd() { _ = Self.write(Self.goodEnd, to: descriptor) }

    /// Overwrites first and cuts then: on a full disk the file's own block is still there to write to.
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return pwrite(descriptor, bytes, bytes.count, 0) == bytes.count
            && ftruncate(descriptor, off_t(bytes.count)) == 0
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
    ///
    /// - Throws: `CommandFailure` if it runs in another container, where its number is another process here.
    static func holder(path: String) throws -> pid_t? {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        guard let number = lines.first.flatMap({ pid_t($0) }) else { return nil }
        guard lines.count < 2 || lines[1] == processNamespace else {
            throw CommandFailure(
                .unavailable,
                "The daemon runs in another container (process \(number) there) and cannot be told from "
                    + "here; what was changed is stored",
                advice: "Send it SIGHUP there, or run this command there")
        }
        return number
    }

    /// Whether a signal has stopped the process (`SIGSTOP`, a debugger); it holds its lock all the same.
    ///
    /// Source: proc(5), "/proc/[pid]/stat".
    static func isStopped(_ process: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return false }
        let state = text[text.index(after: end)...].drop { $0 == " " }.first
        return state == "T" || state == "t"
    }

    /// Which processes the numbers count: `pid:[4026531836]`.
    private static var processNamespace: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
    }

    deinit { close(descriptor) }

    /// Whether it is certain that no daemon holds the lock; false for an account that may not look.
    static func isKnownFree(path: String) -> Bool {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        // Where there is no folder for a lock, there is no daemon; in one that is closed there may be.
        guard access(folder, F_OK) == 0 || errno != ENOENT else { return true }
        // Before the first daemon there is no lock yet.
        return access(folder, R_OK | W_OK | X_OK) == 0 && !isHeld(path: path)
    }

    /// Whether a daemon holds the lock; false if there has never been one.
    static func isHeld(path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return true }
        return false
    }
}
