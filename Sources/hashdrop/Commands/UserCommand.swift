import ArgumentParser
import Cryptography
import FileSystem
import Foundation
import Model
import Pipeline
import Reporting
import Settings
import Store
import Support

/// `hashdrop user …`: who has a drop folder.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add, list, change and remove users.",
        subcommands: [
            Add.self, UserImportCommand.self, List.self, Password.self, Remove.self, UserNotifyCommand.self,
        ])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Make a user with a drop folder and a report folder.")

        @Argument(help: "The name: \(UserName.rule).") var name: String
        @Flag(help: "May see all users' jobs and the operations view.") var administrator = false
        @Option(help: "Turns in the queue relative to others, 1 to 100.") var weight = 1
        @Flag(help: "Read a password for the web page from standard input.") var passwordStdin = false
        @Flag(help: "Give the lists of a former user of this name to the new one.") var keepLists = false
        @OptionGroup var configurationOption: ConfigurationOption

        func validate() throws {
            guard (1...100).contains(weight) else { throw ValidationError("--weight must be 1 to 100.") }
        }

        func run() async throws {
            let user = try UserCommand.name(name)
            let settings = try await configurationOption.settings()
            let database = try StatePaths.openDatabase(settings)
            let password = passwordStdin ? try PasswordPrompt.fromStandardInput() : nil
            let drop = "\(settings.spool.directory)/\(user)"
            let reports = "\(settings.reports.directory)/\(user)"
            try ReportsFolder(path: settings.reports.directory, database: database).verify()
            let lists = try database.users.user(user) == nil ? try database.jobs.count(of: user) : 0
            guard lists == 0 || keepLists else {
                throw CommandFailure(
                    .data,
                    "A former user '\(user)' has \(lists) \(lists == 1 ? "list" : "lists"), which the "
                        + "new one would see. Add another name, remove the lists ('hashdrop job remove'), or "
                        + "give them to the new user: 'hashdrop user add \(user) --keep-lists'.")
            }
            // Before the user: every user in the table can drop files.
            for folder in [drop, reports] { try UserCommand.makeFolder(folder) }
            try database.users.add(
                User(
                    name: user, isAdministrator: administrator, weight: weight,
                    passwordHash: try password.map { try PasswordHash(password: $0).stored },
                    createdAt: Date()))
            // Without a watch only the next safety scan would find the folder.
            try DaemonSignal.tellJobsChanged(StatePaths(spool: settings.spool.directory))
            print("Added \(user).\n  drop lists into  \(drop)\n  find reports in  \(reports)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users.")

        @OptionGroup var configurationOption: ConfigurationOption

        func run() async throws {
            let settings = try await configurationOption.settings()
            let users = try StatePaths.openDatabase(settings).users.all()
            if users.isEmpty { print("There is no user yet: 'hashdrop user add NAME' makes one.") }
            for user in users {
                let marks = [
                    user.isAdministrator ? "administrator" : nil,
                    user.weight == 1 ? nil : "weight \(user.weight)",
                    user.passwordHash == nil ? "no password" : nil,
                ].compactMap(\.self).joined(separator: ", ")
                print("\(user.name)\t\(marks)")
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passwd", abstract: "Set a user's password for the web page.")

        @Argument var name: String
        @Flag(help: "Read the password from standard input instead of asking twice.") var passwordStdin =
            false
        @OptionGroup var configurationOption: ConfigurationOption

        func run() async throws {
            let user = try UserCommand.name(name)
            let database = try StatePaths.openDatabase(try await configurationOption.settings())
            guard try database.users.user(user) != nil else {
                throw StoreError(
                    .noSuchUser, "There is no user '\(user)'; 'hashdrop user list' shows who there is.")
            }
            let password =
                try passwordStdin ? PasswordPrompt.fromStandardInput() : PasswordPrompt.fromTerminal()
            try database.users.setPasswordHash(try PasswordHash(password: password).stored, of: user)
            print("The password of \(user) is set.")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove",
            abstract:
                "Remove a user; the folders stay, and what is still in the drop folder is not picked up.")

        @Argument var name: String
        @OptionGroup var configurationOption: ConfigurationOption

        func run() async throws {
            let user = try UserCommand.name(name)
            let settings = try await configurationOption.settings()
            let database = try StatePaths.openDatabase(settings)
            let running = try database.lookups.runningJobs().count { $0.user == user }
            try database.users.remove(user)
            try DaemonSignal.tellJobsChanged(StatePaths(spool: settings.spool.directory))
            print(
                "Removed \(user). The folders \(settings.spool.directory)/\(user) and "
                    + "\(settings.reports.directory)/\(user) are left as they are.")
            if running > 0 {
                print(
                    "\(running) \(running == 1 ? "job of theirs goes" : "jobs of theirs go") on; 'hashdrop "
                        + "cancel JOB' ends one."
                )
            }
        }
    }

    /// Makes a user's folder, if it is missing.
    static func makeFolder(_ path: String) throws {
        do {
            try PrivateDirectory.make(at: URL(filePath: path, directoryHint: .isDirectory))
        } catch {
            throw CommandFailure(
                .cannotCreate,
                "The folder '\(path)' cannot be made (\((error as NSError).localizedDescription)); move away "
                    + "what stands there, or give this account the permission.")
        }
    }

    static func name(_ text: String) throws -> UserName {
        guard let name = UserName(text) else {
            throw CommandFailure(
                .usage, "'\(text.showingControls)' cannot be a user's name: it must be \(UserName.rule).")
        }
        return name
    }
}
