import FileSystem
import Glibc

/// Reading rights of a user's folder: what its owner and its group may read by themselves.
///
/// A file that is renamed into a folder keeps its owner and mode, and the account that renames it need not be
/// allowed to read it. hashdrop's account often may, and its report would tell. So only that is picked up
/// which all accounts may read, or the folder's group (if the group may drop there), or the folder's owner.
struct FolderAccess {
    private let ownerID: uid_t?
    private let groupID: gid_t?

    /// - Parameters:
    ///   - status: of the user's own folder. Folders within it may be foreign themselves.
    ///   - accessList: of the same folder.
    init(_ status: stat, accessList: AccessList? = nil) {
        // Of a folder into which others may move files, it is not known that the owner's come from the owner.
        ownerID = status.st_mode & 0o022 != 0 ? nil : status.st_uid
        let group = accessList?.owningGroup ?? status.st_mode >> 3
        groupID = group & 0o2 != 0 ? status.st_gid : nil
    }

    /// Whether the mode lets one of them read the file, or read and enter the folder.
    ///
    /// - Parameter accessList: the file's; needed where `asksGroup`.
    func mayRead(_ status: stat, accessList: AccessList? = nil) -> Bool {
        if Self.allows(status, 0) || status.st_uid == ownerID && Self.allows(status, 6) { return true }
        guard asksGroup(status) else { return false }
        return accessList.map { $0.owningGroup & Self.needed(status) == Self.needed(status) } ?? true
    }

    /// Whether the mode's bits for the group decide, which an access list may belie.
    func asksGroup(_ status: stat) -> Bool {
        !Self.allows(status, 0) && status.st_gid == groupID && Self.allows(status, 3)
    }

    private static func needed(_ status: stat) -> mode_t { status.kind == .folder ? 0o5 : 0o4 }

    private static func allows(_ status: stat, _ shift: mode_t) -> Bool {
        status.st_mode >> shift & needed(status) == needed(status)
    }
}
