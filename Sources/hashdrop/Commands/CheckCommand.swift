import ArgumentParser
import Foundation
import HashLists
import Lookup
import Model
import Pipeline
import Reporting
import Settings
import Spool
import Store
import Support

/// `hashdrop check`: shows what lists hold as they would be read, without a daemon and without a request.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Show what a list holds as it would be read; nothing is dropped, nothing is asked.",
        discussion: """
            Prints the hashes with their lines and comments, what is passed over and why, and how many \
            requests the list costs. The exit code is 65 if a file would be refused.
            """)

    @Argument(help: "The lists; '-' reads standard input.") var files: [String]
    @Flag(help: "One JSON object a line: the hashes, what is listed, and a summary a file.") var json = false
    @Option(help: "Lines of each kind that are shown of a file; 0 shows all.") var limit = 20
    @OptionGroup var configurationOption: ConfigurationOption

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit cannot be negative.") }
    }

    func run() async throws {
        let settings = try await configurationOption.settings()
        var isRefused = false
        for file in files {
            let check = ListCheck(
                file: file, settings: settings,
                printer: json ? JSONCheckPrinter() : TextCheckPrinter(limit: limit))
            if try check.run() == false { isRefused = true }
        }
        if isRefused { throw ExitCode(CommandFailure.Code.data.rawValue) }
    }
}

/// The reading of one file for `hashdrop check`.
private struct ListCheck {
    let file: String
    let settings: HashdropSettings
    let printer: any CheckPrinter

    private static let chunkBytes = 1 << 18

    /// Returns whether the file would be accepted.
    func run() throws -> Bool {
        let input = try SubmittedFile.open(file, bytesMax: settings.list.bytesMax)
        defer { try? input.close() }
        printer.begin(file: file)
        var parser = HashListParser(limits: settings.intakeOptions.limits)
        var summary = ListSummary()
        func emit(_ item: HashListItem) {
            summary.add(item)
            printer.show(item)
        }
        var refusal: String?
        do {
            var bytes = 0
            while let chunk = try input.read(upToCount: Self.chunkBytes), !chunk.isEmpty {
                bytes += chunk.count
                guard bytes <= settings.list.bytesMax else { throw TooLarge() }
                try chunk.withUnsafeBytes { try parser.consume($0, emit: emit) }
            }
            try parser.finish(emit: emit)
            if parser.digestsSeen == 0 { refusal = "The file holds no hash that VirusTotal can look up." }
        } catch let error as HashListError {
            refusal = error.description
        } catch is TooLarge {
            refusal =
                "The file is larger than \(Wording.size(Int64(settings.list.bytesMax))) (list.bytesMax): "
                + "split it."
        }
        printer.end(
            CheckResult(
                summary: summary, remarks: parser.remarks, warnings: warnings(parser.optionLines),
                refusal: refusal,
                limits: settings.lookupOptions.limits))
        return refusal == nil
    }

    /// Which of the list's own options would not be taken.
    private func warnings(_ lines: [ListOptionLine]) -> [String] {
        ListOptions.options(in: lines, allowing: settings.intakeOptions.listOptions).warnings
    }

    private struct TooLarge: Error {}
}

/// What a check has found in a file.
struct CheckResult {
    var summary: ListSummary
    var remarks: [HashListRemark]
    /// Which of the list's own options would not be taken, a sentence each.
    var warnings: [String]
    /// Why the file would be refused; nil if it would not.
    var refusal: String?
    var limits: QuotaLimits

    /// How long the requests take with an unused quota.
    func duration(of requests: Int) -> Duration {
        let now = SystemClock().now
        return RateLimiter(limits: limits, spending: .init(), now: now)
            .expectedWaits(forRequests: [requests], at: now)[0]
    }
}
