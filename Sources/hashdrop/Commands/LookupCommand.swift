import ArgumentParser
import Foundation
import Glibc
import Model
import Reporting
import Settings
import Store
import Support

/// `hashdrop lookup`: a row for each of some hashes, by way of the running daemon.
struct LookupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lookup",
        abstract: "Look hashes up through the running daemon, and print a row for each.",
        discussion: """
            The hashes are dropped as a list of their user, so that the daemon's cache, queue and quota \
            serve them as any other list; up to 100 of them go before the user's other lists. \
            That needs the right to write into the user's drop folder and to read the report folder, as \
            'hashdrop submit --wait' does. \
            An account that may also read the database (the daemon's, or root) gets answers that are all \
            fresh in the cache without a list, and its list's report is removed again at the end; other \
            accounts leave it in the report folder. \
            Columns are separated by tabs where the output is no terminal. \
            The exit code is that of 'hashdrop submit --wait': 0 all clean, 1 something malicious or \
            suspicious, 2 neither but something without a verdict, 3 cancelled, 69 no daemon runs, 75 not \
            done within --timeout. \
            Ctrl-C takes the list back: one that was picked up is cancelled if this account may, else it \
            goes on.
            """)

    @Argument(help: "MD5, SHA-1 or SHA-256; '-' alone reads a list from standard input.")
    var hashes: [String]
    @Flag(
        help: """
            Ask nothing: print what the cache holds, however old, and say what it does not hold. It needs \
            the right to read the database, and no daemon.
            """)
    var cached = false
    @Flag(help: "One JSON object a line, with the keys of report.json.") var json = false
    @Option(help: "Whose list it is; without it yours, or that of the only user there is.") var user: String?
    @Option(help: ArgumentHelp("Give up waiting after so many seconds.", valueName: "seconds"))
    var timeout: Int?
    @OptionGroup var configurationOption: ConfigurationOption

    func validate() throws {
        guard hashes != ["-"] else { return }
        for text in hashes where FileHash(hexadecimal: text.utf8) == nil {
            throw ValidationError(
                "'\(text.showingControls)' is no MD5, SHA-1 or SHA-256: 32, 40 or 64 hexadecimal digits.")
        }
    }

    func run() async throws {
        let settings = try await configurationOption.settings()
        let list = try LookupList(hashes, settings: settings)
        let outcome = try await cached ? printCache(list, settings) : printAnswers(to: list, settings)
        if list.unusableLines > 0 {
            let what = Wording.count(list.unusableLines, "text is", "texts are")
            Self.note("\(what) no hash that VirusTotal can look up; 'hashdrop check' says why.")
        }
        guard outcome.exitCode.isSuccess else { throw outcome.exitCode }
    }

    // MARK: From the cache

    private func printCache(_ list: LookupList, _ settings: HashdropSettings) throws -> ListOutcome {
        try checkMayReadDatabase(settings)
        let outcome = try CacheReader.read(
            at: database(settings), ages: settings.cacheAges, by: SystemClock()
        ) { try show(list, from: $0, settings) }
        if outcome.notAsked > 0 {
            let (missing, all) = (Wording.number(outcome.notAsked), Wording.number(outcome.hashes))
            let verb = outcome.notAsked == 1 ? "is" : "are"
            Self.note(
                "\(missing) of \(all) \(outcome.hashes == 1 ? "hash" : "hashes") \(verb) not in the cache.")
        }
        return outcome
    }

    private func show(
        _ list: LookupList, from cache: CacheReader, _ settings: HashdropSettings
    ) throws -> ListOutcome {
        let lines = try jsonLines(settings, allowing: cache.allowList)
        var printer = printer(list, notAsked: "not in the cache")
        for row in list.rows {
            var row = row
            if let cached = try cache.answer(to: row.hash) {
                row.state = .answered(cached.answer)
                row.isPastAge = !cached.isFresh
            }
            try printer.show(lines.line(row).dropLast())
        }
        return outcome(printer, list)
    }

    private func checkMayReadDatabase(_ settings: HashdropSettings) throws {
        let path = database(settings)
        guard access(path, R_OK | W_OK) != 0 else { return }
        guard errno == ENOENT else {
            throw CommandFailure(
                .noPermission,
                "This account may not read the cache, which is in '\(path)': run the command as the daemon's "
                    + "account, or without --cached.")
        }
        throw CommandFailure(
            .unavailable,
            "There is no cache in '\(path)' yet: 'hashdrop user add NAME' and 'hashdrop serve' begin.")
    }

    // MARK: Through the daemon

    private func printAnswers(
        to list: LookupList, _ settings: HashdropSettings
    ) async throws -> ListOutcome {
        let target = try ListDrop(user: user, settings: settings)
        if let outcome = try printFresh(list, settings) { return outcome }
        try checkMayAsk(target, settings)
        Interruption.holdBack()
        let job = try target.drop(list.source, as: list.name)
        let receipt = try await receipt(of: job, settings)
        Interruption.letThrough()
        guard receipt.status.state != JobState.refused.rawValue else {
            throw CommandFailure(
                .data, "The list was refused: \(receipt.status.reason ?? "no reason given")")
        }
        var outcome = try printRows(of: receipt, list, settings)
        outcome.isCancelled = receipt.status.state == JobState.cancelled.rawValue
        await removeReport(receipt, settings)
        return outcome
    }

    /// Prints the rows if this account may read the cache and all of them have a fresh answer there.
    private func printFresh(_ list: LookupList, _ settings: HashdropSettings) throws -> ListOutcome? {
        guard mayReadDatabase(settings) else { return nil }
        return try CacheReader.read(at: database(settings), ages: settings.cacheAges, by: SystemClock()) {
            cache in
            guard try list.rows.allSatisfy({ try cache.hasFreshAnswer(to: $0.hash) }) else { return nil }
            return try show(list, from: cache, settings)
        }
    }

    private func checkMayAsk(_ target: ListDrop, _ settings: HashdropSettings) throws {
        let path = target.reports.path(percentEncoded: false)
        guard access(path, R_OK | X_OK) == 0 || errno == ENOENT else {
            throw CommandFailure(
                .noPermission,
                "This account may not read the reports in '\(path)', so it would not see the answers; see "
                    + "'Sharing the folders' in spool/README.md.")
        }
        guard settings.reports.json || mayReadDatabase(settings) else {
            throw CommandFailure(
                .configuration,
                "The answers are read from report.json, which the setting reports.json turns off; turn it "
                    + "on, or run the command as the daemon's account.")
        }
        guard !DaemonLock.isKnownFree(path: paths(settings).lock) else {
            throw CommandFailure(
                .unavailable,
                "No daemon runs that would ask: 'hashdrop serve' starts one, and --cached asks nothing.")
        }
    }

    /// Waits for the end of the list. If that does not come nothing half is left: the list is taken back, or
    /// goes on as any other.
    private func receipt(of job: DroppedJob, _ settings: HashdropSettings) async throws -> JobReceipt {
        var display: ProgressDisplay? = ProgressDisplay()
        let lock = paths(settings).lock
        do {
            return try await job.wait(timeout: timeout.map { Duration.seconds($0) }, &display) {
                DaemonLock.isKnownFree(path: lock)
            }
        } catch let interruption as Interruption {
            display?.end()
            takeBack(job, settings)
            interruption.end()
        } catch let failure as CommandFailure where job.withdraw() {
            let reason =
                switch failure.code {
                case .unavailable: "No daemon runs that would ask."
                case .temporary: "The list was not picked up in time."
                default: failure.description
                }
            throw CommandFailure(failure.code, "\(reason) The list is taken back; nothing was asked.")
        }
    }

    private func takeBack(_ job: DroppedJob, _ settings: HashdropSettings) {
        if job.withdraw() { return Self.note("The list is taken back; nothing was asked.") }
        let receipt = try? job.find()
        if let id = receipt.flatMap({ JobID($0.status.id) }), mayReadDatabase(settings),
            (try? CancelCommand.cancel(id, settings)) != nil
        {
            return Self.note("Cancelled; the answers so far are in the cache.")
        }
        let folder = (receipt?.folder ?? job.reports).path(percentEncoded: false)
        Self.note("The list was picked up and goes on by itself, in \(folder).")
    }

    private func printRows(
        of receipt: JobReceipt, _ list: LookupList, _ settings: HashdropSettings
    ) throws -> ListOutcome {
        var printer = printer(list)
        if let name = receipt.status.report.json {
            let text = try Data(contentsOf: receipt.folder.appending(path: name), options: .mappedIfSafe)
            for line in text.split(separator: UInt8(ascii: "\n")) { try printer.show(line) }
        } else if mayReadDatabase(settings), let id = JobID(receipt.status.id) {
            let database = try StatePaths.openDatabase(settings)
            _ = try database.reportRows.read(id) { job in
                let lines = try jsonLines(settings, allowing: try job.allowList(at: Date()))
                try job.forEachRow(order: .list) { try printer.show(lines.line($0).dropLast()) }
            }
        } else {
            throw CommandFailure(
                .configuration,
                "The daemon writes no report.json (reports.json); the answers are in "
                    + "\(receipt.path(of: ReportWriter.FileName.csv)).")
        }
        return outcome(printer, list)
    }

    // So often it is tried to remove the report, a tenth of a second after another: the daemon notes its
    // last report a moment after the receipt.
    private static let removalsMax = 50

    private func removeReport(_ receipt: JobReceipt, _ settings: HashdropSettings) async {
        guard mayReadDatabase(settings), let id = JobID(receipt.status.id) else { return }
        for _ in 0..<Self.removalsMax {
            do {
                _ = try JobCommand.Remove.remove(id, settings)
                return
            } catch let failure as CommandFailure where failure.code == .temporary {
                try? await Task.sleep(for: .milliseconds(100))
            } catch {
                return Self.note(
                    "The report stays in \(receipt.folder.path(percentEncoded: false)): \(error)")
            }
        }
        Self.note("The report stays in \(receipt.folder.path(percentEncoded: false)).")
    }

    // MARK: Parts

    private func paths(_ settings: HashdropSettings) -> StatePaths {
        StatePaths(spool: settings.spool.directory)
    }

    private func database(_ settings: HashdropSettings) -> String { paths(settings).database }

    private func mayReadDatabase(_ settings: HashdropSettings) -> Bool {
        access(database(settings), R_OK | W_OK) == 0
    }

    private func jsonLines(_ settings: HashdropSettings, allowing files: AllowList) throws -> JSONLines {
        var options = try settings.reportOptions(isSimulated: false, version: Hashdrop.version)
        options.policy.allowList = files
        return JSONLines(options: options)
    }

    private func printer(
        _ list: LookupList, notAsked: String = Verdict.notAsked.label
    ) -> LookupPrinter {
        let digits = list.rows.map { 2 * $0.hash.kind.byteCount }.max() ?? 0
        return LookupPrinter(isJSON: json, digitsMax: digits, notAsked: notAsked)
    }

    private func outcome(_ printer: LookupPrinter, _ list: LookupList) -> ListOutcome {
        var outcome = printer.outcome
        outcome.unusableLines = list.unusableLines
        return outcome
    }

    /// Tells something that is no row.
    private static func note(_ sentence: String) {
        StandardError.note(sentence)
    }
}
