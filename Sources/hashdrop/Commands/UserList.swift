import Foundation
import Glibc
import Model
import Support

/// Users as a file names them: one name a line, or a table whose first line has headings.
struct UserList {
    /// What the file says of one user; nil is what it does not say.
    struct Entry: Sendable {
        var line: Int
        var name: UserName
        var isAdministrator: Bool?
        var weight: Int?
        var password: String?
        /// In the form that is stored.
        var passwordHash: String?

        /// Whether both say the same of one user.
        func agrees(with other: Entry) -> Bool {
            name == other.name && isAdministrator == other.isAdministrator && weight == other.weight
                && password == other.password && passwordHash == other.passwordHash
        }
    }

    /// A line that cannot be used, and why.
    struct Mistake {
        var line: Int
        var reason: String
    }

    enum Column: String, CaseIterable {
        case name, administrator, weight, password
        case passwordHash = "password_hash"

        var isSecret: Bool { self == .password || self == .passwordHash }
    }

    private(set) var entries: [Entry] = []
    private(set) var mistakes: [Mistake] = []
    /// Further lines that say the same of a user.
    private(set) var repeated: [(entry: Entry, first: Int)] = []
    /// Whether the file has a column of passwords or of their hashes.
    private(set) var hasSecrets = false

    private var columns: [Column] = [.name]
    private var places: [UserName: Int] = [:]

    /// Reads the text of a file.
    init(text: String) {
        let table = TextTable(text)
        mistakes = table.mistake.map { [$0] } ?? []
        guard let first = table.records.first else { return }
        let words = first.filled.map(Self.word)
        let hasHeadings = words.contains(Column.name.rawValue)
        if let problem = headingProblem(words) {
            mistakes.append(Mistake(line: first.line, reason: problem))
            return
        }
        if hasHeadings {
            columns = words.compactMap(Column.init(rawValue:))
            hasSecrets = columns.contains(where: \.isSecret)
        }
        for record in table.records.dropFirst(hasHeadings ? 1 : 0) { read(record) }
    }

    private static func word(_ field: String) -> String {
        field.trimmingCharacters(in: .whitespaces).lowercased()
    }

    private static let headings = Column.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")

    /// Headings of other programs for a column of names; alone in the first line they would be users.
    private static let otherHeadings: Set<String> = [
        "names", "user", "users", "username", "usernames", "user name", "user_name", "user-name", "login",
        "account", "accounts", "benutzer", "benutzername",
    ]

    /// Why the first line, in these words, is neither a user's name nor a line of headings; nil if it is.
    private func headingProblem(_ words: [String]) -> String? {
        let shown = { (word: String) in "'\(word.showingControls)'" }
        guard words.contains(Column.name.rawValue) else {
            if words.count > 1 {
                return "a file with more than names begins with a line of headings, and \(Self.headings) are "
                    + "known; this line has no 'name'"
            }
            guard let word = words.first, Self.otherHeadings.contains(word) else { return nil }
            return "\(shown(word)) looks like a heading; if it is one, write 'name' in its place, and if it "
                + "is a user, put a line 'name' above it"
        }
        if let word = words.first(where: { Column(rawValue: $0) == nil }) {
            return "the heading \(shown(word)) is none of those that are known: \(Self.headings)"
        }
        let twice = words.first { word in words.count { $0 == word } > 1 }
        return twice.map { "the heading \(shown($0)) stands there twice; leave one of the columns out" }
    }

    private mutating func read(_ record: TextTable.Record) {
        do {
            let entry = try entry(record)
            guard let first = places[entry.name].map({ entries[$0] }) else {
                places[entry.name] = entries.count
                return entries.append(entry)
            }
            guard first.agrees(with: entry) else {
                throw Reason("'\(entry.name)' stands in line \(first.line) already, with something else")
            }
            repeated.append((entry, first.line))
        } catch let reason as Reason {
            mistakes.append(Mistake(line: record.line, reason: reason.text))
        } catch {
            mistakes.append(Mistake(line: record.line, reason: "\(error)"))
        }
    }

    private struct Reason: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    private func entry(_ record: TextTable.Record) throws -> Entry {
        guard record.filled.count <= columns.count else {
            throw Reason(
                columns.count == 1
                    ? "there is more than a name; a file with more begins with a line of headings: "
                        + Self.headings
                    : "it has \(record.filled.count) fields, and the headings are \(columns.count); put a "
                        + "field with a separator into quotation marks")
        }
        var cells: [Column: String] = [:]
        for (column, field) in zip(columns, record.fields) where !field.isEmpty { cells[column] = field }
        var entry = Entry(line: record.line, name: try Self.name(cells[.name] ?? ""))
        entry.isAdministrator = try cells[.administrator].flatMap(Self.flag)
        entry.weight = try cells[.weight].map(Self.weight)
        entry.password = try cells[.password].map(Self.password)
        entry.passwordHash = try cells[.passwordHash].map(Self.passwordHash)
        guard entry.password == nil || entry.passwordHash == nil else {
            throw Reason("it has a password and a hash of one; leave one of them out")
        }
        return entry
    }

    private static func name(_ field: String) throws -> UserName {
        let text = field.trimmingCharacters(in: .whitespaces)
        if let name = UserName(text) { return name }
        guard !text.isEmpty else { throw Reason("the name is missing") }
        let hint = UserName(text.lowercased()).map { "; '\($0)' could be" } ?? ""
        throw Reason("'\(text.showingControls)' cannot be a user's name: it must be \(UserName.rule)\(hint)")
    }

    /// - Returns: nil for a field with nothing but spaces.
    private static func flag(_ field: String) throws -> Bool? {
        switch word(field) {
        case "": return nil
        case "yes", "true", "1": return true
        case "no", "false", "0": return false
        default:
            throw Reason("'administrator' is yes or no, and not '\(field.showingControls)'")
        }
    }

    private static func weight(_ field: String) throws -> Int {
        let text = word(field)
        // Written in one way only: a program that counts '05' in eights, or a formula, means another number.
        guard let weight = Int(text), (1...100).contains(weight), text == "\(weight)" else {
            throw Reason(
                "'weight' is a number from 1 to 100 in digits alone, the first of them no 0, and not "
                    + "'\(field.showingControls)'")
        }
        return weight
    }

    private static func password(_ field: String) throws -> String {
        guard field.allSatisfy({ !$0.isNewline }) else {
            throw Reason("the password has a line break in it, which nobody can type")
        }
        do {
            return try PasswordPrompt.checked(field)
        } catch let failure as CommandFailure {
            throw Reason("its password cannot be used. \(failure.description.trimmingSuffix("."))")
        }
    }

    private static func passwordHash(_ field: String) throws -> String {
        let text = field.trimmingCharacters(in: .whitespaces)
        if let problem = ImportedPasswordHash.problem(with: text) { throw Reason(problem) }
        return text
    }
}
