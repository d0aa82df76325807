import Foundation
import Settings
import Spool
import Store

/// Where the daemon keeps its own things: `.hashdrop` in the spool, on the same file system as the drop
/// folders.
struct StatePaths {
    let folder: String
    var database: String { folder + "/hashdrop.sqlite" }
    var lock: String { folder + "/lock" }
    var status: String { folder + "/daemon.json" }

    init(spool directory: String) {
        folder = directory.trimmingSuffix("/") + "/" + ClaimStore.privateFolderName
    }

    /// The spool, made with its private folder if they are missing.
    static func prepare(_ settings: HashdropSettings) throws -> StatePaths {
        let paths = StatePaths(spool: settings.spool.directory)
        try SpoolOwner.check(
            paths, spool: settings.spool.directory, arguments: Array(CommandLine.arguments.dropFirst()))
        try make(settings.spool.directory, named: "spool.directory")
        try make(settings.reports.directory, named: "reports.directory")
        let spool = try SpoolFolder(path: settings.spool.directory)
        // Makes and checks the private folder: ours, mode 0700, no link.
        _ = try ClaimStore(spool: spool)
        return paths
    }

    private static func make(_ path: String, named setting: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw CommandFailure(
                .cannotCreate,
                "The folder '\(path)' (\(setting)) cannot be made "
                    + "(\((error as NSError).localizedDescription)); "
                    + "create it, or set \(setting) to another.")
        }
        for (mode, word) in [(R_OK, "read"), (W_OK, "written"), (X_OK, "entered")]
        where access(path, mode) != 0 {
            throw CommandFailure(
                .noPermission,
                "The folder '\(path)' (\(setting)) cannot be \(word) by this account; change its owner or "
                    + "mode."
            )
        }
    }

    /// The database for a command that does not serve.
    static func openDatabase(_ settings: HashdropSettings) throws -> HashdropDatabase {
        try HashdropDatabase(path: prepare(settings).database, endpoint: nil)
    }
}

extension String {
    func trimmingSuffix(_ suffix: String) -> String {
        count > suffix.count && hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
