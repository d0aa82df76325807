package import Model
package import Spool

/// One look at the drop folders from outside the daemon: what waits in them while none runs.
package struct SpoolLook: Hashable, Sendable {
    /// A drop folder, or what is none.
    package struct Folder: Hashable, Sendable, Codable {
        package var user: String
        /// Why nothing is picked up from it; nil for a user's folder that can be read.
        package var problem: String?
        package var waitingFiles: Int
        /// The first of them, with their paths within the folder.
        package var files: [String]
    }

    package var folders: [Folder]

    /// So many files of a folder are named.
    private static let filesMax = 5

    /// Throws `FileSystemError` if the spool itself cannot be read.
    ///
    /// - Parameter users: those whom the database knows.
    package init(of spool: SpoolFolder, users: [UserName]) throws {
        let listing = try FolderListing(of: spool, known: Set(users))
        folders = listing.users.sorted().map { Self.folder($0, in: spool) }
        folders += listing.unusable.map {
            Folder(user: $0.user, problem: $0.problem, waitingFiles: 0, files: [])
        }
    }

    private static func folder(_ user: UserName, in spool: SpoolFolder) -> Folder {
        do {
            let scan = try spool.scan(user)
            let files = scan.entries.filter(isDropped)
            return Folder(
                user: user.description, problem: nil, waitingFiles: files.count + scan.leftOut,
                files: Array(files.map(\.name.display).sorted().prefix(filesMax)))
        } catch {
            return Folder(user: user.description, problem: "\(error)", waitingFiles: 0, files: [])
        }
    }

    /// Whether the daemon would take it, or say why it does not: no litter of an operating system, no folder,
    /// of which the files in it tell, and nothing that `hashdrop submit` is writing.
    private static func isDropped(_ entry: SpoolEntry) -> Bool {
        guard entry.kind != .folder, !DropFile.isTemporary(entry.name) else { return false }
        return switch NameRule(entry.name) {
        case .ordinary, .unfinished: true
        case .litter, .systemFolder: false
        }
    }
}
