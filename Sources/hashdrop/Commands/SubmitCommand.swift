import ArgumentParser
import Foundation
import Glibc
import Model
import Reporting
import Settings
import Spool
import Store

/// `hashdrop submit`: drops a file the right way, and waits for its report if asked to.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Drop a file into a user's folder, safely, and optionally wait for the report.",
        discussion: """
            With --wait the exit code is the verdict: 0 all clean, 1 something malicious or suspicious, 2 \
            neither but something unknown, without results or failed, or a line that holds no usable hash, \
            65 the file was refused, 69 no daemon runs that would read it, 75 not done within --timeout.
            """)

    @Argument(help: "The list; '-' reads standard input and needs --name.") var file: String
    @Option(help: "Whose folder; without it yours, or the only one there is.") var user: String?
    @Option(help: "Another name for the drop.") var name: String?
    @Flag(help: "Show the progress and wait for the finished report.") var wait = false
    @Option(help: ArgumentHelp("Give up waiting after so many seconds.", valueName: "seconds"))
    var timeout: Int?
    @OptionGroup var configurationOption: ConfigurationOption

    func run() async throws {
        let settings = try await configurationOption.settings()
        let user = try Self.user(user, spool: settings.spool.directory)
        let job = try drop(for: user, settings)
        guard wait else {
            print(
                "Dropped as \(job.name.display). The report will be "
                    + "\(job.reports.path(percentEncoded: false))"
                    + "<job>_\(job.name.pathComponent)/report.html")
            return
        }
        var display = ProgressDisplay()
        let limit = timeout.map { Duration.seconds($0) }
        let paths = StatePaths(spool: settings.spool.directory)
        let (folder, status) = try await job.wait(timeout: limit, &display) {
            DaemonLock.isKnownFree(path: paths.lock)
        }
        try Self.conclude(folder, status)
    }

    private func drop(for user: UserName, _ settings: HashdropSettings) throws -> DroppedJob {
        if file == "-", name == nil {
            throw CommandFailure(.usage, "What comes from standard input needs a name: give one with --name.")
        }
        let source = try SubmittedFile.open(file, bytesMax: settings.list.bytesMax)
        let name = DroppedName(name ?? URL(filePath: file).lastPathComponent)
        guard NameRule(name) == .ordinary else {
            throw CommandFailure(
                .usage,
                "The name '\(name.display)' says that the file is unfinished, so it would wait for ever; "
                    + "give another "
                    + "with --name.")
        }
        try Self.checkIsServed(user, spool: settings.spool.directory)
        let folder = "\(settings.spool.directory)/\(user)"
        try Self.checkMayDrop(into: folder)
        let digest = try DroppedJob.sha256(of: source)
        let now = Date()
        let reports = URL(filePath: "\(settings.reports.directory)/\(user)", directoryHint: .isDirectory)
        // Without the right to look the wait says so.
        let before = wait ? (try? DroppedJob.folderNames(in: reports)) ?? [] : []
        var generator = SystemRandomNumberGenerator()
        try DropFile.drop(
            contentsOf: source.fileDescriptor, as: name, into: folder,
            bytesMax: Int64(settings.list.bytesMax),
            using: &generator)
        return DroppedJob(
            reports: reports, dropFolder: URL(filePath: folder, directoryHint: .isDirectory), name: name,
            sha256: digest, droppedAt: now, before: Set(before))
    }

    private static func checkMayDrop(into folder: String) throws {
        guard access(folder, W_OK | X_OK) == 0 else {
            throw CommandFailure(
                .noPermission,
                "This account may not write into '\(folder)'; its owner gives permission, for example by a "
                    + "group of its own: see 'Sharing the folders' in spool/README.md.")
        }
    }

    /// The folder outlasts its user; only an account that may read the database can tell.
    private static func checkIsServed(_ user: UserName, spool: String) throws {
        let path = StatePaths(spool: spool).database
        guard access(path, R_OK | W_OK) == 0,
            try HashdropDatabase(path: path, endpoint: nil).users.user(user) == nil
        else { return }
        throw CommandFailure(
            .noUser,
            "There is a folder '\(spool)/\(user)', but no user '\(user)': 'hashdrop user add \(user)' makes "
                + "one."
        )
    }

    /// Says what is wrong if the user is known and the folder is not there.
    private static func checkHasFolder(_ user: UserName, spool: String) throws {
        let path = StatePaths(spool: spool).database
        guard access(path, R_OK | W_OK) == 0,
            try HashdropDatabase(path: path, endpoint: nil).users.user(user) != nil
        else { return }
        throw CommandFailure(
            .noUser,
            "The folder '\(spool)/\(user)' of the user '\(user)' is missing or a link; make it again, for "
                + "example by 'mkdir', and give it to those who drop files there.")
    }

    /// The user that was named, or whose login this is, or the only one.
    private static func user(_ name: String?, spool: String) throws -> UserName {
        let folders = try SpoolFolder(path: spool).users().users
        if let name {
            let user = try UserCommand.name(name)
            guard folders.contains(user) else {
                try checkHasFolder(user, spool: spool)
                throw CommandFailure(
                    .noUser,
                    "There is no user '\(user)' with a folder in '\(spool)'; 'hashdrop user add \(user)' "
                        + "makes both.")
            }
            return user
        }
        let login = ProcessInfo.processInfo.environment["USER"].flatMap { UserName($0) }
        if let login, folders.contains(login) { return login }
        guard folders.count == 1 else {
            throw CommandFailure(
                .noUser,
                folders.isEmpty
                    ? "There is no user in '\(spool)' yet: 'hashdrop user add NAME' makes one."
                    : "Whose folder? Name one with --user: "
                        + "\(folders.map(\.description).joined(separator: ", "))."
            )
        }
        return folders[0]
    }

    /// Prints the result and exits by it.
    private static func conclude(_ folder: URL, _ status: StatusDocument) throws {
        guard status.state != "refused" else {
            throw CommandFailure(
                .data, "'\(status.name)' was refused: \(status.reason ?? "no reason given")")
        }
        if status.state == "cancelled" { print("Cancelled: \(status.reason ?? "no reason given")") }
        print(summary(status))
        print(folder.appending(path: ReportWriter.FileName.html).path(percentEncoded: false))
        print(folder.appending(path: ReportWriter.FileName.csv).path(percentEncoded: false))
        let counts = status.counts
        if counts.malicious + counts.suspicious > 0 { throw ExitCode(1) }
        if status.state == "cancelled" { throw ExitCode(3) }
        if counts.clean < counts.hashes || counts.unusableLines > 0 { throw ExitCode(2) }
    }

    /// For example `25 hashes: 12 malicious, 3 clean. 20 requests sent, 5 saved.`
    static func summary(_ status: StatusDocument) -> String {
        let counts = status.counts
        let words = [
            (counts.malicious, "malicious"), (counts.suspicious, "suspicious"), (counts.failed, "failed"),
            (counts.noResults, "without results yet"), (counts.unknown, "unknown to VirusTotal"),
            (counts.clean, "clean"), (counts.notAsked, "not asked"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let unusable =
            counts.unusableLines == 0
            ? ""
            : " \(counts.unusableLines) \(counts.unusableLines == 1 ? "line" : "lines") without a usable "
                + "hash."
        return "\(counts.hashes) \(counts.hashes == 1 ? "hash" : "hashes"): \(words).\(unusable) "
            + "\(status.requests.sent) \(status.requests.sent == 1 ? "request" : "requests") sent, "
            + "\(status.requests.saved) saved."
    }
}
