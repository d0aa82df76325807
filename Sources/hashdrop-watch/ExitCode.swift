import Glibc

/// Why the helper ended; the numbers are those of sysexits.h, and the daemon's `WatcherLoss` knows them.
enum ExitCode: Int32 {
    /// The arguments are wrong.
    case usage = 64
    /// The spool root is missing, was moved away, deleted or unmounted.
    case rootGone = 66
    /// inotify is not to be had, or failed.
    case inotifyFailed = 71
    /// The hints are not read any more.
    case outputClosed = 74
    /// The library holds too many dead entries: start the helper again and scan.
    case startAgain = 75
}

/// Ends the process; `sentence` goes to standard error.
func end(_ code: ExitCode, _ sentence: String) -> Never {
    let line = Array("hashdrop-watch: \(sentence)\n".utf8)
    // Standard error may be closed as well, and there is no other place for it.
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(code.rawValue)
}

/// The sentence for an errno.
func message(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
