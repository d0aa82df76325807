import FileSystem
import Glibc
import Model

/// What a folder is for.
enum FolderRole: Hashable, Sendable {
    case spool
    /// The daemon's own, in the spool.
    case privateFolder
    case drop(UserName)
    case reports
    /// A user's, in the reports' folder.
    case userReports(UserName)

    /// Whether it is one of a user's.
    var isUsers: Bool {
        switch self {
        case .drop, .userReports: true
        case .spool, .privateFolder, .reports: false
        }
    }
}

/// What the kernel says of a folder.
struct FolderFacts: Hashable, Sendable {
    enum Standing: Hashable, Sendable {
        case folder
        case missing
        /// A link where none is followed.
        case link
        case otherKind
        /// It cannot be looked at, with the errno.
        case hidden(Int32)
    }

    var role: FolderRole
    var path: String
    var standing: Standing = .folder
    var ownerID: UInt32 = 0
    var ownerName = ""
    var groupName = ""
    /// The permission bits.
    var mode: UInt32 = 0
    var device: UInt64 = 0
    /// Nil if the kernel's list does not tell.
    var mount: MountTable.Mount?
    /// Whether the file system is mounted at this very folder.
    var isMountPoint = false
    /// Whether a POSIX access list says more than the mode; looked for in users' folders only.
    var hasAccessList = false
    /// Files in the private folder that belong to another account.
    var foreignFiles: [String] = []

    /// For example `hashdrop:alice, mode 2770`.
    var ownership: String { "\(ownerName):\(groupName), mode \(modeText)" }

    private var modeText: String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension FolderFacts {
    /// Looks at a folder. A link in the place of the spool or of the reports' folder is the operator's and is
    /// followed; in the spool none is, and in the reports' folder those of the operators.
    ///
    /// - Parameter operators: accounts whose link in the place of a user's report folder is followed.
    init(_ role: FolderRole, path: String, mounts: MountTable, operators: Set<UInt32> = []) {
        self.init(role: role, path: path)
        var status = stat()
        var isFollowed = role == .spool || role == .reports
        if case .userReports = role, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
            isFollowed = operators.contains(status.st_uid)
        }
        guard (isFollowed ? stat(path, &status) : lstat(path, &status)) == 0 else {
            standing = errno == ENOENT ? .missing : .hidden(errno)
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: break
        case S_IFLNK: standing = .link
        default: standing = .otherKind
        }
        ownerID = status.st_uid
        ownerName = AccountNames.user(status.st_uid)
        groupName = AccountNames.group(status.st_gid)
        mode = status.st_mode & 0o7777
        device = UInt64(status.st_dev)
        if let resolved = realpath(path, nil) {
            mount = mounts.mount(holding: String(cString: resolved))
            isMountPoint = mount?.point == String(cString: resolved)
            free(resolved)
        }
        if role.isUsers, standing == .folder {
            let list = try? Directory.open(path: path, followingLink: true).accessList()
            hasAccessList = list != nil
        }
    }
}
