package import Glibc

/// A folder held open, so that what lies in it is reached without following a path a second time.
///
/// Every function reports the path as the settings name it, throws `FileSystemError`, and follows no symbolic
/// links.
package struct Directory: ~Copyable {
    package let descriptor: FileDescriptor
    /// For messages.
    package let path: String

    package init(descriptor: consuming FileDescriptor, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    package var number: Int32 { descriptor.number }

    /// Opens a folder by its path; links above the last component are followed.
    package static func open(path: String, followingLink: Bool = false) throws -> Directory {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followingLink ? 0 : O_NOFOLLOW)
        let number = Glibc.open(path, flags)
        guard number >= 0 else { throw FileSystemError("open the folder", errno, path: path) }
        return Directory(descriptor: FileDescriptor(number), path: path)
    }

    package func folder(_ name: String) throws -> Directory { try folder(Array(name.utf8)) }

    package func folder(_ name: [UInt8]) throws -> Directory {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let number = withCString(name) { openat(self.number, $0, flags) }
        guard number >= 0 else { throw error("open the folder", errno, name) }
        return Directory(
            descriptor: FileDescriptor(number), path: path + "/" + String(decoding: name, as: UTF8.self))
    }

    /// A folder in this one, or the one that a link in its place leads to, if the operator has made the link:
    /// root, or the account of this process.
    package func operatorsFolder(_ name: String) throws -> Directory {
        let bytes = Array(name.utf8)
        guard let status = try status(bytes), status.isLink, [0, geteuid()].contains(status.st_uid) else {
            return try folder(bytes)
        }
        let number = openat(self.number, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw error("open the folder", errno, bytes) }
        return Directory(descriptor: FileDescriptor(number), path: path + "/" + name)
    }

    /// The same folder, open once more.
    package func reopened() throws -> Directory {
        let number = openat(self.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw FileSystemError("open the folder", errno, path: path) }
        return Directory(descriptor: FileDescriptor(number), path: path)
    }

    /// Opens what is to be read and may be anything: neither a FIFO nor a device makes it wait.
    package func openForReading(_ name: [UInt8]) throws -> FileDescriptor {
        let flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY
        let number = withCString(name) { openat(self.number, $0, flags) }
        guard number >= 0 else { throw error("open", errno, name) }
        return FileDescriptor(number)
    }

    /// Creates a file that does not exist yet.
    package func create(_ name: [UInt8], mode: mode_t) throws -> FileDescriptor {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let number = withCString(name) { openat(self.number, $0, flags, mode) }
        guard number >= 0 else { throw error("create", errno, name) }
        return FileDescriptor(number)
    }

    /// What is under a name, or nil if nothing is.
    package func status(_ name: [UInt8]) throws -> stat? {
        var status = stat()
        if withCString(name, { fstatat(number, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 { return status }
        guard errno == ENOENT else { throw error("look at", errno, name) }
        return nil
    }

    /// Renames within this folder, replacing what is there.
    package func rename(_ name: String, to newName: String) throws {
        guard renameat(number, name, number, newName) == 0 else { throw error("rename", errno, name) }
    }

    /// Removes a name that may be gone already.
    package func removeFile(_ name: [UInt8]) throws {
        guard withCString(name, { unlinkat(number, $0, 0) }) == 0 || errno == ENOENT else {
            throw error("remove", errno, name)
        }
    }

    /// A folder in this one, made if it is missing; a link in its place is refused.
    ///
    /// By mkdir(2), whose mode leaves the set-group-id bit that the folder takes from the one above; setting
    /// permissions afterwards would clear it.
    package func folder(_ name: String, makingWith mode: mode_t) throws -> Directory {
        guard mkdirat(number, name, mode) == 0 || errno == EEXIST else {
            throw error("create the folder", errno, name)
        }
        return try folder(name)
    }

    /// Removes a folder with everything in it; nothing happens if there is none, and a link or a file in its
    /// place is removed itself.
    package func removeTree(_ name: String) throws { try removeTree(Array(name.utf8), depth: 0) }

    private func removeTree(_ name: [UInt8], depth: Int) throws {
        guard let status = try status(name) else { return }
        guard status.isFolder else { return try removeFile(name) }
        // A tree made to exhaust the stack, not a report.
        guard depth < Self.treeDepthMax else { throw error("remove the folder", ELOOP, name) }
        let inner = try folder(name)
        while case (let names, let more) = try inner.names(limit: Self.namesAtOnce), !names.isEmpty {
            for name in names { try inner.removeTree(name, depth: depth + 1) }
            if !more { break }
        }
        try removeFolder(name)
    }

    private static let treeDepthMax = 64
    private static let namesAtOnce = 1_000

    package func makeFolder(_ name: String) throws {
        guard mkdirat(number, name, 0o700) == 0 else { throw error("create the folder", errno, name) }
    }

    package func removeFolder(_ name: String) throws { try removeFolder(Array(name.utf8)) }

    /// Removes an empty folder that may be gone already.
    package func removeFolder(_ name: [UInt8]) throws {
        guard withCString(name, { unlinkat(number, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT else {
            throw error("remove the folder", errno, name)
        }
    }

    /// Makes the folder's names as they are now survive a power cut.
    package func synchronize() throws {
        guard fsync(number) == 0 else { throw FileSystemError("write to the disk", errno, path: path) }
    }

    /// The same, as far as the file system can: some network file systems cannot flush a folder, and there is
    /// nothing more to be done on them.
    package func synchronizeIfPossible() throws {
        try checkSynchronized(fsync(number) == 0 ? 0 : errno)
    }

    /// Throws what such a flush of the folder, made with others (`DiskFlush`), has come to.
    ///
    /// - Parameter failure: 0 or the error's number.
    package func checkSynchronized(_ failure: Int32) throws {
        guard failure == 0 || failure == EINVAL else {
            throw FileSystemError("write to the disk", failure, path: path)
        }
    }

    /// Gives a file that this account has made elsewhere a second name here, instead of a copy; what has the
    /// name is replaced. Both are one file from then on.
    ///
    /// - Returns: false, and nothing has changed, if it is on another file system or has another group or
    ///   other rights than a new file would have here.
    package func link(_ path: String, as name: String) throws -> Bool {
        var (own, other) = (stat(), stat())
        guard fstat(number, &own) == 0, lstat(path, &other) == 0, own.st_dev == other.st_dev,
            other.st_mode & S_IFMT == S_IFREG, other.st_uid == geteuid(),
            other.st_gid == (own.st_mode & S_ISGID != 0 ? own.st_gid : getegid()),
            !hasDefaultAccessList
        else { return false }
        let temporary = ".\(name).tmp"
        try removeFile(Array(temporary.utf8))
        guard linkat(AT_FDCWD, path, number, temporary, 0) == 0 else { return false }
        try rename(temporary, to: name)
        // If both were names of that file already, the rename has done nothing.
        try removeFile(Array(temporary.utf8))
        return true
    }

    /// Names in the folder but `.` and `..`, sorted, at most `limit` of them; `more` if there are more.
    package func names(limit: Int) throws -> (names: [[UInt8]], more: Bool) {
        // The stream needs a descriptor of its own: it closes it, and its position is shared by duplicates.
        let number = openat(self.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw FileSystemError("read the folder", errno, path: path) }
        guard let stream = fdopendir(number) else {
            let failure = errno
            close(number)
            throw FileSystemError("read the folder", failure, path: path)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        var more = false
        // The end and an error differ in errno only.
        while let entry = withErrnoCleared({ readdir(stream) }) {
            // Some file systems have longer names than the 255 bytes that the type has room for.
            let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            let count = strlen(start.assumingMemoryBound(to: CChar.self))
            let name = Array(UnsafeRawBufferPointer(start: start, count: count))
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            more = names.count >= limit
            if more { break }
            names.append(name)
        }
        guard more || errno == 0 else { throw FileSystemError("read the folder", errno, path: path) }
        names.sort { $0.lexicographicallyPrecedes($1) }
        return (names, more)
    }

    package func error(_ action: String, _ number: Int32, _ name: [UInt8]) -> FileSystemError {
        error(action, number, String(decoding: name, as: UTF8.self))
    }

    package func error(_ action: String, _ number: Int32, _ name: String) -> FileSystemError {
        FileSystemError(action, number, path: path + "/" + name)
    }
}

private func withErrnoCleared<Result>(_ body: () -> Result) -> Result {
    errno = 0
    return body()
}

extension stat {
    package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
    package var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
}
