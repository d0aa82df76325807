import FileSystem
import Glibc

/// A running `hashdrop-watch` and the pipe it writes its hints to.
struct HelperProcess: ~Copyable {
    let processID: pid_t
    let output: FileDescriptor

    enum Ending {
        case exited(Int32)
        case killed(Int32)
    }

    /// Starts the helper; returns nil with the errno in `failure`.
    ///
    /// The calling thread must live as long as the helper: the kernel ends it with that thread. The helper
    /// closes what it inherits besides its standard files.
    static func start(_ helper: String, spool: String, failure: inout Int32) -> HelperProcess? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            failure = errno
            return nil
        }
        let output = FileDescriptor(ends[0])
        let input = FileDescriptor(ends[1])
        // pipe2 is hidden in this module. What another thread starts at this moment, which is a hook, closes
        // what it inherits.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var processID: pid_t = 0
        failure = spawn(helper, spool, writingTo: input.number, &processID)
        return failure == 0 ? HelperProcess(processID: processID, output: output) : nil
    }

    private static func spawn(
        _ helper: String, _ spool: String, writingTo output: Int32, _ processID: inout pid_t
    ) -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // Ignored signals stay ignored across exec; these two are ignored by hashdrop.
        var defaults = none
        sigaddset(&defaults, SIGPIPE)
        sigaddset(&defaults, SIGIO)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // In a group of its own it does not get the terminal's Ctrl-C, which is for the daemon to handle.
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = [helper, spool, String(getpid())].map { (text: String) in strdup(text) }
        defer { for argument in arguments { free(argument) } }
        // The key of VirusTotal may stand in the daemon's; the helper needs the loader's variables at most.
        let variables = ["PATH", "LD_LIBRARY_PATH", "LANG", "TZ"].compactMap { (name: String) in
            getenv(name).map { strdup("\(name)=\(String(cString: $0))") }
        }
        defer { for variable in variables { free(variable) } }
        return posix_spawn(&processID, helper, &files, &attributes, arguments + [nil], variables + [nil])
    }

    /// Whether a signal stopped it, so that it lives and tells nothing.
    var isStopped: Bool {
        var information = siginfo_t()
        // Only asked for stops, so that an end is still there for `wait`.
        guard waitid(P_PID, id_t(processID), &information, WSTOPPED | WNOHANG) == 0 else { return false }
        return information.si_signo == SIGCHLD
    }

    /// Ends the helper if it has not ended by itself, and waits for its end.
    borrowing func end() -> Ending {
        kill(processID, SIGKILL)
        return wait()
    }

    /// Waits until the helper has ended.
    borrowing func wait() -> Ending {
        var status: Int32 = 0
        while waitpid(processID, &status, 0) < 0 {
            // Without children (where SIGCHLD is ignored) there is no status to be had.
            if errno != EINTR { return .exited(-1) }
        }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
    }
}
