import ArgumentParser
import Foundation
import Glibc
import HashLists
import Model
import Reporting
import Settings
import Store
import Support

/// `hashdrop allow …`: the files that reports call allowed instead of malicious or suspicious.
struct AllowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allow",
        abstract: "Have reports call a file allowed that engines call malicious or suspicious.",
        discussion: """
            Reports from now on say 'allowed' of the file, by whichever of its hashes a list names it, and \
            beside it what it would be called, the reason, and who allowed it until when. Only malicious and \
            suspicious become 'allowed'. 'hashdrop report JOB' or '--all' writes earlier reports again.
            """,
        subcommands: [Add.self, List.self, Remove.self], defaultSubcommand: Add.self)

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Allow a file; the same hash again replaces its entry.")

        @Argument(help: "MD5, SHA-1 or SHA-256 of the file.") var hash: String
        @Option(help: "Why it is allowed, for the readers of the reports.") var reason: String
        @Option(
            help: ArgumentHelp(
                "A day (to its end, UTC), a time such as 2027-01-31T12:00Z, or how long, such as 90d.",
                valueName: "date|duration"))
        var until: String?
        @OptionGroup var configurationOption: ConfigurationOption

        /// How many characters a reason has at most.
        private static let reasonMax = 300

        func validate() throws {
            try AllowCommand.check(hash)
            guard reason.contains(where: { !$0.isWhitespace }), reason.unicodeScalars.count <= Self.reasonMax
            else { throw ValidationError("--reason must be a text of at most \(Self.reasonMax) characters.") }
            // Commands and reports show it in one line.
            guard reason == reason.showingControls else {
                throw ValidationError("--reason must be one line, without control characters.")
            }
        }

        func run() async throws {
            let hash = try AllowCommand.hash(hash)
            let database = try StatePaths.openDatabase(try await configurationOption.settings())
            let now = try AllowCommand.now(database)
            let end = try until.map { try AllowCommand.end($0, after: now) }
            let file = AllowedFile(
                hash: hash, reason: reason, author: AllowCommand.author, createdAt: now, until: end)
            guard try database.allowed.set(file) else {
                throw CommandFailure(
                    .data,
                    "The allow-list has \(Wording.number(AllowList.entriesMax)) entries, which is the most; "
                        + "'hashdrop allow remove HASH' makes room.")
            }
            print(
                "Allowed \(hash) \(AllowCommand.end(of: file)). Reports from now on say so; "
                    + "'hashdrop report --all' writes the earlier ones again.")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show what is allowed, the newest first; also what has expired.")

        @Flag(help: "As JSON.") var json = false
        @OptionGroup var configurationOption: ConfigurationOption

        /// An entry in `--json`.
        private struct Entry: Encodable {
            var hash, reason, author: String
            var createdAt: Date
            @OrNull var until: Date?
            var expired: Bool
        }

        func run() async throws {
            let database = try StatePaths.openDatabase(try await configurationOption.settings())
            let now = try AllowCommand.now(database)
            let files = try database.allowed.all()
            if json {
                let entries = files.map { file in
                    Entry(
                        hash: file.hash.hexadecimal, reason: file.reason, author: file.author,
                        createdAt: file.createdAt, until: file.until, expired: file.isExpired(at: now))
                }
                let encoder = StatusDocument.encoder([.prettyPrinted, .sortedKeys])
                return print(String(decoding: try encoder.encode(entries), as: UTF8.self))
            }
            if files.isEmpty { print("Nothing is allowed: 'hashdrop allow HASH --reason TEXT' begins.") }
            for file in files {
                let end = AllowCommand.end(of: file, isExpired: file.isExpired(at: now))
                print("\(file.hash)\t\(end)\t\(file.author)\t\(file.reason)")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove an entry, by the hash that it was made with.",
            discussion: """
                Says by which other entries the file is still allowed, as far as the cache knows its hashes.
                """)

        @Argument(help: "The hash, as 'hashdrop allow list' shows it.") var hash: String
        @OptionGroup var configurationOption: ConfigurationOption

        func validate() throws { try AllowCommand.check(hash) }

        func run() async throws {
            let hash = try AllowCommand.hash(hash)
            let database = try StatePaths.openDatabase(try await configurationOption.settings())
            let wasThere = try database.allowed.remove(hash)
            let others = try database.allowed.entries(ofFileOf: hash, at: try AllowCommand.now(database))
                .map(Self.words)
            let still = others.isEmpty ? nil : others.joined(separator: " and ")
            guard wasThere else {
                let hint = still.map { "its file is allowed by \($0)." }
                throw CommandFailure(
                    .data,
                    "No entry has the hash \(hash); "
                        + (hint ?? "'hashdrop allow list' shows those there are."))
            }
            guard let still else {
                return print(
                    "\(hash) is allowed no longer. Reports from now on say so; 'hashdrop report --all' "
                        + "writes the earlier ones again.")
            }
            print("The entry of \(hash) is removed. Its file is still allowed, by \(still).")
        }

        /// What holds, and by which hash it is removed.
        private static func words(_ file: AllowedFile) -> String {
            "the entry of \(file.hash), \(AllowCommand.end(of: file)) (\(file.reason))"
        }
    }

    // MARK: Parts

    /// The login name of the account that runs the command.
    private static var author: String {
        getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? String(getuid())
    }

    /// The time that the daemon believes: by it entries expire.
    private static func now(_ database: HashdropDatabase) throws -> Date {
        try database.ledger.steadyClock(over: SystemClock()).now.wall
    }

    private static func check(_ text: String) throws {
        guard FileHash(text) == nil else { return }
        throw ValidationError(
            "'\(text.showingControls)' is no MD5, SHA-1 or SHA-256: 32, 40 or 64 hexadecimal digits.")
    }

    private static func hash(_ text: String) throws -> FileHash {
        try check(text)
        return FileHash(text)!
    }

    /// When an entry ends that is to hold until a date, or for so long.
    static func end(_ text: String, after now: Date) throws -> Date {
        let afterNow = DurationText.duration(text.lowercased()).map { now + $0 }
        guard let end = afterNow ?? OptionTime.date(text) else {
            throw CommandFailure(
                .usage,
                "--until '\(text.showingControls)' is no day such as 2027-01-31, time such as "
                    + "2027-01-31T12:00Z, or duration such as 90d.")
        }
        guard end > now, end < latest else {
            throw CommandFailure(.usage, "--until must be after now, and before the year 9999.")
        }
        return end
    }

    /// What lies behind it no report could write.
    private static let latest = CivilDate(year: 9_999, month: 1, day: 1).start

    /// Until when an entry holds, or held.
    private static func end(of file: AllowedFile, isExpired: Bool = false) -> String {
        file.until.map { "\(isExpired ? "expired" : "until") \(text($0))" } ?? "for good"
    }

    private static func text(_ date: Date) -> String {
        var bytes: [UInt8] = []
        UTCTime(date).appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
