import Testing

@testable import Doctor

@Suite struct MountTableTests {
    private let table = MountTable(
        mountinfo: #"""
            22 27 0:21 / /proc rw,relatime - proc proc rw
            27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
            30 27 0:40 / /srv/my\040spool rw,relatime shared:5 - nfs4 nas:/spool rw,vers=4.2
            31 27 254:1 / /mnt/old ro,relatime - xfs /dev/vdb rw
            32 27 254:2 / /mnt/new rw,relatime - vfat /dev/vdc ro,errors=remount-ro
            33 27 0:41 / /twice rw - ext4 /dev/vdd rw
            34 33 0:42 / /twice rw - tmpfs tmpfs rw
            no line of a mount
            """#)

    @Test(arguments: [
        ("/home/x", "/", "ext4", false), ("/srv/my spool/alice", "/srv/my spool", "nfs4", false),
        ("/srv/my spool2", "/", "ext4", false), ("/mnt/old/a", "/mnt/old", "xfs", true),
        ("/mnt/new", "/mnt/new", "vfat", true), ("/twice/a", "/twice", "tmpfs", false),
    ])
    func aPathIsOnTheDeepestAndLatestMount(
        _ path: String, _ point: String, _ type: String, _ isReadOnly: Bool
    ) {
        #expect(table.mount(holding: path) == .init(point: point, type: type, isReadOnly: isReadOnly))
    }

    @Test func withoutAListNothingIsKnown() {
        #expect(MountTable(mountinfo: "").mount(holding: "/srv") == nil)
        #expect(table.mounts.count == 7)
    }

    @Test(arguments: [
        ("ext4", FileSystemKind.local), ("btrfs", .local), ("fuseblk", .local), ("tmpfs", .memory),
        ("nfs", .network), ("nfs4", .network), ("cifs", .network), ("9p", .network), ("fuse.sshfs", .network),
        ("fuse.mergerfs", .fuse), ("fuse", .fuse), ("overlay", .layered),
    ])
    func kindsOfFileSystems(_ type: String, _ kind: FileSystemKind) {
        #expect(FileSystemKind(type: type) == kind)
    }
}
