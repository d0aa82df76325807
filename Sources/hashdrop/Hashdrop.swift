import ArgumentParser

/// The program: one binary for the daemon and its commands.
@main
struct Hashdrop: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "hashdrop",
        abstract: "Drop a list of file hashes into a folder; find VirusTotal's verdicts in a report.",
        version: version,
        subcommands: [
            ServeCommand.self, SubmitCommand.self, LookupCommand.self, CheckCommand.self, StatusCommand.self,
            DoctorCommand.self,
            CancelCommand.self,
            RetryCommand.self, ReportCommand.self,
            JobCommand.self, CacheCommand.self, AllowCommand.self, UserCommand.self, SharedCommand.self,
            BackupCommand.self,
            DemoCommand.self,
            SimulateCommand.self,
        ])

    /// As the library's own, but for what the failures of this program say and exit with.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            CommandFailure.exit(for: error)
        }
    }
}
