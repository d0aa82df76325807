import FileSystem
import Glibc

/// Whether some process on this machine has a file open for writing.
package enum WriterProbe: Hashable, Sendable, Codable {
    case noWriter
    case writerPresent
    /// The file system or the permissions do not allow to know; with the errno. A lease needs the file's
    /// ownership or `CAP_LEASE` (fcntl(2)), and network file systems refuse it.
    case unknown(errorNumber: Int32)

    // A program that opens the file for writing in the microseconds while the lease is held makes the kernel
    // send SIGIO to this process, which would end it. Ignored for the whole process, once, before the first
    // lease; nothing else in hashdrop uses SIGIO, and WatcherProcess resets it for its child.
    private static let ignoreLeaseSignal: Void = { _ = signal(SIGIO, SIG_IGN) }()

    /// Asks by taking a read lease, which the kernel grants only while no process has the file open for
    /// writing, and gives it back at once.
    ///
    /// `descriptor` must be open for reading only. Writers on other machines (NFS, SMB mounts) are not seen.
    package static func check(descriptor: Int32) -> WriterProbe {
        ignoreLeaseSignal
        if fcntl(descriptor, GlibcShims.setLease, Int32(F_RDLCK)) == 0 {
            _ = fcntl(descriptor, GlibcShims.setLease, Int32(F_UNLCK))
            return .noWriter
        }
        return errno == EAGAIN ? .writerPresent : .unknown(errorNumber: errno)
    }
}
