import Glibc
import Spool

/// What the system grants beside the folder's own rights.
struct LeaseRights: Hashable, Sendable {
    /// Whether the daemon's account may take leases on the files of others.
    var holdsForOthersFiles: Bool
    /// `fs.leases-enable`.
    var isEnabled: Bool
    /// How long a file must be quiet where there are no leases.
    var quietPeriod: Duration
}

/// What the trial of a folder means. Pure.
extension TrialFacts {
    /// Whether a file can be made in the folder and leaves it as hashdrop wants.
    func renameFinding(_ folder: FolderFacts, _ account: Account) -> Finding? {
        guard making == 0 else {
            return account.refused(
                .rename, folder.path, making, "no file can be made in it",
                advice: folder.rightsAdvice(account))
        }
        guard opening == 0 else {
            // The spool's own says it already.
            if case .drop = folder.role {
                return .notTried(
                    .rename, folder.path, "the private folder cannot be opened", see: .ownership)
            }
            return account.refused(
                .rename, folder.path, opening, "the private folder cannot be opened",
                advice: "Give it to the account '\(account.daemonName)': see ownership")
        }
        switch rename {
        case nil, EXDEV: return nil
        case 0: return .ok(.rename, folder.path, "a file can be made and renamed")
        // The claim then uses the rename that replaces, into a folder of its own.
        case EINVAL, ENOSYS:
            return .ok(.rename, folder.path, "a file can be made; renamed by the older call alone")
        case let number?:
            return account.refused(
                .rename, folder.path, number, "a file in it cannot be renamed",
                advice: folder.rightsAdvice(account))
        }
    }

    /// Whether the folder is on the private folder's file system; nil if that cannot be told.
    func sameFileSystemFinding(_ folder: FolderFacts, privateFolder: FolderFacts) -> Finding? {
        guard privateFolder.standing == .folder else { return nil }
        // A folder that is mounted again at another place has one number, and no file can be renamed.
        guard folder.device == privateFolder.device, rename != EXDEV else {
            return .failed(
                .sameFileSystem, folder.path,
                "it is on another file system than '\(privateFolder.path)', so no file can be taken from it",
                advice: "Unmount what is mounted there, or move the whole spool to one file system")
        }
        return .ok(.sameFileSystem, folder.path, "on the file system of '\(privateFolder.path)'")
    }

    /// Whether hashdrop can tell that a program has a dropped file open for writing; nil if it was not asked.
    func leaseFinding(_ folder: FolderFacts, _ account: Account, _ rights: LeaseRights) -> Finding? {
        let quiet = "waits until it has been quiet for \(rights.quietPeriod.components.seconds) s"
        switch lease {
        case nil: return nil
        case .noWriter?:
            // Files of others come where others may write.
            let isOnlyOwn = folder.ownerID == account.daemonID && folder.mode & 0o022 == 0
            guard rights.holdsForOthersFiles || isOnlyOwn else {
                return .warning(
                    .readLease, folder.path,
                    "'\(account.daemonName)' may not ask whether another account's file is open for "
                        + "writing, so a copied file \(quiet)",
                    advice: "Add 'AmbientCapabilities=CAP_LEASE' to [Service] of the daemon's unit, "
                        + "then: sudo systemctl daemon-reload && sudo systemctl restart hashdrop")
            }
            return .ok(.readLease, folder.path, "a program that writes to a file is seen")
        case .writerPresent?:
            return .warning(
                .readLease, folder.path, "some program opens each new file for writing, so it waits for that",
                advice: "Find the program, such as a scanner: sudo fuser -v "
                    + "\(ShellWord.quoted(folder.path))/*")
        case .unknown?:
            guard rights.isEnabled else {
                return .warning(
                    .readLease, folder.path, "the system grants no leases, so a copied file \(quiet)",
                    advice: Sysctl.advice("fs.leases-enable", 1))
            }
            return .warning(
                .readLease, folder.path, "the file system grants no leases, so a copied file \(quiet)",
                advice: "Drop by a rename ('\(account.command("submit"))' does), or keep the spool on a disk "
                    + "of this machine")
        }
    }
}
