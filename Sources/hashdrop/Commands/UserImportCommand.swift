import ArgumentParser
import Cryptography
import Foundation
import Glibc
import Model
import Pipeline
import Reporting
import Settings
import Spool
import Store
import UnixSignals

/// `hashdrop user import FILE`: many users, all of them or none.
struct UserImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add the users that a file names, all of them or none.",
        discussion: """
            The file has one name a line; or it is a table (commas, semicolons or tabs) whose first line has \
            the heading 'name' and, as wanted, 'administrator' (yes or no), 'weight' (1 to 100), and \
            'password' or 'password_hash'. Lines that begin with '#' are passed over. A file with passwords \
            or hashes must have mode 0600. Users who are there already stay as they are, and what is \
            different is said. An import that was interrupted is finished by the same command.
            """)

    @Argument(help: "The file; '-' reads standard input.") var file: String
    @Flag(help: "Only say what would be done.") var dryRun = false
    @Flag(help: "Give the lists of former users of the names to the new ones.") var keepLists = false
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        let list = try UserListFile(file).read()
        let settings = try await configurationOption.settings()
        let before = try existingDatabase(settings)
        let present = Dictionary(
            uniqueKeysWithValues: try (before?.users.all() ?? []).map { ($0.name, $0) })
        // First: nothing else in the file matters then.
        try checkCount(list, present, spool: settings.spool.directory)
        try refuse(list.mistakes + formerUsers(list, present, before))
        let added = list.entries.filter { present[$0.name] == nil }
        let folders = UserFolders(settings)
        try folders.check(list.entries.map(\.name))
        let foldersThere = folders.presentCount(added.map(\.name))
        let differences = try differences(list, present)
        // Its cost stands in the way of no other program: the database is not held meanwhile.
        let users = try dryRun ? [] : users(added)
        if !dryRun {
            let database = try StatePaths.openDatabase(settings)
            try ReportsFolder(path: settings.reports.directory, database: database).verify()
            try await make(folders, of: list.entries.map(\.name), adding: users, to: database)
            // Without a watch only the next safety scan would find the folders.
            try DaemonSignal.tellJobsChanged(StatePaths(spool: settings.spool.directory))
        }
        for (entry, first) in list.repeated {
            print("Line \(entry.line): \(entry.name) stands in line \(first) too, with the same.")
        }
        for difference in differences { print(difference) }
        if dryRun {
            for entry in added { print("Would add \(entry.name)\(Self.marks(entry)).") }
        }
        if foldersThere > 0 {
            print(
                "\(Wording.count(foldersThere, "new user has", "new users have")) folders already, of an "
                    + "interrupted import or a former user; they are used as they are.")
        }
        print(summary(list, added, differences.count, settings))
    }

    /// Makes folders and users. A signal to end (Ctrl-C) meanwhile takes the new folders away again.
    private func make(
        _ folders: UserFolders, of names: [UserName], adding users: [User], to database: HashdropDatabase
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask { try await folders.make(of: names, adding: users, to: database) }
            try await group.next()
            // A signal ends the work, or the end of the work the wait for one.
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Throws if there would be more users than the daemon looks at: those of the file, those who are there,
    /// and the folders of former ones.
    private func checkCount(_ list: UserList, _ present: [UserName: User], spool: String) throws {
        let inSpool = (try? FileManager.default.contentsOfDirectory(atPath: spool)) ?? []
        let all = Set(list.entries.map(\.name)).union(present.keys).union(inSpool.compactMap { UserName($0) })
        guard all.count > SpoolFolder.usersMax else { return }
        throw CommandFailure(
            .data,
            "'\(file)' is not imported, and nothing was changed: with its "
                + "\(Wording.count(list.entries.count, "user", "users")) there would be "
                + "\(Wording.number(all.count)) users' folders in '\(spool)', which holds "
                + "\(Wording.number(SpoolFolder.usersMax)). Leave users out, or remove folders of former "
                + "ones.")
    }

    /// What a user gets, in brackets.
    private static func marks(_ entry: UserList.Entry) -> String {
        let marks = [
            entry.isAdministrator == true ? "administrator" : nil, entry.weight.map { "weight \($0)" },
            entry.password != nil || entry.passwordHash != nil ? "with a password" : nil,
        ].compactMap(\.self)
        return marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
    }

    /// Nil if there is none: a file that is refused makes no spool.
    private func existingDatabase(_ settings: HashdropSettings) throws -> HashdropDatabase? {
        let path = StatePaths(spool: settings.spool.directory).database
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try HashdropDatabase(path: path, endpoint: nil)
    }

    /// New users who would see the lists of former ones.
    private func formerUsers(
        _ list: UserList, _ present: [UserName: User], _ database: HashdropDatabase?
    ) throws -> [UserList.Mistake] {
        guard !keepLists, let database else { return [] }
        return try list.entries.compactMap { entry in
            guard present[entry.name] == nil else { return nil }
            let lists = try database.jobs.count(of: entry.name)
            guard lists > 0 else { return nil }
            return UserList.Mistake(
                line: entry.line,
                reason: "a former user '\(entry.name)' has \(Wording.count(lists, "list", "lists")), which "
                    + "the new one would see; take another name, remove the lists ('hashdrop job remove'), "
                    + "or give them to the new user with --keep-lists")
        }
    }

    private static let mistakesShownMax = 50

    private func refuse(_ mistakes: [UserList.Mistake]) throws {
        guard !mistakes.isEmpty else { return }
        let ordered = mistakes.sorted { $0.line < $1.line }
        var lines = ordered.prefix(Self.mistakesShownMax).map { "  line \($0.line): \($0.reason)" }
        if ordered.count > lines.count { lines.append("  … and \(ordered.count - lines.count) more") }
        throw CommandFailure(
            .data,
            "'\(file)' is not imported, and nothing was changed; correct "
                + "\(Wording.count(ordered.count, "line", "lines")):\n" + lines.joined(separator: "\n"))
    }

    /// What the file says of users who are there, and is not so; a sentence for each of them.
    private func differences(_ list: UserList, _ present: [UserName: User]) throws -> [String] {
        let both = list.entries.compactMap { entry in present[entry.name].map { (entry: entry, user: $0) } }
        let compared = both.filter { $0.entry.password != nil && $0.user.passwordHash != nil }
        let matches = try PasswordWork.map(compared, "Passwords compared") { pair in
            guard let password = pair.entry.password, let stored = pair.user.passwordHash else { return true }
            return try PasswordHash(stored: stored)?.matches(password) ?? false
        }
        let same = Set(zip(compared, matches).filter(\.1).map { $0.0.entry.name })
        return both.compactMap { entry, user in
            var parts: [String] = []
            if let said = entry.isAdministrator, said != user.isAdministrator {
                let words = { (isOne: Bool) in isOne ? "yes" : "no" }
                parts.append("administrator: \(words(said)) in the file, \(words(!said)) in hashdrop")
            }
            if let said = entry.weight, said != user.weight {
                parts.append("weight: \(said) in the file, \(user.weight) in hashdrop")
            }
            let hasOther = entry.passwordHash.map { $0 != user.passwordHash } ?? false
            if hasOther || entry.password != nil && !same.contains(user.name) {
                parts.append(
                    user.passwordHash == nil
                        ? "a password in the file, none in hashdrop" : "another password in the file")
            }
            guard !parts.isEmpty else { return nil }
            return "Line \(entry.line): \(user.name) stays as is, and the file says otherwise: "
                + parts.joined(separator: "; ") + "."
        }
    }

    private func users(_ entries: [UserList.Entry]) throws -> [User] {
        let now = Date()
        let secret = entries.filter { $0.password != nil }
        let hashes = try PasswordWork.map(secret, "Passwords hashed") {
            try PasswordHash(password: $0.password ?? "").stored
        }
        let hashOf = Dictionary(uniqueKeysWithValues: zip(secret.map(\.name), hashes))
        return entries.map {
            User(
                name: $0.name, isAdministrator: $0.isAdministrator ?? false, weight: $0.weight ?? 1,
                passwordHash: $0.passwordHash ?? hashOf[$0.name], createdAt: now)
        }
    }

    private func summary(
        _ list: UserList, _ added: [UserList.Entry], _ differing: Int, _ settings: HashdropSettings
    ) -> String {
        let administrators = added.count { $0.isAdministrator == true }
        let passwords = added.count { $0.password != nil || $0.passwordHash != nil }
        let there = list.entries.count - added.count
        let marks = [
            administrators > 0 ? Wording.count(administrators, "administrator", "administrators") : nil,
            passwords > 0 ? "\(Wording.number(passwords)) with a password" : nil,
        ].compactMap(\.self).joined(separator: ", ")
        var text = dryRun ? "Would add " : "Added "
        text += Wording.count(added.count, "user", "users") + (marks.isEmpty ? "" : " (\(marks))")
        if there > 0 {
            text += "; \(Wording.number(there)) \(there == 1 ? "is" : "are") there already"
            if differing > 0 {
                text += ", \(Wording.number(differing)) of them \(differing == 1 ? "differs" : "differ")"
            }
        }
        if dryRun { return text + ". Nothing was changed." }
        guard !added.isEmpty else { return text + "." }
        return text + ".\n  drop lists into  \(settings.spool.directory)/NAME"
            + "\n  find reports in  \(settings.reports.directory)/NAME"
    }
}
