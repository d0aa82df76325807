import Foundation
import Glibc
import Support
import Synchronization

/// A running hook: a program in a process group of its own, in `/`, with nothing of the daemon's environment
/// that could be a secret, and no file of the daemon's but its standard ones.
final class HookProcess: Sendable {
    enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(Int32)
        case timedOut
    }

    private let id: pid_t
    private let pipes: HookPipes
    private let state = Mutex(State())

    private struct State {
        /// Its number may be another's from then on.
        var isOver = false
        var wasEnded = false
    }

    /// Between the request to end and the end by force.
    private static let grace: Duration = .seconds(2)
    /// What it gets of the daemon's environment: no key and no setting.
    private static let variables = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"]

    private typealias CloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    private typealias ChangeFolder =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32

    // Looked up by name, because their declarations are hidden in this module; glibc has both since 2.34.
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
    private static let changeFolder = dlsym(nil, "posix_spawn_file_actions_addchdir_np")
        .map { unsafeBitCast($0, to: ChangeFolder.self) }

    private init(id: pid_t, pipes: HookPipes) {
        self.id = id
        self.pipes = pipes
    }

    /// Starts a program. Throws a `NotificationError` with the system's reason.
    static func start(_ arguments: [String]) throws -> HookProcess {
        let (pipes, input, output) = try HookPipes.make()
        defer {
            close(input)
            close(output)
        }
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO)
        guard let closeFrom, let changeFolder, closeFrom(&files, STDERR_FILENO + 1) == 0,
            changeFolder(&files, "/") == 0
        else {
            throw NotificationError("hooks need a C library as new as glibc 2.34; update the system")
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // Ignored signals stay ignored across exec; these are ignored by hashdrop.
        var defaults = none
        for signal in [SIGPIPE, SIGIO, SIGHUP, SIGTERM, SIGINT] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

        let words = arguments.map { (text: String) in strdup(text) }
        let environment = variables.compactMap { (name: String) in
            getenv(name).map { strdup("\(name)=\(String(cString: $0))") }
        }
        defer { for text in words + environment { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, arguments[0], &files, &attributes, words + [nil], environment + [nil])
        guard code == 0 else {
            throw NotificationError(
                "the hook '\(arguments[0])' cannot be started (\(String(cString: strerror(code))))")
        }
        return HookProcess(id: id, pipes: pipes)
    }

    /// Gives the program its input and waits for its end, no longer than `timeout`; a cancelled task ends it.
    ///
    /// - Returns: how it ended, and the beginning of what it printed.
    func outcome(
        input: [UInt8], timeout: Duration, clock: any ServiceClock
    ) async -> (ending: Ending, output: [UInt8]) {
        await withTaskCancellationHandler {
            async let output = Self.onThread("hook-output") { self.pipes.pump(input) }
            let ending = await ending(timeout, clock)
            pipes.stop()
            return (ending, await output)
        } onCancel: {
            end(SIGKILL)
        }
    }

    private func ending(_ timeout: Duration, _ clock: any ServiceClock) async -> Ending {
        await withTaskGroup(of: Ending?.self) { group in
            group.addTask { await Self.onThread("hook") { self.wait() } }
            group.addTask {
                do {
                    try await clock.sleep(for: timeout)
                    self.end(SIGTERM)
                    try await clock.sleep(for: Self.grace)
                    self.end(SIGKILL)
                } catch {
                    // The program ended in time.
                }
                return nil
            }
            var ending: Ending?
            while ending == nil, let next = await group.next() { ending = next }
            group.cancelAll()
            return ending ?? .timedOut
        }
    }

    /// Sends a signal to the program and what it has started, unless it is over.
    private func end(_ signal: Int32) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.wasEnded = true
            kill(-id, signal)
        }
    }

    /// Waits until the program has ended. Blocks.
    private func wait() -> Ending {
        // Its number stays its own until the second wait.
        var information = siginfo_t()
        while waitid(P_PID, id_t(id), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        return state.withLock { state -> Ending in
            state.isOver = true
            if state.wasEnded { kill(-id, SIGKILL) }
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0 {
                // Without children (where SIGCHLD is ignored) there is no status to be had.
                if errno != EINTR { return .exited(-1) }
            }
            if state.wasEnded { return .timedOut }
            let signal = status & 0x7F
            return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
        }
    }

    private static func onThread<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                // Signals for the process are for its other threads; SIGPIPE of a hook that does not read its
                // input is for none.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                continuation.resume(returning: body())
            }
            thread.name = name
            thread.start()
        }
    }
}
