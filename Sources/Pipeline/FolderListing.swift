import Glibc
import Model
import Spool

/// What stands in the spool folder, compared with who the users are.
struct FolderListing {
    /// Users whose folder is there.
    var users: Set<UserName> = []
    /// Everything else, with the reason why nothing is picked up from it.
    var unusable: [FolderHealth.Folder] = []

    /// Throws `SpoolError` if the spool folder cannot be read, or is another one by now.
    init(of spool: SpoolFolder, known: Set<UserName>) throws {
        guard spool.isInPlace else {
            throw SpoolError(
                "find (it was moved, replaced or unmounted) the spool folder", ENOENT, path: spool.path)
        }
        let (names, others) = try spool.users()
        users = known.intersection(names)
        unusable = names.filter { !known.contains($0) }.map {
            Self.unusable($0.description, "there is no user '\($0)': 'hashdrop user add \($0)' makes one")
        }
        unusable += others.filter { $0.display != Self.readMe }.map {
            Self.unusable(
                $0.display,
                "not a user's folder: files belong into the folders, whose names are \(UserName.rule)")
        }
        unusable += known.subtracting(names).sorted().map {
            Self.unusable(
                $0.description, "the folder '\(spool.path)/\($0)' is missing or a link: create it")
        }
    }

    /// Lies in the project's own spool folder, for people.
    private static let readMe = "README.md"

    private static func unusable(_ name: String, _ problem: String) -> FolderHealth.Folder {
        FolderHealth.Folder(user: name, watching: "nobody", problem: problem, waitingFiles: 0)
    }
}
