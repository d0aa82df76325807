import ArgumentParser
import Foundation
import Model
import Reporting
import Settings
import Spool

/// `hashdrop submit`: drops a file the right way, and waits for its report if asked to.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Drop a file into a user's folder, safely, and optionally wait for the report.",
        discussion: """
            Prints the job's id and the paths of its report as soon as the list is accepted; without --wait \
            that is waited for no longer than 5 seconds, and not at all while no daemon runs, which standard \
            error says. \
            With --wait the exit code is the verdict: 0 all clean, 1 something malicious or suspicious, 2 \
            neither but something unknown, without results or failed, a line that holds no usable hash, or \
            nothing that could be looked up, 3 the list was cancelled, 65 the file was refused, 69 no daemon \
            runs that would read it, 75 not done within --timeout. \
            With --fail-on it is 4 if the list holds what that names (standard error says what, and where), \
            3 if it does not and was cancelled, else 0. \
            Options of the list that were not taken are named on standard error.
            """)

    @Argument(help: "The list; '-' reads standard input and needs --name.") var file: String
    @Option(help: "Whose folder; without it yours, or the only one there is.") var user: String?
    @Option(help: "Another name for the drop.") var name: String?
    @Flag(help: "Show the progress and wait for the finished report.") var wait = false
    @Flag(
        help: """
            Print the receipt as one JSON object on one line: the keys of status.json and 'folder', the \
            report folder's path. It is that of the finished job with --wait, else that of the accepted one.
            """)
    var json = false
    @Option(
        help: ArgumentHelp(
            """
            With --wait, exit with 4 if the list holds what is named here, separated by commas or in several \
            options, and with 0 if not. 'suspicious' includes malicious; 'unknown' is all without a verdict, \
            also failed hashes, lines without a usable hash and a list of which nothing could be looked up, \
            but not what is passed over beside hashes (an imphash, a placeholder); 'new-malicious' is what \
            is malicious and was not, or was not listed, in the report that the list is compared with, \
            whether VirusTotal, the policy or the list has changed (without such a report, all that is).
            """, valueName: "verdicts"))
    var failOn: [FailConditions] = []
    @Option(help: ArgumentHelp("Give up waiting after so many seconds.", valueName: "seconds"))
    var timeout: Int?
    @OptionGroup var configurationOption: ConfigurationOption

    /// So long it is waited for the pick-up, which takes some hundredths of a second, if nothing else is.
    private static let patience: Duration = .seconds(5)

    func validate() throws {
        guard wait || failOn.isEmpty else {
            throw ValidationError("--fail-on needs --wait: without the verdicts nothing can fail on them.")
        }
    }

    func run() async throws {
        let settings = try await configurationOption.settings()
        let job = try drop(into: ListDrop(user: user, settings: settings), settings)
        let lock = StatePaths(spool: settings.spool.directory).lock
        let isDaemonGone = { DaemonLock.isKnownFree(path: lock) }
        guard wait || json else {
            return try await showAcceptance(of: job, settings, isDaemonGone: isDaemonGone)
        }
        var display: ProgressDisplay? = ProgressDisplay()
        let end = timeout.map { ContinuousClock.now + Duration.seconds($0) }
        guard let first = try await job.accepted(until: end, &display, isDaemonGone: isDaemonGone) else {
            throw isDaemonGone() ? CommandFailure(.temporary, job.withoutDaemon) : job.unfinished()
        }
        display?.clear()
        warn(of: first)
        guard wait else { return try conclude(first) }
        if !json { show(first, settings) }
        guard let last = try await job.finished(first, until: end, &display) else {
            if json { print(try (job.find() ?? first).json()) }
            throw job.unfinished(in: first.folder)
        }
        warn(of: last, beyond: first)
        try conclude(last)
    }

    private func drop(into target: ListDrop, _ settings: HashdropSettings) throws -> DroppedJob {
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
        return try target.drop(source, as: name)
    }

    /// Tells what has become of the dropped file, if that is known soon.
    private func showAcceptance(
        of job: DroppedJob, _ settings: HashdropSettings, isDaemonGone: () -> Bool
    ) async throws {
        var accepted: JobReceipt?
        if isDaemonGone() {
            StandardError.note(job.withoutDaemon)
        } else {
            var display: ProgressDisplay?
            let patience = timeout.map { Duration.seconds($0) } ?? Self.patience
            // An account that may not read the reports has dropped the file all the same.
            accepted = try? await job.accepted(
                until: ContinuousClock.now + patience, &display, isDaemonGone: { false })
        }
        if let accepted {
            warn(of: accepted)
            try checkIsNotRefused(accepted)
            show(accepted, settings)
            // With --wait the sum says it.
            if let note = Self.passedOver(accepted.status) { print(note) }
            return
        }
        print(
            "Dropped as \(job.name.display). The report will be "
                + "\(job.reports.path(percentEncoded: false))"
                + "<job>_\(job.name.pathComponent)/report.html")
    }

    /// Tells the job's id and paths, at once also where the output is a file or a pipe.
    private func show(_ accepted: JobReceipt, _ settings: HashdropSettings) {
        guard accepted.status.state != JobState.refused.rawValue else { return }
        print(accepted.overview(settings.reports))
        fflush(nil)
    }

    /// Names the list's options that were not taken or have no effect; some are known at the job's end only.
    private func warn(of receipt: JobReceipt, beyond earlier: JobReceipt? = nil) {
        let told = earlier?.status.warnings ?? []
        for warning in receipt.status.warnings ?? [] where !told.contains(warning) {
            StandardError.note(warning)
        }
    }

    private func checkIsNotRefused(_ receipt: JobReceipt) throws {
        guard receipt.status.state == JobState.refused.rawValue else { return }
        let reason = receipt.status.reason ?? "no reason given"
        throw CommandFailure(.data, "'\(receipt.status.name)' was refused: \(reason)")
    }

    /// Prints the result and exits by it.
    private func conclude(_ receipt: JobReceipt) throws {
        let status = receipt.status
        if json { print(try receipt.json()) }
        try checkIsNotRefused(receipt)
        guard wait else { return }
        if !json {
            if status.state == JobState.cancelled.rawValue {
                print("Cancelled: \(status.reason ?? "no reason given")")
            }
            print(Self.summary(status))
            print(receipt.path(of: ReportWriter.FileName.html))
            print(receipt.path(of: ReportWriter.FileName.csv))
        }
        let outcome = ListOutcome(status)
        let conditions = failOn.flatMap(\.conditions)
        for condition in FailCondition.allCases
        where conditions.contains(condition) && condition.isMet(by: outcome) {
            StandardError.note(condition.reason(in: receipt, outcome))
        }
        let code = conditions.isEmpty ? outcome.exitCode : outcome.exitCode(failingOn: conditions)
        guard code.isSuccess else { throw code }
    }

    /// What of an accepted list is not looked up, in a sentence; nil if there is nothing of the kind.
    private static func passedOver(_ status: StatusDocument) -> String? {
        let passedOver = PassedOverText(named: status.passedOver)
        guard passedOver.sum > 0 else { return nil }
        return sentence(
            passedOver.opening(hashes: status.counts.hashes)
                + passedOver.ending(hashes: status.counts.hashes))
    }

    private static func sentence(_ text: String) -> String {
        "\(text.prefix(1).uppercased())\(text.dropFirst())."
    }

    /// For example `25 hashes: 12 malicious, 13 clean; 1 other digest not looked up (1 placeholder). 20
    /// requests sent, 5 saved.`
    static func summary(_ status: StatusDocument) -> String {
        let counts = status.counts
        let words = [
            (counts.malicious, "malicious"), (counts.suspicious, "suspicious"),
            (counts.allowed ?? 0, "allowed"), (counts.failed, "failed"),
            (counts.noResults, "without results yet"), (counts.unknown, "unknown to VirusTotal"),
            (counts.clean, "clean"), (counts.notAsked, "not asked"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let unusable =
            counts.unusableLines == 0
            ? ""
            : " \(counts.unusableLines) \(counts.unusableLines == 1 ? "line" : "lines") without a usable "
                + "hash."
        let passedOver = PassedOverText(named: status.passedOver)
        let sum = sentence(
            passedOver.opening(hashes: counts.hashes) + (words.isEmpty ? "" : ": \(words)")
                + passedOver.ending(hashes: counts.hashes))
        return "\(sum)\(unusable) \(status.requests.sent) "
            + "\(status.requests.sent == 1 ? "request" : "requests") sent, \(status.requests.saved) saved."
    }
}
