package import Model

/// What is known of the earlier report of a job whose report is written again.
package struct ReportRewriting: Hashable, Sendable {
    /// The policy of the report as it was when the list was finished, without its allow-list; nil if that is
    /// not known.
    package var firstPolicy: VerdictPolicy?

    package init(firstPolicy: VerdictPolicy?) { self.firstPolicy = firstPolicy }
}

extension VerdictPolicy {
    /// What it says otherwise than an earlier policy, a phrase each: `malicious from 1 instead of 3`. The
    /// allow-lists are not compared.
    func differences(from earlier: VerdictPolicy) -> [String] {
        let (was, now) = (earlier.phrases, phrases)
        return zip(was, now).filter { $0.text != $1.text }.map { was, now in
            "\(now.name) \(now.text) instead of \(was.text)"
        }
    }

    private var phrases: [(name: String, text: String)] {
        func names(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
        return [
            ("malicious from", Wording.number(maliciousFrom)),
            ("suspicious from", Wording.number(suspiciousFrom)), ("trusted vendors", names(trustedVendors)),
            ("trusted from", Wording.number(trustedFrom)), ("ignored engines", names(ignoredEngines)),
            ("engines’ own words", names(engineWords.map { "\($0.engine) \($0.word.rawValue)" })),
        ]
    }
}
