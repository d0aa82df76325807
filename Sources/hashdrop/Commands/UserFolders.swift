import Foundation
import Glibc
import Model
import Settings
import Store

/// Folders of many users: made for all of them, or for none.
struct UserFolders {
    private let roots: [String]

    init(_ settings: HashdropSettings) {
        roots = [settings.spool.directory, settings.reports.directory]
    }

    private func paths(_ users: [UserName]) -> [String] {
        users.flatMap { user in roots.map { "\($0)/\(user)" } }
    }

    private static func kind(of path: String) -> mode_t? {
        var facts = stat()
        return stat(path, &facts) == 0 || lstat(path, &facts) == 0 ? facts.st_mode & S_IFMT : nil
    }

    /// Throws what would keep a folder from being made, as far as a look can tell.
    func check(_ users: [UserName]) throws {
        for path in paths(users) {
            guard let kind = Self.kind(of: path), kind != S_IFDIR else { continue }
            throw CommandFailure(
                .cannotCreate,
                "'\(path)' is no folder, and nothing was changed; move away what stands there.")
        }
    }

    /// Makes the folders of `names` that are missing, and then adds the users. If either fails, the new
    /// folders go again.
    func make(of names: [UserName], adding users: [User], to database: HashdropDatabase) throws {
        var made: [String] = []
        do {
            for path in paths(names) where Self.kind(of: path) == nil {
                try UserCommand.makeFolder(path)
                made.append(path)
            }
            // After the folders: every user in the table can drop files.
            try database.users.add(users)
        } catch {
            // Another program may have added one of them meanwhile, who needs the folders.
            let present = try Set(paths(database.users.all().map(\.name)))
            for path in made where !present.contains(path) { rmdir(path) }
            throw error
        }
    }
}
