import FileSystem
import Foundation
import Glibc
import Model
import Spool
import Store
import Support

/// Looks at the folders one by one, and tries them.
struct FolderExamination {
    let options: DoctorOptions
    let mounts: MountTable
    let account: Account
    let privateFolder: FolderFacts

    /// Everything about a folder but its events.
    func findings(_ folder: FolderFacts) -> [Finding] {
        if let finding = folder.standingFinding(account) { return [finding] }
        let own = [folder.fileSystemFinding(poll: options.poll), folder.ownershipFinding(account)]
        var generator = options.runtime.generator
        let trial = FolderTrial(using: &generator)
        switch folder.role {
        case .privateFolder, .userReports: return own
        case _ where folder.mount?.isReadOnly == true: return own + [folder.readOnlyFinding]
        case .reports:
            let facts = trial.tryPublication(in: folder.path)
            return own + [usingFinding(facts, folder)].compactMap(\.self)
        case .spool, .drop:
            // There is nowhere to take a file to; that is said by itself.
            guard privateFolder.standing == .folder else { return own }
            let facts = trial.tryClaim(
                from: folder.path, to: privateFolder.path, followingLink: folder.role == .spool)
            return own
                + [
                    usingFinding(facts, folder),
                    facts.sameFileSystemFinding(folder, privateFolder: privateFolder),
                    folder.role == .spool ? nil : facts.leaseFinding(folder, account, leaseRights),
                ].compactMap(\.self)
        }
    }

    /// A user's report folder: whether hashdrop can write to it, and those who drop the lists can read it.
    func userReportsFindings(_ user: UserName) -> [Finding] {
        let folder = FolderFacts(
            .userReports(user), path: "\(options.reports)/\(user)", mounts: mounts,
            operators: [0, account.daemonID])
        let drop = FolderFacts(.drop(user), path: "\(options.spool)/\(user)", mounts: mounts)
        let own = folder.userReportsFinding(for: drop.droppingGroup, account)
        guard folder.standing == .folder else { return [own] }
        // Of the file system that all reports are on their folder's finding tells.
        let mount = folder.isMountPoint ? folder.fileSystemFinding(poll: options.poll) : nil
        guard folder.mount?.isReadOnly != true else {
            return [mount, own, folder.readOnlyFinding].compactMap(\.self)
        }
        var generator = options.runtime.generator
        let facts = FolderTrial(using: &generator).tryPublication(in: folder.path)
        return [mount, own, usingFinding(facts, folder)].compactMap(\.self)
    }

    /// Whether hashdrop can use the folder: by the trial, or by its mode where a trial tells nothing.
    private func usingFinding(_ facts: TrialFacts, _ folder: FolderFacts) -> Finding? {
        folder.shutOutFinding(account) ?? facts.renameFinding(folder, account)
    }

    /// The same of the daemon's own folder.
    func privateFindings() -> [Finding] {
        var folder = privateFolder
        folder.foreignFiles = foreignFiles
        return findings(folder)
    }

    /// What a command that was run by another account has left there.
    private var foreignFiles: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: privateFolder.path)) ?? []
        return names.sorted().filter { name in
            var status = stat()
            return lstat("\(privateFolder.path)/\(name)", &status) == 0
                && status.st_uid != account.daemonID
        }
    }

    private var leaseRights: LeaseRights {
        // The daemon's unit may give it what a shell has not.
        let process = options.daemon.isHeld ? options.daemon.processID : nil
        return LeaseRights(
            holdsForOthersFiles: account.daemonID == 0 || Capabilities.includeLease(of: process),
            isEnabled: Sysctl.value("fs.leases-enable") != 0, quietPeriod: options.quietPeriodWithoutLease)
    }

    /// Folders in the spool that are no user's: nothing is picked up from them.
    func strangers(besides users: [UserName]) -> [Finding] {
        guard let folders = try? SpoolFolder(path: options.spool).users().users else { return [] }
        return folders.filter { !users.contains($0) }.map { name in
            .warning(
                .spool, "\(options.spool)/\(name)",
                "there is no user of this name, so nothing is picked up from it",
                advice: "'\(account.command("user add \(name)"))', or move the folder away")
        }
    }

    /// Whether the reports' folder is the one that has been written to.
    func markerFindings(_ facts: DatabaseFacts, _ reports: FolderFacts) -> [Finding] {
        guard reports.standing == .folder, facts.reportsDirectory == Self.absolute(options.reports) else {
            return []
        }
        let marker = "\(options.reports)/\(options.reportsMarker)"
        guard access(marker, F_OK) != 0, errno == ENOENT else { return [] }
        return [
            .failed(
                .spool, options.reports,
                "it is not the folder that hashdrop has written to: its disk is not mounted, or it was "
                    + "replaced",
                advice: "Mount its disk; to begin again in this one: sudo -u "
                    + "\(ShellWord.quoted(account.daemonName)) touch \(ShellWord.quoted(marker))")
        ]
    }

    private static func absolute(_ path: String) -> String {
        URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL.path(percentEncoded: false)
    }
}
