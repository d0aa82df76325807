import Glibc
import Reporting

/// How much room a file system has, for this account.
struct DiskFacts: Hashable, Sendable {
    /// The folders on it that hashdrop writes to.
    var folders: [String]
    var freeBytes: Int64
    var totalBytes: Int64
    var freeInodes: Int64
    /// 0 where the file system has no limit of them.
    var totalInodes: Int64

    // A list of 64 MiB is copied, and its report is as large again.
    static let bytesFailed: Int64 = 128 << 20
    static let bytesWarning: Int64 = 1 << 30
    // A list's folder takes about ten.
    static let inodesFailed: Int64 = 1_000
    static let inodesWarning: Int64 = 10_000

    func findings(_ command: HashdropCall = HashdropCall()) -> [Finding] { [space(command), inodes] }

    private var subject: String { folders.joined(separator: ", ") }

    private func space(_ command: HashdropCall) -> Finding {
        let message = "\(Wording.size(freeBytes)) of \(Wording.size(totalBytes)) free"
        let advice =
            "Free some space, or let finished jobs go earlier (jobs.keep; '\(command("job remove JOB"))' "
            + "removes one)"
        if freeBytes < Self.bytesFailed { return .failed(.freeSpace, subject, message, advice: advice) }
        if freeBytes < Self.bytesWarning { return .warning(.freeSpace, subject, message, advice: advice) }
        return .ok(.freeSpace, subject, message)
    }

    private var inodes: Finding {
        guard totalInodes > 0 else { return .ok(.inodes, subject, "the file system has no limit of files") }
        let message = "room for \(Wording.number(Int(freeInodes))) more files"
        let advice = "Remove files that are not needed, or let finished jobs go earlier (jobs.keep)"
        if freeInodes < Self.inodesFailed { return .failed(.inodes, subject, message, advice: advice) }
        if freeInodes < Self.inodesWarning { return .warning(.inodes, subject, message, advice: advice) }
        return .ok(.inodes, subject, message)
    }
}

extension DiskFacts {
    /// One for each file system that the folders are on; a folder that is not there has none.
    static func of(_ folders: [String]) -> [DiskFacts] {
        var disks: [DiskFacts] = []
        var places: [UInt64: Int] = [:]
        for folder in folders {
            var (status, facts) = (stat(), statvfs())
            guard stat(folder, &status) == 0, statvfs(folder, &facts) == 0 else { continue }
            let device = UInt64(status.st_dev)
            if let place = places[device] {
                disks[place].folders.append(folder)
                continue
            }
            places[device] = disks.count
            disks.append(DiskFacts(folder, facts))
        }
        return disks
    }

    private init(_ folder: String, _ facts: statvfs) {
        // Of what is free, that which this account may use.
        self.init(
            folders: [folder], freeBytes: Int64(clamping: facts.f_bavail) * Int64(facts.f_frsize),
            totalBytes: Int64(clamping: facts.f_blocks) * Int64(facts.f_frsize),
            freeInodes: Int64(clamping: facts.f_favail), totalInodes: Int64(clamping: facts.f_files))
    }

    /// Where SQLite keeps what does not fit into memory, such as a long list that is being read.
    ///
    /// Source: SQLite's documentation, "Temporary Files Used By SQLite", 5.
    static func temporaryFolder(_ environment: [String: String]) -> String? {
        let candidates = [
            environment["SQLITE_TMPDIR"], environment["TMPDIR"], "/var/tmp", "/usr/tmp", "/tmp",
        ]
        return candidates.compactMap(\.self).first { access($0, W_OK | X_OK) == 0 }
    }
}
