import Glibc

/// What the facts of a folder mean. Pure.
extension FolderFacts {
    /// What it has in place of a folder; nil if it is one.
    func standingFinding(_ account: Account) -> Finding? {
        switch standing {
        case .folder: return nil
        case .missing: return missing(account)
        case .link:
            return .failed(
                .spool, path, "it is a link, and links in the spool are not followed",
                advice: "Put a folder in its place: sudo rm \(word) && \(making(account))")
        case .otherKind:
            return .failed(
                .spool, path, "it is no folder", advice: "Move it away, then: \(making(account))")
        case .hidden(let number):
            return account.refused(
                .spool, path, number, "it cannot be looked at",
                advice: "Give the account '\(account.daemonName)' the right to enter the folders above it")
        }
    }

    private func missing(_ account: Account) -> Finding {
        switch role {
        case .spool:
            .failed(
                .spool, path, "there is no such folder (spool.directory)",
                advice:
                    "Mount its disk or correct the setting; '\(account.command("user add NAME"))' makes a "
                    + "new spool")
        case .privateFolder:
            .failed(
                .spool, path, "it is missing, so its folder is no spool",
                advice: "Mount the spool's disk or correct spool.directory; "
                    + "'\(account.command("user add NAME"))' makes a new spool")
        case .drop:
            .failed(
                .spool, path, "the user has no drop folder", advice: "Make it: \(making(account))")
        case .reports:
            .failed(
                .spool, path, "there is no such folder (reports.directory)",
                advice: "Mount its disk or correct the setting; '\(account.command("serve"))' makes a "
                    + "missing one at its first start")
        case .userReports: userReportsFinding(for: nil, account)
        }
    }

    private var word: String { ShellWord.quoted(path) }

    private func making(_ account: Account) -> String {
        "sudo install -d -o \(ShellWord.quoted(account.daemonName)) -m 750 \(word)"
    }

    // MARK: File system

    /// - Parameter poll: how often a folder without events is looked through, for the message.
    func fileSystemFinding(poll: Duration) -> Finding {
        guard let mount else {
            return .warning(
                .fileSystem, path, "the system does not say what it is on",
                advice: "Let hashdrop read /proc/self/mountinfo")
        }
        // Of that which it shares with the folder that holds it, that one's finding tells.
        if mount.isReadOnly, isWithin, !isMountPoint {
            return .notTried(
                .fileSystem, path, "the folder that holds it is on a read-only one", see: .fileSystem)
        }
        if mount.isReadOnly {
            return .failed(
                .fileSystem, path, "\(mount.type), mounted read-only",
                advice: "sudo mount -o remount,rw \(ShellWord.quoted(mount.point)); see the system's "
                    + "log for why it is")
        }
        switch FileSystemKind(type: mount.type) {
        case .local: return .ok(.fileSystem, path, mount.type)
        case .memory:
            return .warning(
                .fileSystem, path, "\(mount.type): gone with the next start of the machine",
                advice: moving)
        case .layered:
            return .warning(
                .fileSystem, path, "\(mount.type): gone with the container",
                advice: "Mount a volume \(isWithin ? "at \(setting)" : "there") for the container")
        case .fuse, .network: return shared(mount.type, poll: poll)
        }
    }

    /// Whether another folder, that of a setting, holds it.
    private var isWithin: Bool { role != .spool && role != .reports }

    /// How it comes to a disk.
    private var moving: String {
        guard isWithin else { return "Move it to a disk, and set \(setting)" }
        guard isMountPoint else { return "Move the whole folder of \(setting) to a disk" }
        return "Unmount what hides the folder, and take it out of /etc/fstab: sudo umount \(word)"
    }

    /// That no file was made in it, because none can be.
    var readOnlyFinding: Finding {
        .notTried(.rename, path, "its file system is read-only", see: .fileSystem)
    }

    private func shared(_ type: String, poll: Duration) -> Finding {
        switch role {
        case .reports, .userReports: .ok(.fileSystem, path, type)
        case .privateFolder:
            .warning(
                .fileSystem, path,
                "\(type): the database needs memory that all who open it share, so no other machine "
                    + "may, and a lost connection may damage it",
                advice: "Keep the spool on a disk of this machine, and share the drop folders from here")
        case .spool, .drop:
            .warning(
                .fileSystem, path,
                "\(type): no event tells of what other machines drop, so it is found by scans, every "
                    + "\(poll.components.seconds) s once events were missed",
                advice: "Keep the spool on a disk of this machine, and share the drop folders from "
                    + "here; or put up with it (spool.poll)")
        }
    }

    private var setting: String {
        switch role {
        case .reports, .userReports: "reports.directory"
        case .spool, .privateFolder, .drop: "spool.directory"
        }
    }

    // MARK: Owner and mode

    func ownershipFinding(_ account: Account) -> Finding {
        switch role {
        case .privateFolder: return privateOwnership(account)
        case .drop: return dropOwnership(account)
        case .userReports: return userReportsFinding(for: nil, account)
        case .spool, .reports:
            guard othersMayWrite else { return .ok(.ownership, path, ownership) }
            let what = role == .spool ? "the drop folders" : "the report folders"
            return .warning(
                .ownership, path, "\(ownership): every account may put folders in the place of \(what)",
                advice: "sudo chmod o-w \(word)")
        }
    }

    private var othersMayWrite: Bool { mode & 0o002 != 0 }

    private func giving(to account: Account) -> String {
        "sudo chown -R \(ShellWord.quoted(account.daemonName)): \(word)"
    }

    private func privateOwnership(_ account: Account) -> Finding {
        if let owner = account.ownerID, owner != ownerID {
            return .failed(
                .ownership, path,
                "\(ownership): it does not belong to '\(account.daemonName)', which owns the spool, so no "
                    + "daemon of that account can start",
                advice: giving(to: account))
        }
        guard mode & 0o077 == 0 else {
            return .failed(
                .ownership, path, "\(ownership): other accounts may read lists and the database",
                advice: "sudo chmod 700 \(word)")
        }
        guard foreignFiles.isEmpty else {
            // Root may write them all the same.
            let effect = account.daemonID == 0 ? "" : ", which cannot write it"
            return .failed(
                .ownership, path,
                "\(foreignFiles.joined(separator: ", ")) in it does not belong to "
                    + "'\(account.daemonName)'\(effect)",
                advice: giving(to: account))
        }
        return .ok(.ownership, path, ownership)
    }

    private func dropOwnership(_ account: Account) -> Finding {
        let isOwn = ownerID == account.daemonID || account.daemonID == 0
        if mode & 0o1000 != 0, !isOwn {
            return .failed(
                .ownership, path,
                "\(ownership): with the sticky bit '\(account.daemonName)' cannot take files of others away",
                advice: "sudo chmod -t \(word)")
        }
        if othersMayWrite {
            return .warning(
                .ownership, path, "\(ownership): every account may drop lists here and take them away",
                advice: "sudo chmod o= \(word)")
        }
        if mode & 0o007 != 0 {
            return .warning(
                .ownership, path, "\(ownership): every account may see what is dropped",
                advice: "sudo chmod o= \(word)")
        }
        if mode & 0o020 != 0, mode & 0o2000 == 0 {
            return .warning(
                .ownership, path,
                "\(ownership): new files keep the group of who drops them, so hashdrop may not be "
                    + "allowed to read them",
                advice: "sudo chmod g+s \(word)")
        }
        return .ok(.ownership, path, ownership)
    }

    // MARK: Rights of the daemon's account

    /// The commands that let hashdrop's account write to the folder.
    func rightsAdvice(_ account: Account) -> String {
        let name = ShellWord.quoted(account.daemonName)
        switch role {
        // Root's group opens far more than the folder.
        case .drop where groupName == "root":
            return "sudo chown \(name) \(word) && sudo chmod 750 \(word)"
        case .drop where ownerID != account.daemonID:
            return "sudo usermod -aG \(ShellWord.quoted(groupName)) \(name) && sudo chmod 2770 \(word), "
                + "then start the daemon again"
        case .drop: return "sudo chmod u+rwx \(word)"
        case .spool, .privateFolder, .reports, .userReports:
            return "sudo chown \(name) \(word) && sudo chmod u+rwx \(word)"
        }
    }
}
