import CInotifyTools
import Glibc

// hashdrop-watch SPOOL-ROOT [PARENT-PROCESS-ID]
//
// Writes hints about what happens in the spool folders to standard output until its parent ends. It is a
// process of its own because of the library it links: see "Why the watcher is a process of its own" in the
// documentation. It decides nothing.

/// How long a folder that could not be watched waits until the next try.
let retrySeconds = 60
/// So many events are read at most before their hints are written.
let eventsPerFlushMax = 1_024

/// The arguments as bytes: a path need not be text.
func argument(_ index: Int) -> [UInt8]? {
    guard index < CommandLine.argc, let text = CommandLine.unsafeArgv[index] else { return nil }
    return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
}

/// Ends with the parent, even if it was killed: the hints of an orphan would not be read.
func dieWithParent(_ parent: pid_t?) {
    guard hashdrop_die_with_parent() == 0 else {
        end(.inotifyFailed, "cannot bind to the parent process: \(message(errno))")
    }
    // The parent may have ended before the line above.
    if let parent, getppid() != parent { end(.outputClosed, "the parent process has ended") }
}

func watch(_ root: [UInt8]) -> Never {
    let queue = InotifyQueue()
    var folders = FolderWatches(root: root, queue: queue)
    folders.armAll()
    var retryAt = monotonicSeconds() + retrySeconds
    while true {
        folders.flush()
        // With every folder watched this blocks until something happens: an idle helper uses no CPU.
        let timeout = folders.hasUnarmed ? max(1, retryAt - monotonicSeconds()) : -1
        var event = queue.next(timeout: timeout)
        // Bounded, because a busy writer must not keep gathered hints from being written.
        for _ in 0..<eventsPerFlushMax {
            guard let next = event else { break }
            folders.handle(next)
            event = queue.next(timeout: 0)
        }
        if let last = event { folders.handle(last) }
        if monotonicSeconds() >= retryAt {
            folders.retryUnarmed()
            retryAt = monotonicSeconds() + retrySeconds
        }
    }
}

guard var root = argument(1), root.first == UInt8(ascii: "/"), CommandLine.argc <= 3 else {
    end(.usage, "usage: hashdrop-watch /absolute/spool/root [parent-process-id]")
}
// A slash at the end would make the kernel follow a symbolic link.
while root.count > 1, root.last == UInt8(ascii: "/") { root.removeLast() }
// Not every library marks its descriptors close-on-exec, and a file that this process held open by accident
// would look as if a program wrote to it.
closefrom(3)
dieWithParent(argument(2).flatMap { pid_t(String(decoding: $0, as: UTF8.self)) })
// Then a closed pipe is an error to report and not a signal.
signal(SIGPIPE, SIG_IGN)
watch(root)
