import CInotifyTools
import Glibc

/// The process's one inotify queue, as libinotifytools holds it.
///
/// The library is used for as little as possible: no regular expressions (they swallow overflows), no
/// recursion (it misses folders on a busy disk), one event at a time (with more it spins).
struct InotifyQueue {
    struct Event {
        /// -1 for an overflow.
        var watch: Int32
        var mask: UInt32
        /// Without the padding; empty for events of the watched folder itself.
        var name: [UInt8]

        func has(_ bits: Int32...) -> Bool { bits.contains { mask & UInt32(bitPattern: $0) != 0 } }
    }

    /// Initialises the library, or ends the process if there is no inotify.
    init() {
        guard inotifytools_initialize() != 0 else {
            end(.inotifyFailed, "cannot start inotify: \(message(inotifytools_error()))")
        }
        Self.setCloseOnExec()
    }

    /// Watches a folder and returns its watch, or the errno.
    ///
    /// `path` must never have been used for a folder that is dead by now: the library would answer with the
    /// dead watch. No trailing slash, because the kernel would follow a symbolic link then.
    func add(_ path: [UInt8], events: Int32) -> Result<Int32, Errno> {
        let flags = events | Int32(IN_ONLYDIR) | Int32(IN_DONT_FOLLOW)
        guard withCString(path, { inotifytools_watch_file($0, flags) }) != 0 else {
            return .failure(Errno(number: inotifytools_error()))
        }
        // The library keeps a folder's name with a slash at its end, and finds it with that only.
        let watch = withCString(path + [UInt8(ascii: "/")]) { inotifytools_wd_from_filename($0) }
        return watch > 0 ? .success(watch) : .failure(Errno(number: ENOENT))
    }

    /// Removes a watch; false if the kernel had dropped it already, in which case the library keeps a dead
    /// entry for ever.
    func remove(_ watch: Int32) -> Bool {
        // The library complains on standard error about a folder that was deleted, which is no error here.
        let saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        if saved >= 0, nowhere >= 0 { dup2(nowhere, STDERR_FILENO) }
        defer {
            if saved >= 0 { dup2(saved, STDERR_FILENO) }
            for descriptor in [saved, nowhere] where descriptor >= 0 { close(descriptor) }
        }
        return inotifytools_remove_watch_by_wd(watch) != 0
    }

    /// The next event; nil after a signal, or after `timeout` seconds (-1: never, 0: at once).
    func next(timeout: Int) -> Event? {
        guard let event = inotifytools_next_events(timeout, 1) else {
            let number = inotifytools_error()
            guard number == 0 || number == EINTR else {
                end(.inotifyFailed, "cannot read inotify events: \(message(number))")
            }
            return nil
        }
        // The event lies in a static buffer of the library, so everything is copied at once.
        let length = Int(event.pointee.len)
        let padded = UnsafeRawBufferPointer(start: hashdrop_event_name(event), count: length)
        return Event(
            watch: event.pointee.wd, mask: event.pointee.mask, name: Array(padded.prefix { $0 != 0 }))
    }

    /// The library opens its descriptor without close-on-exec and does not tell which it is.
    private static func setCloseOnExec() {
        var target = [UInt8](repeating: 0, count: 64)
        for descriptor in Int32(0)..<64 {
            let count = readlink("/proc/self/fd/\(descriptor)", &target, target.count)
            guard count > 0, String(decoding: target.prefix(count), as: UTF8.self) == "anon_inode:inotify"
            else { continue }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }
}

/// An errno as an error.
struct Errno: Error, Equatable {
    var number: Int32
}

/// Calls `body` with the bytes as a C string.
func withCString<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
}
