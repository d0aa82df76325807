import ArgumentParser
import Foundation
import Model
import Pipeline
import Reporting
import Settings
import Store
import Support

/// `hashdrop report`: writes finished reports again.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write finished reports again by the present settings, without a request to VirusTotal.",
        discussion: """
            The verdicts follow reports.maliciousFrom, reports.suspiciousFrom and verdict.*, from the newest \
            answers that the cache has. A running daemon writes the reports, and reads its settings again \
            before; without one they are written at the next start. Nothing is told of them again.
            """)

    @Argument(help: "The job, for example 20261123-195045-k3f9x; a report folder's name or path will do.")
    var job: String?
    @Flag(help: "All finished reports.") var all = false
    @Option(help: "With --all: only this user's.") var user: String?
    @Flag(help: "Do not wait until they are written.") var noWait = false
    @OptionGroup var configurationOption: ConfigurationOption

    /// So many reports are demanded in one transaction.
    private static let demandsAtOnce = 500
    private static let pollInterval: Duration = .milliseconds(500)

    func validate() throws {
        guard (job != nil) != all else { throw ValidationError("Name a job, or all of them by --all.") }
        guard all || user == nil else { throw ValidationError("--user goes with --all.") }
    }

    func run() async throws {
        let settings = try await configurationOption.settings()
        // A mistake that the daemon would only log.
        _ = try settings.reportOptions(isSimulated: false, version: Hashdrop.version)
        let database = try StatePaths.openDatabase(settings)
        let reports = try renewable(in: database)
        let ids = reports.filter { !$0.hasForgottenAnswers }.map(\.id)
        var rest = ids[...]
        try await SystemClock().runSlices {
            guard !rest.isEmpty else { return false }
            try database.jobs.renew(Array(rest.prefix(Self.demandsAtOnce)))
            rest = rest.dropFirst(Self.demandsAtOnce)
            return true
        }
        if !ids.isEmpty {
            try await follow(ids, in: database, StatePaths(spool: settings.spool.directory))
        }
        tellOfOthers(reports.count - ids.count, isAlone: ids.isEmpty)
    }

    /// The reports that are asked for and stand in their folders.
    private func renewable(in database: HashdropDatabase) throws -> [JobStore.Renewable] {
        guard let job else { return try database.jobs.renewable(of: user.map(UserCommand.name)) }
        let id = try JobCommand.id(job)
        guard let state = try database.jobs.job(id)?.state else { throw JobStore.noSuchJob(id) }
        if let report = try database.jobs.renewable(only: id).first { return [report] }
        switch state {
        case .refused:
            throw CommandFailure(.noInput, "The list of job \(id) was refused; its report has no verdicts.")
        case .running, .done, .cancelled:
            throw CommandFailure(
                .temporary,
                "The last report of job \(id) is still to be written, and follows the settings by itself.")
        }
    }

    /// Has the daemon write them, and waits until it has.
    private func follow(_ ids: [JobID], in database: HashdropDatabase, _ paths: StatePaths) async throws {
        let reports = Wording.count(ids.count, "report", "reports")
        try DaemonSignal.tellJobsChanged(paths)
        guard DaemonLock.isHeld(path: paths.lock) else {
            return print("No daemon runs: \(reports) will be written again at the next 'hashdrop serve'.")
        }
        if noWait { return print("The daemon writes \(reports) again.") }
        let wanted = Set(ids)
        var display = ProgressDisplay()
        while true {
            let left = try database.jobs.renewals().count { wanted.contains($0.id) }
            let trouble = DaemonStatusFile(path: paths.status).read()?.reportTrouble
            display.show(ids.count - left, of: ids.count, trouble: trouble)
            if left == 0 { break }
            guard DaemonLock.isHeld(path: paths.lock) else {
                display.end()
                throw CommandFailure(
                    .unavailable,
                    "The daemon has stopped; \(Wording.number(left)) of \(reports) will be written again at "
                        + "the next 'hashdrop serve'.")
            }
            try await Task.sleep(for: Self.pollInterval)
        }
        display.end()
        print("Wrote \(reports) again; VirusTotal was not asked.")
    }

    private func tellOfOthers(_ forgotten: Int, isAlone: Bool) {
        if forgotten > 0 {
            print(
                "\(Wording.count(forgotten, "report stays", "reports stay")) as before: the cache has "
                    + "forgotten answers that stand there (cache.keep).")
        } else if isAlone {
            print("There is no finished report to write again.")
        }
    }
}
