/// What a type of file system means for hashdrop.
enum FileSystemKind: Hashable, Sendable {
    /// On a disk of this machine.
    case local
    /// In memory: gone with the next start of the machine.
    case memory
    /// Shared with other machines, or with the host of a virtual machine.
    case network
    /// A program's, which need not tell of what it does by itself.
    case fuse
    /// A container's layers: gone with the container.
    case layered

    private static let networkTypes: Set = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs",
        "ceph", "afs", "lustre", "gpfs", "beegfs", "ocfs2", "gfs2", "coda", "orangefs",
    ]
    /// FUSE programs that bring a network file system.
    private static let networkPrograms: Set = [
        "sshfs", "glusterfs", "s3fs", "rclone", "davfs", "davfs2", "ceph-fuse", "vmhgfs-fuse", "gcsfuse",
        "juicefs",
    ]

    init(type: String) {
        switch type {
        case _ where Self.networkTypes.contains(type): self = .network
        case "tmpfs", "ramfs": self = .memory
        case "overlay", "aufs", "unionfs": self = .layered
        // A disk's file system by a program, such as NTFS.
        case "fuseblk": self = .local
        case _ where type == "fuse" || type.hasPrefix("fuse."):
            self = Self.networkPrograms.contains(String(type.dropFirst("fuse.".count))) ? .network : .fuse
        default: self = .local
        }
    }
}
