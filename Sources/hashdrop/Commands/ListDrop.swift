import Foundation
import Glibc
import Model
import Settings
import Spool
import Store

/// Drop of a list into a user's folder by a command: whose folder it is, and whether this account may.
struct ListDrop {
    let user: UserName
    private let settings: HashdropSettings

    /// - Parameter name: whose folder; nil for the user whose login this is, or the only one there is.
    /// - Throws: `CommandFailure` if there is no such user or it is not clear who is meant.
    init(user name: String?, settings: HashdropSettings) throws {
        self.settings = settings
        user = try Self.user(name, spool: settings.spool.directory)
    }

    private var folder: String { "\(settings.spool.directory)/\(user)" }

    /// Where the user's reports are.
    var reports: URL { URL(filePath: "\(settings.reports.directory)/\(user)", directoryHint: .isDirectory) }

    /// Drops what `source` still holds.
    ///
    /// - Throws: `CommandFailure`, or `FileSystemError`; then nothing is dropped.
    func drop(_ source: FileHandle, as name: DroppedName) throws -> DroppedJob {
        try checkIsServed()
        try checkMayDrop()
        let digest = try DroppedJob.sha256(of: source)
        let now = Date()
        // Without the right to look the wait says so.
        let before = (try? DroppedJob.folderNames(in: reports)) ?? []
        var generator = SystemRandomNumberGenerator()
        try DropFile.drop(
            contentsOf: source.fileDescriptor, as: name, into: folder,
            bytesMax: Int64(settings.list.bytesMax),
            using: &generator)
        return DroppedJob(
            reports: reports, dropFolder: URL(filePath: folder, directoryHint: .isDirectory), name: name,
            sha256: digest, droppedAt: now, before: Set(before))
    }

    private func checkMayDrop() throws {
        guard access(folder, W_OK | X_OK) == 0 else {
            throw CommandFailure(
                .noPermission,
                "This account may not write into '\(folder)'; its owner gives permission, for example by a "
                    + "group of its own: see 'Sharing the folders' in spool/README.md.")
        }
    }

    /// The folder outlasts its user; only an account that may read the database can tell.
    private func checkIsServed() throws {
        let path = StatePaths(spool: settings.spool.directory).database
        guard access(path, R_OK | W_OK) == 0,
            try HashdropDatabase(path: path, endpoint: nil).users.user(user) == nil
        else { return }
        throw CommandFailure(
            .noUser,
            "There is a folder '\(folder)', but no user '\(user)': 'hashdrop user add \(user)' makes one.")
    }

    /// Says what is wrong if the user is known and the folder is not there.
    private static func checkHasFolder(_ user: UserName, spool: String) throws {
        let path = StatePaths(spool: spool).database
        guard access(path, R_OK | W_OK) == 0,
            try HashdropDatabase(path: path, endpoint: nil).users.user(user) != nil
        else { return }
        throw CommandFailure(
            .noUser,
            "The folder '\(spool)/\(user)' of the user '\(user)' is missing or a link; make it again, for "
                + "example by 'mkdir', and give it to those who drop files there.")
    }

    private static func user(_ name: String?, spool: String) throws -> UserName {
        let folders = try SpoolFolder(path: spool).users().users
        if let name {
            let user = try UserCommand.name(name)
            guard folders.contains(user) else {
                try checkHasFolder(user, spool: spool)
                throw CommandFailure(
                    .noUser,
                    "There is no user '\(user)' with a folder in '\(spool)'; 'hashdrop user add \(user)' "
                        + "makes both.")
            }
            return user
        }
        let login = ProcessInfo.processInfo.environment["USER"].flatMap { UserName($0) }
        if let login, folders.contains(login) { return login }
        guard folders.count == 1 else {
            throw CommandFailure(
                .noUser,
                folders.isEmpty
                    ? "There is no user in '\(spool)' yet: 'hashdrop user add NAME' makes one."
                    : "Whose folder? Name one with --user: "
                        + "\(folders.map(\.description).joined(separator: ", "))."
            )
        }
        return folders[0]
    }
}
