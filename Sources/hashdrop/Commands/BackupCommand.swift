import ArgumentParser
import Foundation
import Settings
import Store

/// `hashdrop backup FILE`: a copy of the database while the daemon runs.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a consistent copy of the database, while the daemon runs.",
        discussion: """
            Users, jobs, verdicts and the quota's ledger are in it; the reports are files of their own. To \
            restore: stop hashdrop, remove hashdrop.sqlite, hashdrop.sqlite-wal and hashdrop.sqlite-shm from \
            .hashdrop in the spool, and copy the backup there as hashdrop.sqlite.
            """)

    @Argument(help: "The file to write; it must not exist.") var file: String
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        let settings = try await configurationOption.settings()
        let paths = StatePaths(spool: settings.spool.directory)
        guard FileManager.default.fileExists(atPath: paths.database) else {
            throw CommandFailure(.noInput, "There is no database '\(paths.database)' to copy.")
        }
        let database = try HashdropDatabase(path: paths.database, endpoint: nil)
        try database.backup(to: file)
        let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
        print("Wrote \(file) (\(bytes) bytes), a checked copy of \(paths.database).")
    }
}
