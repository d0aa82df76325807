import CoreMetrics
import FileSystem
import Foundation
import Glibc
import MetricNames
package import Support
import Synchronization

/// Keeps the helper `hashdrop-watch` running and tells what it says.
///
/// One thread starts the helper, reads its hints, and starts it again when it ended (`HelperRestarts`). The
/// thread lives from `start` to `stop`, because the kernel ends the helper with the thread that started it:
/// so even a daemon that is killed leaves no helper behind.
package final class WatcherProcess: FolderWatcher {
    private struct State {
        var thread: pthread_t?
        /// The thread ends when this end of its pipe is closed; a byte makes it start a fresh helper.
        var stopEnd: Int32?
    }

    private let helper: String
    private let spool: String
    private let clock: any ServiceClock
    private let restartCount = Metric.watcherRestarts.counter()
    private let inbox = WatchInbox()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - helper: the path of `hashdrop-watch`.
    ///   - spool: the path of the spool folder.
    ///   - clock: tells how long a helper lived, and when the next one is due.
    package init(helper: String, spool: String, clock: any ServiceClock) {
        self.helper = helper
        self.spool = spool
        self.clock = clock
    }

    deinit { stop() }

    /// Starts the thread, once; that the helper cannot be started is an event, not an error. Throws
    /// `FileSystemError` if there is no thread or pipe to be had.
    package func start(onNews: @escaping @Sendable () -> Void) throws {
        try state.withLock { state in
            guard state.thread == nil else { return }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw FileSystemError("make a pipe for", errno, path: helper) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
            let loop = WatcherLoop(
                helper: helper, spool: spool, clock: clock, stopSignal: ends[0], inbox: inbox,
                restartCount: restartCount, onNews: onNews)
            do {
                state.thread = try Self.startThread(loop)
            } catch {
                close(ends[1])
                throw error
            }
            state.stopEnd = ends[1]
        }
    }

    package func takeEvents() -> [WatchEvent] { inbox.take() }

    /// Ends the helper and the thread; returns when they have ended, within milliseconds. Does nothing if
    /// there is nothing to end.
    package func stop() {
        let (thread, stopEnd) = state.withLock { state in
            defer { state.stopEnd = nil }
            return (state.stopEnd == nil ? nil : state.thread, state.stopEnd)
        }
        if let stopEnd { close(stopEnd) }
        if let thread { pthread_join(thread, nil) }
    }

    /// Ends the helper and starts another.
    package func startAfresh() {
        state.withLock { state in
            guard let stopEnd = state.stopEnd else { return }
            var byte: UInt8 = 1
            // A full pipe is full of the same wish.
            _ = write(stopEnd, &byte, 1)
        }
    }

    private static func startThread(_ loop: WatcherLoop) throws -> pthread_t {
        var thread = pthread_t()
        let passed = Unmanaged.passRetained(loop)
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<WatcherLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, passed.toOpaque())
        guard failure == 0 else {
            passed.release()
            throw FileSystemError("start the thread of", failure, path: loop.helper)
        }
        return thread
    }
}

/// What the watcher's thread does.
private final class WatcherLoop {
    let helper: String
    private let spool: String
    private let clock: any ServiceClock
    private let stopSignal: FileDescriptor
    private let inbox: WatchInbox
    private let restartCount: Counter
    private let onNews: @Sendable () -> Void
    private var restarts = HelperRestarts()

    init(
        helper: String, spool: String, clock: any ServiceClock, stopSignal: Int32, inbox: WatchInbox,
        restartCount: Counter, onNews: @escaping @Sendable () -> Void
    ) {
        self.helper = helper
        self.spool = spool
        self.clock = clock
        self.stopSignal = FileDescriptor(stopSignal)
        self.inbox = inbox
        self.restartCount = restartCount
        self.onNews = onNews
    }

    func run() {
        blockSignals()
        var isRunning = true
        while isRunning {
            let startedAt = clock.now.monotonic
            guard let loss = runHelper() else { return }
            let wait = restarts.wait(afterLiving: clock.now.monotonic - startedAt)
            tell(.lost(loss(wait)))
            isRunning = !waitForStop(atMost: wait)
            if isRunning { restartCount.increment() }
        }
    }

    /// Lives with one helper; returns how it was lost, or nil if it was stopped.
    private func runHelper() -> ((Duration) -> WatcherLoss)? {
        var failure: Int32 = 0
        // The helper watches no symbolic links, and the operator may have made the spool folder one.
        let path = realpath(spool, nil)
        defer { free(path) }
        let root = path.map { String(cString: $0) } ?? spool
        guard let process = HelperProcess.start(helper, spool: root, failure: &failure) else {
            return { [helper, failure] in .notStarted(helper: helper, errorNumber: failure, retryIn: $0) }
        }
        tell(.started(processID: process.processID))
        let reading = readHints(of: process)
        // At the end of its output it has ended or is about to.
        switch process.end() {
        case _ where reading == .daemonStops: return nil
        case _ where reading == .helperSleeps: return { .stopped(retryIn: $0) }
        case _ where reading == .freshOneWanted: return { .outdated(retryIn: $0) }
        case .exited(let status): return { .exited(status: status, retryIn: $0) }
        case .killed(let signal): return { .killed(signal: signal, retryIn: $0) }
        }
    }

    private func tell(_ lifeEvent: WatchEvent) {
        inbox.add(lifeEvent: lifeEvent)
        onNews()
    }

    private func tell(_ hints: [WatchHint]) {
        guard !hints.isEmpty else { return }
        inbox.add(hints)
        onNews()
    }

    private enum ReadingEnd {
        case outputEnds, helperSleeps, freshOneWanted, daemonStops
    }

    /// A helper that says nothing is asked this often whether it could, and the spool's path whether it still
    /// leads to the folder that is watched.
    private static let quietCheckMilliseconds: Int32 = 5_000

    /// Reads until the helper's output ends, or nothing will come any more.
    private func readHints(of process: borrowing HelperProcess) -> ReadingEnd {
        let output = process.output.number
        let watchedFolder = folderAtPath
        var decoder = WatchHintDecoder()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var watched = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stopSignal.number, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, Self.quietCheckMilliseconds) > 0 else {
                if process.isStopped { return .helperSleeps }
                // The kernel tells of no mount that comes or goes.
                if folderAtPath != watchedFolder { onNews() }
                continue
            }
            if watched[1].revents != 0 { return isStopped() ? .daemonStops : .freshOneWanted }
            let count = read(output, &buffer, buffer.count)
            if count == 0 || (count < 0 && errno != EINTR) { return .outputEnds }
            if count > 0 { tell(decoder.decode(buffer.prefix(count))) }
        }
    }

    private var folderAtPath: FileIdentity? {
        var information = stat()
        return stat(spool, &information) == 0 ? FileIdentity(information) : nil
    }

    private func waitForStop(atMost wait: Duration) -> Bool {
        let end = clock.now.monotonic + wait
        while true {
            let rest = end - clock.now.monotonic
            guard rest > .zero else { return false }
            var watched = pollfd(fd: stopSignal.number, events: Int16(POLLIN), revents: 0)
            // Rounded up, so that the last round does not spin.
            let milliseconds = Int32(rest.wholeMilliseconds) + 1
            if poll(&watched, 1, milliseconds) > 0 { return isStopped() }
        }
    }

    /// What the daemon's end of the pipe says: that it is closed, or that a fresh helper is wanted.
    private func isStopped() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64)
        return read(stopSignal.number, &bytes, bytes.count) <= 0
    }

    /// Signals are for the threads that wait for them.
    private func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
