import ArgumentParser
import PostgreSQL
import Settings
import SharedStore
import Support

/// `hashdrop shared init`: makes the shared database hashdrop's, and admits sites.
struct SharedInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make or update the shared database's tables, and admit sites.",
        discussion: """
            Run it with the role that owns the database: once, again for each new site, and with each new \
            version of hashdrop before the sites are updated. What is there stays as it is. Each daemon \
            needs a role of its own, which may do what a site needs and nothing else.
            """)

    @OptionGroup var owner: SharedOwnerOption
    @Option(
        help: ArgumentHelp(
            "Admit this role of the server as a site's, and make it if it is not there; may be repeated.",
            valueName: "role"))
    var site: [String] = []
    @Option(
        help: ArgumentHelp(
            "The file with a new role's password: as many as there are --site, in their order.",
            valueName: "file"))
    var sitePasswordFile: [String] = []
    @Flag(help: "Read the new roles' passwords from standard input, a line for each --site.")
    var sitePasswordStdin = false
    @OptionGroup var configurationOption: ConfigurationOption

    /// Longer names are cut by the server (PostgreSQL 15, chapter "SQL Syntax", "Identifiers and Key Words").
    private static let roleBytesMax = 63

    func validate() throws {
        for role in site
        where !(1...Self.roleBytesMax).contains(role.utf8.count) || role != role.showingControls {
            throw ValidationError(
                "--site must be a role's name of 1 to \(Self.roleBytesMax) bytes, without control characters."
            )
        }
        guard Set(site).count == site.count else { throw ValidationError("--site names a role twice.") }
        guard sitePasswordFile.isEmpty || sitePasswordFile.count == site.count else {
            throw ValidationError("There must be as many --site-password-file as --site, or none.")
        }
        guard sitePasswordFile.isEmpty || !sitePasswordStdin else {
            throw ValidationError("--site-password-stdin does not go with --site-password-file.")
        }
    }

    func run() async throws {
        let address = try owner.address(try await configurationOption.settings())
        // Before anything is changed.
        let passwords = try readPasswords()
        try await SharedOwnerOption.asOwner(address) { client in
            let isNew = try await SharedSchema.migrate(client)
            let tables = "hashdrop's tables of version \(SharedSchema.version)"
            print("\(address) \(isNew ? "now has" : "has") \(tables).")
            for (role, password) in zip(site, passwords) {
                let isMade = try await SharedSchema.addSite(role: role, password: password, by: client)
                print(Self.sentence(role, isMade: isMade, hasPassword: password != nil))
            }
            let roles = try await SharedSchema.siteRoles(client)
            print(
                roles.isEmpty
                    ? "No site is admitted yet: 'hashdrop shared init --site ROLE' admits one."
                    : "Sites' roles: \(roles.joined(separator: ", ")).")
        }
    }

    private static func sentence(_ role: String, isMade: Bool, hasPassword: Bool) -> String {
        guard isMade else { return "Admitted the role \(role), which was there and keeps its password." }
        return hasPassword
            ? "Made the role \(role) with its password, and admitted it."
            : "Made the role \(role) without a password, and admitted it; the server must let it in by other "
                + "means, such as a certificate."
    }

    /// One for each site; nil where none is given.
    private func readPasswords() throws -> [String?] {
        if sitePasswordStdin { return try site.map { _ in try PasswordPrompt.fromStandardInput() } }
        guard !sitePasswordFile.isEmpty else { return site.map { _ in nil } }
        return try sitePasswordFile.map { path -> String? in
            do {
                let password = try SharedAddress.password(in: path, named: "--site-password-file")
                return try PasswordPrompt.checked(
                    password, "The password in '\(path)' (--site-password-file)")
            } catch let error as SettingsError {
                throw CommandFailure(.usage, error.description)
            }
        }
    }
}
