import Glibc

/// Pipe by which other threads wake the one that waits in poll(2).
final class WakeUp: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    /// Nil if the process has no descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Ends the wait that is, or the next one. From any thread.
    func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes as well.
        _ = write(writeEnd, &byte, 1)
    }

    /// Waits until it is woken, `socket` is ready for one of `events` or `milliseconds` are over (never, if
    /// negative); forgets the wake-ups. For the one thread.
    ///
    /// - Parameter socket: nil to wait for the wake-up alone.
    /// - Returns: what the socket is ready for, errors among it; 0 for nothing.
    func wait(for socket: Int32?, events: Int32, milliseconds: Int32) -> Int32 {
        var entries = [
            pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
            // poll(2): a negative descriptor is passed over.
            pollfd(fd: socket ?? -1, events: Int16(events), revents: 0),
        ]
        guard poll(&entries, 2, milliseconds) > 0 else { return 0 }
        if entries[0].revents != 0 {
            var bytes = [UInt8](repeating: 0, count: 64)
            while read(readEnd, &bytes, bytes.count) > 0 {}
        }
        return Int32(entries[1].revents)
    }
}

/// End of a wait, by the kernel's clock that never steps: the waits are poll(2)'s, and as real as that.
struct Deadline {
    private let end: Int

    init(in limit: Duration) { end = Self.milliseconds + limit.millisecondsForPostgreSQL }

    /// Zero once it is over.
    var millisecondsLeft: Int32 { Int32(clamping: max(0, end - Self.milliseconds)) }
    var isOver: Bool { millisecondsLeft == 0 }

    private static var milliseconds: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
    }
}
