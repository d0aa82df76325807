import FileSystem
import Foundation
import Glibc
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
            throw cannotMake(path, setting, (error as NSError).localizedDescription)
        }
        try requireAccess(path, setting)
    }

    private static func cannotMake(_ path: String, _ setting: String, _ reason: String) -> CommandFailure {
        CommandFailure(
            .cannotCreate,
            "The folder '\(path)' (\(setting)) cannot be made (\(reason)); create it, or set \(setting) to "
                + "another.")
    }

    private static func requireAccess(_ path: String, _ setting: String) throws {
        for (mode, word) in [(R_OK, "read"), (W_OK, "written"), (X_OK, "entered")]
        where access(path, mode) != 0 {
            throw CommandFailure(
                .noPermission,
                "The folder '\(path)' (\(setting)) cannot be \(word) by this account; change its owner or "
                    + "mode."
            )
        }
    }

    /// Throws what a start would be refused for by the settings' folders; makes none.
    static func checkFolders(_ settings: HashdropSettings) throws {
        let folders = [
            (settings.spool.directory, "spool.directory"), (settings.reports.directory, "reports.directory"),
        ]
        for (path, setting) in folders {
            if let reason = obstacle(toMaking: path) { throw cannotMake(path, setting, reason) }
            if access(path, F_OK) == 0 { try requireAccess(path, setting) }
        }
    }

    /// Why a folder is not there and cannot be made, in words; nil if it is there or can be made.
    private static func obstacle(toMaking path: String) -> String? {
        var status = stat()
        if stat(path, &status) == 0 {
            return status.st_mode & S_IFMT == S_IFDIR ? nil : FileSystemError.words(ENOTDIR)
        }
        guard errno == ENOENT else { return FileSystemError.words(errno) }
        if lstat(path, &status) == 0 { return "it is a link that leads nowhere" }
        // It is made in the next folder above it that is there.
        var folder = path
        repeat {
            folder = NSString(string: folder).deletingLastPathComponent
            if folder.isEmpty { folder = "." }
        } while folder != "/" && folder != "." && access(folder, F_OK) != 0 && errno == ENOENT
        return access(folder, W_OK | X_OK) == 0 ? nil : FileSystemError.words(errno)
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
