import CInotifyTools
import Glibc

/// One watch for the spool root and one for each user folder in it, kept in step with the disk.
///
/// The library's own table of names is useless once a folder was deleted, so this one decides; events of
/// watches that are not in it are ignored.
struct FolderWatches {
    private struct Armed {
        var folder: [UInt8]
        var device: UInt
        var inode: UInt
        /// When its last `changed` hint was written, in seconds of the monotonic clock.
        var changedAt = Int.min
    }

    /// From so many dead entries on, the helper ends to be started afresh: each is a small leak.
    private static let deadEntriesMax = 256
    /// A writer's many writes make one `changed` hint a second and folder: the last of them is followed by
    /// `closed`, and a file that waits is looked at again anyway.
    private static let changedHintSeconds = 1

    private let root: [UInt8]
    private let queue: InotifyQueue
    private var hints = HintWriter()
    private var rootWatch: Int32 = -1
    private var armed: [Int32: Armed] = [:]
    private var watches: [[UInt8]: Int32] = [:]
    private var deadEntries = 0
    /// The folders that could not be watched, and why; the root is the empty name.
    private var unarmed: [[UInt8]: Errno] = [:]

    init(root: [UInt8], queue: InotifyQueue) {
        self.root = root
        self.queue = queue
    }

    var hasUnarmed: Bool { !unarmed.isEmpty }

    mutating func flush() { hints.flush() }

    /// Watches the root, then what it holds: a folder made in between is seen by one of the two.
    mutating func armAll() {
        armRoot()
        for name in subfolders() { reconcile(name) }
    }

    /// Tries again what could not be watched.
    mutating func retryUnarmed() {
        if unarmed[[]] != nil { armAll() }
        for name in unarmed.keys where !name.isEmpty { reconcile(name) }
    }

    mutating func handle(_ event: InotifyQueue.Event) {
        if event.has(IN_Q_OVERFLOW) {
            overflowed()
        } else if event.watch == rootWatch {
            handleRoot(event)
        } else if armed[event.watch] != nil {
            handleFolder(event)
        }
    }

    /// Lost events may be those that told of dead watches, so every watch is made again.
    private mutating func overflowed() {
        hints.add(.overflow)
        for name in Array(watches.keys) { disarm(name) }
        if !queue.remove(rootWatch) { rootIsGone() }
        armAll()
    }

    private mutating func handleRoot(_ event: InotifyQueue.Event) {
        if event.has(IN_IGNORED, IN_UNMOUNT, IN_DELETE_SELF, IN_MOVE_SELF) { rootIsGone() }
        guard event.has(IN_ISDIR), !event.name.isEmpty, isUserFolder(event.name) else { return }
        reconcile(event.name)
    }

    private mutating func handleFolder(_ event: InotifyQueue.Event) {
        guard let folder = armed[event.watch]?.folder else { return }
        if event.has(IN_IGNORED) {
            // The kernel dropped the watch with its folder; there may be a new one of the same name.
            forget(event.watch)
            countDeadEntry()
            reconcile(folder)
        } else if event.has(IN_MOVE_SELF) {
            disarm(folder)
            reconcile(folder)
        } else if !event.name.isEmpty {
            tell(event, folder)
        }
    }

    private mutating func tell(_ event: InotifyQueue.Event, _ folder: [UInt8]) {
        if event.has(IN_MODIFY) {
            let now = monotonicSeconds()
            let before = armed[event.watch]?.changedAt ?? Int.min
            guard before == Int.min || now - before >= Self.changedHintSeconds else { return }
            armed[event.watch]?.changedAt = now
        }
        let kind: HintWriter.Kind =
            if event.has(IN_MOVED_TO) {
                .movedIn
            } else if event.has(IN_CLOSE_WRITE) {
                .closed
            } else if event.has(IN_CREATE) {
                .appeared
            } else if event.has(IN_DELETE, IN_MOVED_FROM) {
                .removed
            } else {
                .changed
            }
        hints.add(kind, folder: folder, name: event.name)
    }

    /// Makes the watch of `name` fit what is on the disk now, and tells that.
    ///
    /// Not what the event says: the kernel tells of a folder's end after it dropped the watch, and there may
    /// be a new folder by then.
    private mutating func reconcile(_ name: [UInt8]) {
        var status = stat()
        let exists = withCString(root + [UInt8(ascii: "/")] + name) { lstat($0, &status) } == 0
        guard exists, status.st_mode & S_IFMT == S_IFDIR else {
            unarmed[name] = nil
            disarm(name)
            hints.add(.folderGone, folder: name)
            return
        }
        if let old = watches[name].flatMap({ armed[$0] }) {
            // A deleted folder's inode may be in use again. The kernel's IGNORED then follows and re-arms it.
            if old.device == status.st_dev, old.inode == status.st_ino { return }
            disarm(name)
        }
        if unarmed[name] == nil { hints.add(.folderAdded, folder: name) }
        arm(Armed(folder: name, device: status.st_dev, inode: status.st_ino))
    }

    private mutating func arm(_ folder: Armed) {
        let events =
            IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_MODIFY | IN_ATTRIB | IN_DELETE
            | IN_DELETE_SELF | IN_MOVE_SELF
        switch queue.add(spelling(of: folder.folder), events: events) {
        case .success(let watch):
            armed[watch] = folder
            watches[folder.folder] = watch
            unarmed[folder.folder] = nil
            hints.add(.watching, folder: folder.folder)
        case .failure(let error) where [ENOENT, ENOTDIR, ELOOP].contains(error.number):
            // It vanished in between; the root's watch tells what comes in its place.
            unarmed[folder.folder] = nil
        case .failure(let error): cannotWatch(folder.folder, error)
        }
    }

    private mutating func armRoot() {
        let events =
            IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
        switch queue.add(root, events: events) {
        case .success(let watch):
            rootWatch = watch
            unarmed[[]] = nil
            hints.add(.watching)
        case .failure(let error) where [ENOENT, ENOTDIR, ELOOP].contains(error.number): rootIsGone()
        case .failure(let error): cannotWatch([], error)
        }
    }

    /// Says so once per reason, not once a minute.
    private mutating func cannotWatch(_ folder: [UInt8], _ error: Errno) {
        guard unarmed.updateValue(error, forKey: folder) != error else { return }
        hints.add(.cannotWatch, folder: folder, name: Array(String(error.number).utf8))
    }

    private mutating func disarm(_ name: [UInt8]) {
        guard let watch = watches[name] else { return }
        forget(watch)
        if !queue.remove(watch) { countDeadEntry() }
    }

    private mutating func forget(_ watch: Int32) {
        guard let folder = armed.removeValue(forKey: watch)?.folder else { return }
        watches[folder] = nil
    }

    private mutating func countDeadEntry() {
        deadEntries += 1
        guard deadEntries >= Self.deadEntriesMax else { return }
        hints.flush()
        end(.startAgain, "\(deadEntries) folders were deleted; the daemon starts a fresh helper")
    }

    private mutating func rootIsGone() -> Never {
        hints.flush()
        end(.rootGone, "the spool folder \(String(decoding: root, as: UTF8.self)) is gone")
    }

    /// The folder's path with one slash more than there are dead entries, which is the same to the kernel and
    /// a name never used before to the library: it would find the dead entry of a deleted folder otherwise.
    private func spelling(of name: [UInt8]) -> [UInt8] {
        root + [UInt8](repeating: UInt8(ascii: "/"), count: 1 + deadEntries) + name
    }

    private func isUserFolder(_ name: [UInt8]) -> Bool { name.first != UInt8(ascii: ".") }

    /// The names in the root that may be user folders.
    private func subfolders() -> [[UInt8]] {
        guard let directory = withCString(root, { opendir($0) }) else { return [] }
        defer { closedir(directory) }
        var names: [[UInt8]] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if isUserFolder(name) { names.append(name) }
        }
        return names
    }
}

/// Seconds of a clock that is never set.
func monotonicSeconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec
}
