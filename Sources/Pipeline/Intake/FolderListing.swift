import Foundation
import Model
import Spool

/// Listing of the spool folder, compared with the table of users.
struct FolderListing {
    /// Users whose folder is there.
    var users: Set<UserName> = []
    /// Everything else, with the reason why nothing is picked up from it.
    var unusable: [FolderHealth.Folder] = []
    /// Users without a folder.
    var missing: Set<UserName> = []

    /// Throws `FileSystemError` if the spool folder cannot be read.
    init(of spool: SpoolFolder, known: Set<UserName>) throws {
        let (names, others) = try spool.users()
        users = known.intersection(names)
        // An empty folder is what 'hashdrop user remove' leaves: no file waits in it.
        unusable = try names.filter { try !known.contains($0) && !spool.isFolderEmpty($0) }.map {
            Self.unusable(
                $0.description,
                "there is no user '\($0)': 'hashdrop user add \($0)' makes one; or move its files elsewhere "
                    + "and remove it"
            )
        }
        unusable += others.filter { $0.display != Self.readMe }.map {
            Self.unusable(
                $0.display,
                "not a user's folder: files belong into the folders, whose names are \(UserName.rule)")
        }
        missing = known.subtracting(names)
        unusable += missing.sorted().map {
            Self.unusable(
                $0.description, "the folder '\(spool.path)/\($0)' is missing or a link: create it")
        }
    }

    /// Documentation that lies in the project's own spool folder.
    private static let readMe = "README.md"

    private static func unusable(_ name: String, _ problem: String) -> FolderHealth.Folder {
        FolderHealth.Folder(user: name, watching: .unwatched, problem: problem, waitingFiles: 0)
    }
}

extension FolderHealth.Folder {
    /// A claim whose record is unusable; the daemon neither knows whose it is nor removes it.
    static func damagedClaim(_ path: String, _ problem: String) -> FolderHealth.Folder {
        FolderHealth.Folder(
            user: path, watching: .unwatched,
            problem: "a claim that cannot be used (\(problem)): look at it, and move it away",
            waitingFiles: 0)
    }
}

/// Users without a folder: each is told so in the list of waiting files, once.
struct MissingFolders {
    private var since: [UserName: Date] = [:]

    /// Takes the users without a folder now; returns the lines that change: a new one, or nil for one that
    /// goes.
    mutating func update(_ users: Set<UserName>, at now: Date) -> [UserName: WaitingFile?] {
        var changed: [UserName: WaitingFile?] = [:]
        for user in since.keys where !users.contains(user) { changed.updateValue(nil, forKey: user) }
        since = since.filter { users.contains($0.key) }
        for user in users where since[user] == nil {
            since[user] = now.wholeSeconds
            changed[user] = .folderItself(
                "missing or a link: hashdrop's operator must create it", since: now.wholeSeconds)
        }
        return changed
    }
}
