import Model
import Reporting

extension FailCondition {
    /// What of a list meets the condition, and where it stands, for the log of the program that called.
    func reason(in receipt: JobReceipt, _ outcome: ListOutcome) -> String {
        switch self {
        case .malicious:
            "\(Self.malicious(outcome.malicious)); see \(receipt.lists(of: [.malicious]))."
        case .suspicious:
            Self.hashes(outcome.malicious + outcome.suspicious, "malicious or suspicious")
                + "; see \(receipt.lists(of: [.malicious, .suspicious]))."
        case .unknown: Self.unknown(in: receipt, outcome)
        case .newMalicious: Self.newlyMalicious(in: receipt, outcome)
        }
    }

    private static func malicious(_ count: Int) -> String { hashes(count, "malicious") }

    private static func hashes(_ count: Int, _ word: String) -> String {
        "\(Wording.count(count, "hash is", "hashes are")) \(word)"
    }

    private static func unknown(in receipt: JobReceipt, _ outcome: ListOutcome) -> String {
        let lines = outcome.unusableLines
        var parts: [String] = []
        if outcome.withoutVerdict > lines {
            let hashes = Wording.count(outcome.withoutVerdict - lines, "hash has", "hashes have")
            parts.append("\(hashes) no verdict; see \(receipt.lists(of: [.unknown, .noResults, .failed]))")
        }
        if lines > 0 {
            let page = receipt.path(of: ReportWriter.FileName.html)
            parts.append(
                "\(Wording.count(lines, "line holds", "lines hold")) no usable hash; see \(page)")
        }
        return parts.joined(separator: "; ") + "."
    }

    private static func newlyMalicious(in receipt: JobReceipt, _ outcome: ListOutcome) -> String {
        let changes = receipt.status.changes
        guard let baseline = changes?.baseline, changes?.newMalicious != nil else {
            let reason = changes?.reason ?? "The list is compared with no earlier report."
            return "\(malicious(outcome.newMalicious)) and taken for new; "
                + "see \(receipt.lists(of: [.malicious])). \(reason)"
        }
        let named = changes?.newMaliciousHashes ?? []
        let more = outcome.newMalicious - named.count
        var sentence = hashes(outcome.newMalicious, "newly malicious since \(baseline)")
        if !named.isEmpty { sentence += ": \(named.joined(separator: ", "))" }
        if !named.isEmpty, more > 0 { sentence += " and \(Wording.number(more)) more" }
        return "\(sentence); see \(receipt.path(of: ReportWriter.FileName.changes))."
    }
}
