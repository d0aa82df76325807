import Glibc
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

    @Test func aGroupsFolderOfRootDoesNotTellRootsFiles() {
        #expect(!shared.mayRead(status(0, 0, 0o600)))
    }

    @Test func aFolderMustBeEnteredToo() {
        #expect(!own.mayRead(status(Self.bob, Self.bobGroup, 0o744, S_IFDIR)))
        #expect(own.mayRead(status(Self.bob, Self.bobGroup, 0o755, S_IFDIR)))
    }
}
