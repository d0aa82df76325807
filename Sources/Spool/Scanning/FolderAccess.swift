import Glibc

/// Reading rights of a user's folder: what its owner and its group may read by themselves.
///
/// A file that is renamed into a folder keeps its owner and mode, and the account that renames it need not be
/// allowed to read it. hashdrop's account often may, and its report would tell. So only that is picked up
/// which all accounts may read, or the folder's group (if the group may drop there), or the folder's owner.
struct FolderAccess {
    private let ownerID: uid_t?
    private let groupID: gid_t?

    /// - Parameter status: of the user's own folder. Folders within it may be foreign themselves.
    init(_ status: stat) {
        let othersDrop = status.st_mode & 0o022 != 0
        // A folder that root or hashdrop made for a group is the group's, not its owner's.
        let isService = status.st_uid == 0 || status.st_uid == geteuid()
        ownerID = isService && othersDrop ? nil : status.st_uid
        groupID = status.st_mode & 0o020 != 0 ? status.st_gid : nil
    }

    /// Whether the mode lets one of them read the file, or read and enter the folder.
    func mayRead(_ status: stat) -> Bool {
        let needed: mode_t = status.kind == .folder ? 0o5 : 0o4
        func allows(_ shift: mode_t) -> Bool { status.st_mode >> shift & needed == needed }
        return allows(0) || (status.st_gid == groupID && allows(3)) || (status.st_uid == ownerID && allows(6))
    }
}
