import ArgumentParser
import Foundation
import Model
import Pipeline
import Reporting
import Settings
import Store
import Support

/// `hashdrop status`: what the daemon does, for the operator.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the daemon, the quota, the folders and the latest jobs.",
        discussion: """
            Exits 0 if the daemon runs and nothing is wrong, 75 if lookups, reports, folders or \
            notifications wait for something that an operator should look at, 69 if it does not run: then \
            it shows what waits in the folders, and what of the quota is used.
            """)

    @Flag(help: "As JSON.") var json = false
    @Option(help: "So many jobs, the newest.") var jobs = 20
    @OptionGroup var configurationOption: ConfigurationOption

    /// The shape of `--json`.
    struct Overview: Codable {
        struct JobLine: Codable {
            var id, user, name, state: String
            var reason: String?
            var receivedAt: Date
            var finishedAt: Date?
            /// When a running job should be done, as its own status.json says.
            var expectedAt: Date?
            var hashes, waiting, notAsked, malicious, suspicious, failed, noResults, unknown, clean: Int
            var allowed: Int
            var unusableLines, requestsSent, requestsSaved: Int
            /// Digests that were not looked up, by reason.
            var passedOver: [String: Int]

            /// For example `25 hashes: 12 malicious, 2 failed, 11 clean`.
            var summary: String {
                let words = [
                    (malicious, "malicious"), (suspicious, "suspicious"), (allowed, "allowed"),
                    (failed, "failed"),
                    (noResults, "without results yet"), (unknown, "unknown to VirusTotal"), (clean, "clean"),
                    (notAsked, "not asked"),
                    (unusableLines, unusableLines == 1 ? "unusable line" : "unusable lines"),
                ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
                let others = PassedOverText(named: passedOver)
                return others.opening(hashes: hashes) + (words.isEmpty ? "" : ": \(words)")
                    + others.ending(hashes: hashes)
            }
        }

        var isRunning: Bool
        /// Whether a signal has stopped it: it holds its place and does nothing.
        var isStopped: Bool
        var daemon: DaemonStatus?
        /// Of a daemon that does not run: what waits, and what of the quota is used.
        var stopped: StoppedStatus?
        /// The channels of notifications that have failed to deliver what they should.
        var notifications: [ChannelTrouble]
        var jobs: [JobLine]
    }

    func run() async throws {
        let settings = try await configurationOption.settings()
        let paths = StatePaths(spool: settings.spool.directory)
        guard FileManager.default.fileExists(atPath: paths.database) else {
            throw CommandFailure(
                .unavailable,
                "There is nothing in '\(settings.spool.directory)' yet, or this account may not see it: "
                    + "'hashdrop user add NAME' and 'hashdrop serve' begin.")
        }
        let overview = try Self.overview(paths, settings, jobs: max(0, jobs))
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            print(String(decoding: try encoder.encode(overview), as: UTF8.self))
        } else {
            print(Self.text(overview))
        }
        if !overview.isRunning { throw ExitCode(CommandFailure.Code.unavailable.rawValue) }
        if overview.isStopped || overview.daemon.map(Self.needsAttention) == true
            || overview.notifications.contains(where: \.isLasting)
        {
            throw ExitCode(CommandFailure.Code.temporary.rawValue)
        }
    }

    private static func overview(
        _ paths: StatePaths, _ settings: HashdropSettings, jobs: Int
    ) throws -> Overview {
        let isRunning = DaemonLock.isHeld(path: paths.lock)
        let database = try HashdropDatabase(path: paths.database, endpoint: nil)
        let process = isRunning ? try? DaemonLock.holder(path: paths.lock) : nil
        let stopped: StoppedStatus? = try isRunning ? nil : StoppedStatus(settings, database)
        return Overview(
            isRunning: isRunning, isStopped: process.map(DaemonLock.isStopped) ?? false,
            daemon: isRunning ? DaemonStatusFile(path: paths.status).read() : nil,
            stopped: stopped,
            notifications: try database.notifications.troubles(),
            jobs: try database.jobs.jobs(limit: jobs).map { job in
                Overview.JobLine(
                    id: job.id.description, user: job.user.description, name: job.droppedName.display,
                    state: job.state.rawValue, reason: job.reason, receivedAt: job.receivedAt,
                    finishedAt: job.finishedAt, expectedAt: expectedEnd(of: job, settings),
                    hashes: job.counts.hashes, waiting: job.counts[.waiting],
                    notAsked: job.counts[.notAsked],
                    malicious: job.counts[.malicious], suspicious: job.counts[.suspicious],
                    failed: job.counts[.failed], noResults: job.counts[.noResults],
                    unknown: job.counts[.unknown], clean: job.counts[.clean],
                    allowed: job.counts[.allowed],
                    unusableLines: job.counts.unusableLines, requestsSent: job.requestCost.requestsSent,
                    requestsSaved: job.requestCost.requestsSaved,
                    passedOver: Dictionary(
                        uniqueKeysWithValues: job.counts.passedOver.map { ($0.key.rawValue, $0.value) }))
            })
    }

    private static func expectedEnd(of job: Job, _ settings: HashdropSettings) -> Date? {
        guard job.state == .running else { return nil }
        let folder = "\(settings.reports.directory)/\(job.user)/\(job.folderName)"
        return DroppedJob.status(in: URL(filePath: folder, directoryHint: .isDirectory))?.expectedAt
    }

    private static func text(_ overview: Overview) -> String {
        var lines: [String] = []
        if let daemon = overview.daemon {
            lines.append(
                overview.isStopped
                    ? "Daemon: stopped by a signal; 'kill -CONT \(daemon.processID)' lets it go on"
                    : "Daemon: running (process \(daemon.processID))")
            lines.append(
                "Quota:  \(minute(daemon.minute)) this minute, \(used(daemon.day)) today, "
                    + "\(used(daemon.month)) this month (UTC)"
                    + (daemon.shared.map { $0.reason == nil ? ", by all sites" : ", by this site" } ?? ""))
            if let reason = daemon.waitReason {
                // The reason may be a sentence, or several.
                let isClosed = reason.hasSuffix(".")
                let until = daemon.waitsUntil.map { "until \(UTCTime($0).clockTime) UTC" }
                let end = until.map { isClosed ? " Waits \($0)." : "; \($0)" } ?? ""
                lines.append("Waits:  \(reason)\(end)")
            }
            if let shared = daemon.shared {
                let since = shared.awaySince.map { " since \(UTCTime($0).minuteText) UTC" } ?? ""
                let state = shared.reason.map { "does not serve\(since): \($0)" } ?? "serves"
                lines.append("Shared: as \(shared.site); the database \(state)")
            }
            if let trouble = daemon.reportTrouble { lines.append("Reports cannot be written: \(trouble)") }
            if let trouble = daemon.folders.trouble { lines.append("Files wait: \(trouble)") }
            lines.append("Folders:")
            for folder in daemon.folders.folders {
                let queue = daemon.queue[folder.user].map { ", \($0) hashes to ask" } ?? ""
                let missed =
                    folder.missedByEvents > 0 ? ", \(folder.missedByEvents) files missed by events" : ""
                let problem = folder.problem.map { ": \($0)" } ?? ""
                lines.append(
                    "  \(folder.user): \(folder.watching.rawValue), \(folder.waitingFiles) "
                        + "waiting\(queue)\(missed)"
                        + problem)
                // What is being read waits as well.
                let files = daemon.waiting[folder.user] ?? folder.reading
                lines += files.map { "    \($0)" }
                if folder.waitingFiles > files.count {
                    lines.append("    and \(folder.waitingFiles - files.count) more")
                }
            }
        } else {
            lines.append(
                overview.isRunning
                    ? "Daemon: running (no status yet)" : "Daemon: not running; 'hashdrop serve' starts it")
        }
        lines += overview.stopped?.lines(quota: used) ?? []
        lines += overview.notifications.map {
            "Notifications fail (\($0.channel.rawValue)): \($0.sentence)"
        }
        if overview.jobs.isEmpty {
            lines.append("No job to show.")
        } else {
            lines.append("Jobs, the newest first:")
        }
        for job in overview.jobs {
            let progress =
                job.state == "running"
                ? "\(job.hashes - job.waiting) of \(job.hashes)"
                    + (job.expectedAt.map {
                        ", " + ProgressDisplay.remaining($0.timeIntervalSinceNow)
                    } ?? "")
                : job.summary
            lines.append(
                "  \(job.id)  \(job.user)  \(job.state)  \(progress)  \(job.name)"
                    + (job.reason.map { "\n    \($0)" } ?? ""))
        }
        return lines.joined(separator: "\n")
    }

    private static func needsAttention(_ daemon: DaemonStatus) -> Bool {
        daemon.needsAttention || daemon.shared?.reason != nil || daemon.reportTrouble != nil
            || daemon.folders.trouble != nil
            || daemon.folders.folders.contains { $0.problem != nil }
    }

    /// Without a limit the single requests of a minute are not counted.
    private static func minute(_ quota: Quota) -> String {
        quota.limit == 0 ? "no limit" : used(quota)
    }

    static func used(_ quota: Quota) -> String {
        quota.limit == 0 ? "\(quota.used) (no limit)" : "\(quota.used) of \(quota.limit)"
    }
}
