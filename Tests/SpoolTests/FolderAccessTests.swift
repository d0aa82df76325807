import FileSystem
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Spool

/// Only what the folder's people may read by themselves is picked up.
@Suite struct FolderAccessTests {
    private static let alice: uid_t = 1_001
    private static let bob: uid_t = 1_002
    private static let aliceGroup: gid_t = 2_001
    private static let bobGroup: gid_t = 2_002

    private func status(
        _ owner: uid_t, _ group: gid_t, _ mode: mode_t, _ type: mode_t = S_IFREG
    ) -> stat {
        var status = stat()
        status.st_uid = owner
        status.st_gid = group
        status.st_mode = mode | type
        return status
    }

    /// Alice owns it, and no other user may drop.
    private var own: FolderAccess { FolderAccess(status(Self.alice, Self.bobGroup, 0o755, S_IFDIR)) }
    /// As the README sets it up: root's, for the group alice.
    private var shared: FolderAccess { FolderAccess(status(0, Self.aliceGroup, 0o2770, S_IFDIR)) }

    @Test func theOwnersFilesAreTaken() {
        #expect(own.mayRead(status(Self.alice, Self.bobGroup, 0o600)))
        #expect(!own.mayRead(status(Self.alice, Self.bobGroup, 0o000)))
    }

    @Test func somebodyElsesPrivateFileIsNot() {
        #expect(!own.mayRead(status(Self.bob, Self.bobGroup, 0o600)))
        // The folder has this group, but its members may not drop there.
        #expect(!own.mayRead(status(Self.bob, Self.bobGroup, 0o640)))
        #expect(own.mayRead(status(Self.bob, Self.bobGroup, 0o644)))
    }

    @Test func inAGroupsFolderTheGroupCounts() {
        #expect(shared.mayRead(status(Self.alice, Self.aliceGroup, 0o640)))
        #expect(!shared.mayRead(status(Self.bob, Self.bobGroup, 0o640)))
        #expect(!shared.mayRead(status(Self.alice, Self.aliceGroup, 0o600)))
    }

    /// Bob, of the folder's group, may have moved it there.
    @Test func inAnOwnersFolderForAGroupTheOwnersPrivateFileIsNotTaken() {
        let access = FolderAccess(status(Self.alice, Self.aliceGroup, 0o770, S_IFDIR))
        #expect(!access.mayRead(status(Self.alice, Self.aliceGroup, 0o600)))
        #expect(access.mayRead(status(Self.alice, Self.aliceGroup, 0o640)))
        #expect(
            !FolderAccess(status(Self.alice, Self.aliceGroup, 0o707, S_IFDIR))
                .mayRead(status(Self.alice, Self.aliceGroup, 0o600)))
    }

    private func list(group: UInt8, mask: UInt8?) throws -> AccessList {
        var bytes: [UInt8] = [2, 0, 0, 0]
        func add(_ tag: UInt8, _ rights: UInt8, id: UInt8) { bytes += [tag, 0, rights, 0, id, 0, 0, 0] }
        add(0x01, 6, id: 0xFF)
        add(0x02, 7, id: 9)
        add(0x04, group, id: 0xFF)
        if let mask { add(0x10, mask, id: 0xFF) }
        add(0x20, 0, id: 0xFF)
        return try #require(AccessList(attribute: bytes))
    }

    /// As setfacl writes it.
    @Test func anAccessListIsReadFromTheFile() throws {
        let folder = TemporaryFolder()
        for name in ["listed", "plain"] { try Data().write(to: folder.url.appending(path: name)) }
        // Alice may read it, and the owning group may not; the mask, and so the mode, says that it may.
        let bytes: [UInt8] =
            [2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 233, 3, 0, 0]
            + [4, 0, 0, 0, 255, 255, 255, 255, 16, 0, 4, 0, 255, 255, 255, 255]
            + [32, 0, 0, 0, 255, 255, 255, 255]
        guard setAccessList(folder.path("listed"), bytes) else { return }
        let directory = try Directory.open(path: folder.path(""))
        #expect(try directory.accessList(of: Array("listed".utf8))?.owningGroup == 0)
        #expect(try directory.status(Array("listed".utf8)).map { $0.st_mode >> 3 & 7 } == 4)
        #expect(try directory.accessList(of: Array("plain".utf8)) == nil)
        #expect(try directory.accessList() == nil)
    }

    /// False where the file system knows of no access lists.
    private func setAccessList(_ path: String, _ bytes: [UInt8]) -> Bool {
        typealias Set =
            @convention(c) (
                UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer?, Int, Int32
            ) -> Int32
        let set = dlsym(nil, "setxattr").map { unsafeBitCast($0, to: Set.self) }
        let result = bytes.withUnsafeBytes {
            set?(path, "system.posix_acl_access", $0.baseAddress, $0.count, 0)
        }
        if result != 0, errno != EOPNOTSUPP { Issue.record("setxattr fails with \(errno)") }
        return result == 0
    }

    /// The mode's bits for the group are the access list's mask then.
    @Test func anAccessListsMaskIsNotTheGroupsRight() throws {
        let file = status(Self.bob, Self.aliceGroup, 0o670)
        for (group, mask, isReadable) in [(0, 7, false), (4, 7, true), (4, 3, false)] {
            let list = try list(group: UInt8(group), mask: UInt8(mask))
            let mayRead = shared.mayRead(file, accessList: list)
            #expect(mayRead == isReadable)
        }
        let folder = status(0, Self.aliceGroup, 0o770, S_IFDIR)
        let named = FolderAccess(folder, accessList: try list(group: 5, mask: 7))
        #expect(!named.mayRead(status(Self.bob, Self.aliceGroup, 0o640)))
        #expect(AccessList(attribute: [1, 0, 0, 0]) == nil)
        #expect(AccessList(attribute: [2, 0, 0, 0, 1]) == nil)
    }

    @Test func aGroupsFolderOfRootDoesNotTellRootsFiles() {
        #expect(!shared.mayRead(status(0, 0, 0o600)))
    }

    @Test func aFolderMustBeEnteredToo() {
        #expect(!own.mayRead(status(Self.bob, Self.bobGroup, 0o744, S_IFDIR)))
        #expect(own.mayRead(status(Self.bob, Self.bobGroup, 0o755, S_IFDIR)))
    }
}
