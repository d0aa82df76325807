import FileSystem
import Foundation
import Glibc
import Logging
import Pipeline
import ServiceLifecycle
import UnixSignals

/// How a command that changed the database tells the daemon: by SIGHUP to the process that holds the lock.
enum DaemonSignal {
    /// Tells a running daemon to read its jobs again. Without one nothing is to be told: it reads them at its
    /// start.
    static func tellJobsChanged(_ paths: StatePaths) throws {
        guard DaemonLock.isHeld(path: paths.lock), let process = try DaemonLock.holder(path: paths.lock)
        else {
            return
        }
        guard kill(process, SIGHUP) == 0 || errno == ESRCH else {
            throw CommandFailure(
                .noPermission,
                "The change is stored, but the daemon (process \(process)) cannot be told "
                    + "(\(FileSystemError.words(errno)))",
                advice: "send it SIGHUP as its own account, or restart it")
        }
    }

    /// Keeps a SIGHUP that comes before the service listens from ending the daemon.
    static func ignoreUntilServed() { signal(SIGHUP, SIG_IGN) }
}

/// Names the signal that ends the daemon, in the log.
struct SignalLogService: Service {
    let logger: Logger

    func run() async throws {
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint).cancelOnGracefulShutdown()
        {
            logger.notice("Stops, by a signal.", metadata: ["signal": "\(signal)"])
        }
    }
}
