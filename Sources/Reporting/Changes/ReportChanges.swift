package import Foundation
package import Model

/// What is different in a list's report from the one that it is compared with, without all the rows.
package struct ReportChanges: Hashable, Sendable {
    /// The job whose report it is compared with; nil if there is none of the name that the list gives.
    package var baseline: JobID?
    /// Where that report is, beside the one that tells of it; nil if it is not there.
    package var place: Place?
    /// The policy of that report without its allow-list; nil where nothing was compared.
    package var policy: VerdictPolicy?
    /// Why there is no comparison although there should be; nil if there is one.
    package var reason: String?
    /// How many hashes by cause and kind; those without any are left out.
    package var counts: [ChangeCause: [ChangeKind: Int]] = [:]
    /// Hashes of files that are malicious, and were not or were not in the list, whatever the cause.
    package var newMalicious = 0
    /// The differences that a reader should see first, at most `firstMax`.
    package var first: [ReportChange] = []

    /// 50: `report.changes.csv` has all.
    package static let firstMax = 50

    /// An earlier report of the same user.
    package struct Place: Hashable, Sendable {
        /// The name of its folder, which stands beside the later report's.
        package var folder: String
        package var receivedAt: Date

        package init(folder: String, receivedAt: Date) {
            self.folder = folder
            self.receivedAt = receivedAt
        }
    }

    package init(baseline: JobID?, policy: VerdictPolicy? = nil, reason: String? = nil) {
        self.baseline = baseline
        self.policy = policy
        self.reason = reason
    }

    package subscript(kind: ChangeKind) -> Int {
        counts.values.reduce(0) { $0 + $1[kind, default: 0] }
    }
    package subscript(cause: ChangeCause) -> Int { counts[cause, default: [:]].values.reduce(0, +) }
    /// The name of the file that has all; nil where nothing was compared.
    var fileName: String? { reason == nil ? ReportWriter.FileName.changes : nil }
    /// What lists of jobs tell of it; nil where nothing was compared.
    package var sum: JobChanges? {
        guard reason == nil else { return nil }
        let (new, gone, worse, better) = (self[.new], self[.gone], self[.worse], self[.better])
        return JobChanges([
            .new: new, .gone: gone, .worse: worse, .better: better,
            .other: total - new - gone - worse - better,
        ])
    }
    /// Differences of all kinds.
    package var total: Int { ChangeCause.allCases.reduce(0) { $0 + self[$1] } }
}

/// A hash of which two reports of a list say different things.
package struct ReportChange: Hashable, Sendable {
    package var hash: FileHash
    package var kind: ChangeKind
    package var cause: ChangeCause
    /// Nil if the earlier report does not have the hash.
    package var was: Verdict?
    /// Nil if the list names the hash no longer.
    package var verdict: Verdict?
    /// Whether the file is malicious, and was not by any of its hashes.
    package var isNewlyMalicious: Bool
    /// The threat labels as cells of a CSV, quoted where they must be; empty without one.
    var labelWas: [UInt8]
    var label: [UInt8]

    /// The smaller, the sooner a reader should see it: what is malicious now, then what VirusTotal has made
    /// worse, then what only the list has changed, and last what only the policy has.
    var order: Int {
        let kinds: [ChangeKind] = [
            .worse, .newlyKnown, .better, .noLongerKnown, .unanswered, .answered, .label, .new, .gone,
        ]
        let place = kinds.firstIndex(of: kind) ?? kinds.count
        let severity = verdict ?? was ?? .waiting
        return (isNewlyMalicious ? 0 : 1_000) + (cause == .policy ? 100 : 0) + place * 10 + severity.severity
    }

    /// The text in a cell of a CSV.
    static func text(of cell: [UInt8]) -> String {
        let text = String(decoding: cell, as: UTF8.self)
        guard text.hasPrefix("\""), text.utf8.count >= 2 else { return text }
        return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
}
