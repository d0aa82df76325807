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

    /// How many of these have a folder already.
    func presentCount(_ users: [UserName]) -> Int {
        users.count { user in paths([user]).contains { Self.kind(of: $0) != nil } }
    }

    private static let pathsAtOnce = 64

    /// Makes the folders of `names` that are missing, and then adds the users. If either fails, or the task
    /// is cancelled before the users are added, the new folders go again.
    func make(of names: [UserName], adding users: [User], to database: HashdropDatabase) async throws {
        var made: [String] = []
        do {
            for (number, path) in paths(names).enumerated() where Self.kind(of: path) == nil {
                // On one core the news of a signal has no other turn.
                if number.isMultiple(of: Self.pathsAtOnce) { await Task.yield() }
                guard !Task.isCancelled else {
                    throw CommandFailure(
                        .temporary, "The import was interrupted, and nothing was changed; start it again.")
                }
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
