import ArgumentParser
import Model
import Reporting

/// What a list came to, as far as an exit code tells of it.
struct ListOutcome {
    /// Rows, and of them those that are …
    var hashes = 0
    var malicious = 0
    var suspicious = 0
    /// By the allow-list: they are neither malicious nor suspicious, and no failure.
    var allowed = 0
    var clean = 0
    var notAsked = 0
    /// Malicious ones that were not malicious, or not listed, in the report that the list is compared with;
    /// without one all that are malicious.
    var newMalicious = 0
    /// Lines without a usable hash.
    var unusableLines = 0
    var isCancelled = false

    init() {}

    init(_ status: StatusDocument) {
        let counts = status.counts
        hashes = counts.hashes
        malicious = counts.malicious
        suspicious = counts.suspicious
        allowed = counts.allowed ?? 0
        clean = counts.clean
        notAsked = counts.notAsked
        newMalicious = status.changes?.newMalicious ?? counts.malicious
        unusableLines = counts.unusableLines
        isCancelled = status.state == JobState.cancelled.rawValue
    }

    /// Hashes that were asked for and have no verdict (unknown, without results, failed), and lines without a
    /// usable hash: none of them is an all-clear.
    var withoutVerdict: Int {
        hashes - malicious - suspicious - allowed - clean - notAsked + unusableLines
    }

    /// Whether something has no verdict, or there was nothing to look up. What a list holds beside its hashes
    /// (an imphash, a placeholder) asks for no verdict: it would fail every list with such a column.
    var lacksVerdict: Bool { withoutVerdict > 0 || hashes == 0 }

    /// The code by the worst verdict; reports/README.md promises it.
    var exitCode: ExitCode {
        if malicious + suspicious > 0 { return ExitCode(1) }
        if isCancelled { return ExitCode(3) }
        return lacksVerdict || notAsked > 0 ? ExitCode(2) : .success
    }

    /// The code where `--fail-on` says what is to fail: what it does not name is none's failure, but a list
    /// that was cut short is not done.
    func exitCode(failingOn conditions: [FailCondition]) -> ExitCode {
        if conditions.contains(where: { $0.isMet(by: self) }) { return ExitCode(4) }
        return isCancelled ? ExitCode(3) : .success
    }
}

/// What `--fail-on` can name.
enum FailCondition: String, CaseIterable {
    case malicious
    /// Or worse.
    case suspicious
    case unknown
    case newMalicious = "new-malicious"

    func isMet(by outcome: ListOutcome) -> Bool {
        switch self {
        case .malicious: outcome.malicious > 0
        case .suspicious: outcome.malicious + outcome.suspicious > 0
        case .unknown: outcome.lacksVerdict
        case .newMalicious: outcome.newMalicious > 0
        }
    }
}

/// One or several conditions in one argument, with commas between them.
struct FailConditions: ExpressibleByArgument {
    let conditions: [FailCondition]

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        conditions = words.compactMap { FailCondition(rawValue: String($0)) }
        guard conditions.count == words.count else { return nil }
    }

    static var allValueStrings: [String] { FailCondition.allCases.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
