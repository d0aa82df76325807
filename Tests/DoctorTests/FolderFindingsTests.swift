import Glibc
import Model
import Testing

@testable import Doctor

/// What the facts of a folder mean, row by row.
@Suite struct FolderFindingsTests {
    static let daemon = Account(userID: 990, name: "hashdrop", ownerID: 990, ownerName: "hashdrop")
    static let stranger = Account(userID: 1_000, name: "bob", ownerID: 990, ownerName: "hashdrop")
    static let root = Account(userID: 0, name: "root", ownerID: 990, ownerName: "hashdrop")
    static let alice = FolderRole.drop(UserName("alice")!)

    static func folder(
        _ role: FolderRole, owner: UInt32 = 990, mode: UInt32 = 0o750, type: String = "ext4",
        isReadOnly: Bool = false, standing: FolderFacts.Standing = .folder
    ) -> FolderFacts {
        FolderFacts(
            role: role, path: "/srv/spool", standing: standing, ownerID: owner, ownerName: "o",
            groupName: "g", mode: mode, mount: .init(point: "/srv", type: type, isReadOnly: isReadOnly))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var finding: Finding?
        var state: Finding.State?
        /// A part of the message, and of the advice.
        var says = ""
        var advises = ""
    }

    static let standings: [Row] = [
        Row(testDescription: "a folder", finding: folder(.spool).standingFinding(daemon)),
        Row(
            testDescription: "no spool", finding: folder(.spool, standing: .missing).standingFinding(daemon),
            state: .failed, says: "spool.directory", advises: "hashdrop user add"),
        Row(
            testDescription: "no private folder",
            finding: folder(.privateFolder, standing: .missing).standingFinding(daemon), state: .failed,
            says: "no spool", advises: "Mount"),
        Row(
            testDescription: "no drop folder",
            finding: folder(alice, standing: .missing).standingFinding(daemon), state: .failed,
            says: "no drop folder", advises: "sudo install -d -o hashdrop -m 750 /srv/spool"),
        Row(
            testDescription: "no reports' folder",
            finding: folder(.reports, standing: .missing).standingFinding(daemon), state: .failed,
            says: "reports.directory", advises: "Mount"),
        Row(
            testDescription: "a link", finding: folder(alice, standing: .link).standingFinding(daemon),
            state: .failed, says: "a link", advises: "sudo rm /srv/spool"),
        Row(
            testDescription: "a file", finding: folder(alice, standing: .otherKind).standingFinding(daemon),
            state: .failed, says: "no folder", advises: "Move it away"),
        Row(
            testDescription: "closed to hashdrop",
            finding: folder(alice, standing: .hidden(EACCES)).standingFinding(daemon), state: .failed,
            says: "Permission denied", advises: "hashdrop"),
        Row(
            testDescription: "closed to another account",
            finding: folder(alice, standing: .hidden(EACCES)).standingFinding(stranger), state: .warning,
            says: "as 'bob'", advises: "sudo -u hashdrop hashdrop doctor"),
    ]

    static let fileSystems: [Row] = [
        Row(testDescription: "a disk", finding: on("ext4", .spool), state: .ok, says: "ext4"),
        Row(
            testDescription: "in memory", finding: on("tmpfs", .spool), state: .warning,
            says: "next start", advises: "spool.directory"),
        Row(
            testDescription: "drop folder of a spool that is read-only",
            finding: folder(alice, isReadOnly: true).fileSystemFinding(poll: .seconds(5)), state: .warning,
            says: "not tried", advises: "See file-system"),
        Row(
            testDescription: "what is not made on a read-only file system",
            finding: folder(.spool, isReadOnly: true).readOnlyFinding, state: .warning, says: "not tried"),
        Row(
            testDescription: "drop folder hidden by a tmpfs", finding: hidden(alice), state: .warning,
            advises: "sudo umount /srv/spool"),
        Row(
            testDescription: "drop folder of a spool in memory", finding: on("tmpfs", alice),
            state: .warning, advises: "Move the whole folder of spool.directory"),
        Row(
            testDescription: "spool that is a tmpfs itself", finding: hidden(.spool), state: .warning,
            advises: "set spool.directory"),
        Row(
            testDescription: "reports in memory", finding: on("tmpfs", .reports), state: .warning,
            advises: "reports.directory"),
        Row(
            testDescription: "drop folder on NFS", finding: on("nfs4", alice), state: .warning,
            says: "every 5 s", advises: "spool.poll"),
        Row(
            testDescription: "drop folder of a FUSE program", finding: on("fuse.mergerfs", alice),
            state: .warning, says: "scans"),
        Row(testDescription: "reports on NFS", finding: on("nfs4", .reports), state: .ok),
        Row(
            testDescription: "database on SMB", finding: on("cifs", .privateFolder), state: .warning,
            says: "database", advises: "share the drop folders from here"),
        Row(
            testDescription: "a container's layer", finding: on("overlay", .spool), state: .warning,
            says: "container", advises: "volume"),
        Row(
            testDescription: "read-only",
            finding: folder(.spool, isReadOnly: true).fileSystemFinding(poll: .seconds(5)), state: .failed,
            says: "read-only", advises: "sudo mount -o remount,rw /srv"),
        Row(
            testDescription: "without a list of mounts",
            finding: FolderFacts(role: .spool, path: "/srv").fileSystemFinding(poll: .seconds(5)),
            state: .warning, advises: "/proc/self/mountinfo"),
    ]

    private static func hidden(_ role: FolderRole) -> Finding {
        var facts = folder(role, type: "tmpfs")
        facts.isMountPoint = true
        return facts.fileSystemFinding(poll: .seconds(5))
    }

    private static func on(_ type: String, _ role: FolderRole) -> Finding {
        folder(role, type: type).fileSystemFinding(poll: .seconds(5))
    }

    static let ownerships: [Row] = [
        Row(testDescription: "as made", finding: owned(alice, 0o750), state: .ok, says: "o:g, mode 0750"),
        Row(testDescription: "as the README says", finding: owned(alice, 0o2770), state: .ok),
        Row(
            testDescription: "writable by all", finding: owned(alice, 0o777), state: .warning,
            says: "every account may drop", advises: "sudo chmod o= /srv/spool"),
        Row(
            testDescription: "readable by all", finding: owned(alice, 0o755), state: .warning,
            says: "may see", advises: "sudo chmod o= /srv/spool"),
        Row(
            testDescription: "sticky, of another account", finding: owned(alice, 0o3770, owner: 1_000),
            state: .failed, says: "sticky", advises: "sudo chmod -t /srv/spool"),
        Row(testDescription: "sticky, of hashdrop", finding: owned(alice, 0o3770), state: .ok),
        Row(
            testDescription: "a group without its bit", finding: owned(alice, 0o770), state: .warning,
            says: "keep the group", advises: "sudo chmod g+s /srv/spool"),
        Row(testDescription: "private", finding: owned(.privateFolder, 0o700), state: .ok),
        Row(
            testDescription: "not private", finding: owned(.privateFolder, 0o750), state: .failed,
            says: "may read lists", advises: "sudo chmod 700 /srv/spool"),
        Row(
            testDescription: "files of another account", finding: foreign, state: .failed,
            says: "hashdrop.sqlite", advises: "sudo chown -R hashdrop: /srv/spool"),
        Row(
            testDescription: "a spool for all", finding: owned(.spool, 0o777), state: .warning,
            advises: "sudo chmod o-w /srv/spool"),
        Row(testDescription: "a spool that all may enter", finding: owned(.spool, 0o755), state: .ok),
        Row(
            testDescription: "reports for all", finding: owned(.reports, 0o777), state: .warning,
            says: "report folders", advises: "sudo chmod o-w /srv/spool"),
    ]

    private static func owned(_ role: FolderRole, _ mode: UInt32, owner: UInt32 = 990) -> Finding {
        folder(role, owner: owner, mode: mode).ownershipFinding(daemon)
    }

    @Test func theServiceAccountIsTheSpoolsOwnerUnlessRootMadeTheSpool() {
        func owner(_ spool: UInt32, _ own: UInt32, _ standing: FolderFacts.Standing = .folder) -> UInt32? {
            FolderFacts.serviceFolder(
                Self.folder(.spool, owner: spool), Self.folder(.privateFolder, owner: own, standing: standing)
            )?.ownerID
        }
        #expect(owner(990, 0) == 990)
        #expect(owner(990, 1_000) == 990)
        #expect(owner(0, 990) == 990)
        #expect(owner(990, 0, .missing) == 990)
    }

    @Test(arguments: [daemon, root])
    func aPrivateFolderOfAnotherAccountGoesToTheSpoolsOwner(_ account: Account) {
        let finding = Self.folder(.privateFolder, owner: 0, mode: 0o700).ownershipFinding(account)
        #expect((finding.state, finding.advice) == (.failed, "sudo chown -R hashdrop: /srv/spool"))
    }

    /// Owner, mode, whether hashdrop is in the folder's group, and whether it may use it.
    @Test(
        arguments: [
            (990, 0o750, false, true), (990, 0o077, true, false), (990, 0o500, false, false),
            (1_000, 0o2770, true, true), (1_000, 0o2770, false, false), (1_000, 0o707, true, false),
            (1_000, 0o707, false, true), (1_000, 0o750, true, false), (0, 0o700, false, false),
        ] as [(UInt32, UInt32, Bool, Bool)])
    func rootIsToldWhatTheModeForbidsHashdrop(_ owner: UInt32, _ mode: UInt32, _ isIn: Bool, _ may: Bool) {
        for role in [Self.alice, .reports, .userReports(UserName("alice")!)] {
            var (folder, account) = (Self.folder(role, owner: owner, mode: mode), Self.root)
            if isIn { account.daemonGroups = ["g"] }
            let expected: Finding.State? = may ? nil : .failed
            #expect(folder.shutOutFinding(account)?.state == expected)
            #expect(folder.shutOutFinding(Self.daemon) == nil)
            folder.hasAccessList = true
            #expect(folder.shutOutFinding(account) == nil)
        }
    }

    private static var foreign: Finding {
        var facts = folder(.privateFolder, mode: 0o700)
        facts.foreignFiles = ["hashdrop.sqlite"]
        return facts.ownershipFinding(daemon)
    }

    static let trials: [Row] = [
        Row(testDescription: "renamed", finding: trial(), state: .ok),
        Row(
            testDescription: "no right to write", finding: trial(making: EACCES, owner: 1_000),
            state: .failed,
            advises: "sudo usermod -aG g hashdrop && sudo chmod 2770 /srv/spool"),
        Row(
            testDescription: "no right to write, root's group", finding: trialInRootsGroup, state: .failed,
            advises: "sudo chown hashdrop /srv/spool && sudo chmod 750 /srv/spool"),
        Row(
            testDescription: "no right to write to its own", finding: trial(making: EACCES), state: .failed,
            advises: "sudo chmod u+rwx /srv/spool"),
        Row(
            testDescription: "no right of another account", finding: trial(making: EACCES, account: stranger),
            state: .warning, says: "as 'bob'", advises: "sudo -u hashdrop"),
        Row(
            testDescription: "a read-only file system", finding: trial(making: EROFS, owner: 1_000),
            state: .failed, says: "Read-only", advises: "see file-system"),
        Row(
            testDescription: "a read-only file system, renaming", finding: trial(rename: EROFS),
            state: .failed, advises: "see file-system"),
        Row(
            testDescription: "a full disk", finding: trial(making: ENOSPC), state: .failed,
            says: "No space", advises: "free-space"),
        Row(
            testDescription: "a private folder that is closed",
            finding: TrialFacts(opening: EACCES).renameFinding(folder(.spool), daemon), state: .failed,
            says: "private folder", advises: "ownership"),
        Row(
            testDescription: "a private folder that is closed, which the spool's finding says",
            finding: trial(opening: EACCES), state: .warning, says: "not tried", advises: "ownership"),
        Row(
            testDescription: "not to be taken away", finding: trial(rename: EPERM), state: .failed,
            says: "cannot be renamed"),
        Row(
            testDescription: "the older call alone", finding: trial(rename: EINVAL), state: .ok, says: "older"
        ),
        Row(testDescription: "told by same-file-system", finding: trial(rename: EXDEV)),
    ]

    private static func trial(
        making: Int32 = 0, rename: Int32? = 0, opening: Int32 = 0, owner: UInt32 = 990,
        account: Account = daemon
    ) -> Finding? {
        TrialFacts(making: making, rename: rename, opening: opening)
            .renameFinding(folder(alice, owner: owner), account)
    }

    private static var trialInRootsGroup: Finding? {
        var facts = folder(alice, owner: 0)
        facts.groupName = "root"
        return TrialFacts(making: EACCES).renameFinding(facts, daemon)
    }

    static let sameFileSystems: [Row] = [
        Row(testDescription: "the same", finding: same(device: 1, rename: 0), state: .ok),
        Row(
            testDescription: "another device", finding: same(device: 2, rename: nil), state: .failed,
            says: "another file system", advises: "one file system"),
        Row(
            testDescription: "mounted again", finding: same(device: 1, rename: EXDEV), state: .failed,
            says: "no file can be taken"),
    ]

    private static func same(device: UInt64, rename: Int32?) -> Finding? {
        var (drop, own) = (folder(alice), folder(.privateFolder))
        (drop.device, own.device) = (device, 1)
        return TrialFacts(rename: rename).sameFileSystemFinding(drop, privateFolder: own)
    }

    @Test(arguments: standings + fileSystems + ownerships + trials + sameFileSystems)
    func eachRowHasItsFinding(_ row: Row) {
        #expect(row.finding?.state == row.state)
        #expect(row.finding?.message.contains(row.says) ?? row.says.isEmpty, "\(row.finding?.message ?? "")")
        #expect(
            row.finding?.advice?.contains(row.advises) ?? row.advises.isEmpty, "\(row.finding?.advice ?? "")")
        #expect((row.finding?.advice == nil) == (row.finding?.state ?? .ok == .ok))
    }
}
