import Glibc

/// Writes records to standard output; their grammar is in Sources/Spool/WatchHint.swift.
///
/// Records are gathered while the queue has events. What a writer at work repeats is written once: a hint
/// only means "look there", and the daemon looks after all of them. Records of names that come and go
/// stay in their order, because the last one tells how a name came to be.
struct HintWriter {
    enum Kind: String {
        case appeared
        case closed
        case movedIn = "moved-in"
        case changed
        case removed
        case folderAdded = "folder-added"
        case folderGone = "folder-gone"
        case watching
        case cannotWatch = "cannot-watch"
        case overflow
    }

    private var pending: [UInt8] = []
    /// Of `closed` and `changed` records.
    private var gathered: Set<[UInt8]> = []
    /// So much is gathered at most before it is written.
    private let pendingBytesMax = 65_536

    mutating func add(_ kind: Kind, folder: [UInt8] = [], name: [UInt8] = []) {
        let slash = UInt8(ascii: "/")
        let record = Array(kind.rawValue.utf8) + [slash] + folder + [slash] + name + [0]
        if kind == .closed || kind == .changed, !gathered.insert(record).inserted { return }
        pending += record
        if pending.count >= pendingBytesMax { flush() }
    }

    /// Writes what was gathered; blocks while the pipe is full (the kernel's queue overflows then, which is a
    /// hint as well), and ends the process when the daemon does not read.
    mutating func flush() {
        var rest = pending[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                end(.outputClosed, "cannot write hints: \(message(errno))")
            }
        }
        pending.removeAll(keepingCapacity: true)
        gathered.removeAll(keepingCapacity: true)
    }
}
