import ArgumentParser
import PostgreSQL
import Settings
import SharedStore

/// `hashdrop shared …`: the PostgreSQL database that daemons with one key share.
struct SharedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shared", abstract: "Set up and look at the database that several daemons share.",
        subcommands: [SharedInitCommand.self, SharedStatusCommand.self, SharedMigrateCommand.self])
}

/// `--database` and `--password-file`, of commands that need the role that owns the shared database.
struct SharedOwnerOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The shared database with the role that owns it, postgres://owner@db.example.org/hashdrop; "
                + "without it shared.database of the settings.", valueName: "url"))
    var database: String?
    @Option(help: ArgumentHelp("The file with that role's password, if the URL has none.", valueName: "file"))
    var passwordFile: String?

    /// A big database's migration, or a batch of answers behind a slow link.
    private static let statementLimit: Duration = .seconds(600)

    func validate() throws {
        guard passwordFile == nil || database != nil else {
            throw ValidationError("--password-file goes with --database.")
        }
    }

    func address(_ settings: HashdropSettings) throws -> PostgreSQLAddress {
        guard let database else {
            if let address = try settings.sharedAddress() { return address }
            throw CommandFailure(
                .usage, "No shared database is named; give its URL with --database, or set shared.database.")
        }
        do {
            return try SharedAddress(
                url: database, passwordFile: passwordFile, urlName: "option --database",
                passwordFileName: "--password-file"
            ).address()
        } catch let error as SettingsError {
            throw CommandFailure(.usage, error.description)
        }
    }

    /// Runs `body` with a connection of the owner's. Nothing is connected yet.
    static func asOwner<Value>(
        _ address: PostgreSQLAddress, _ body: (PostgreSQLClient) async throws -> Value
    ) async throws -> Value {
        var options = PostgreSQLOptions()
        options.statementLimit = statementLimit
        let client = try PostgreSQLClient(address: address, options: options)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch SharedError.notAdmitted {
            throw CommandFailure(
                .noPermission, "The database '\(address)' does not let its role do this",
                advice: "name the role that owns the database with --database; to make sites' roles it also "
                    + "needs CREATEROLE")
        }
    }
}
