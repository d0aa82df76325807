/// Verdict of a row: one word, from the most to the least alarming.
package enum Verdict: String, Hashable, Sendable, CaseIterable, Comparable {
    case malicious
    case suspicious
    /// Malicious or suspicious by its engines, and on the allow-list.
    case allowed
    /// The lookup failed for good; the row says why.
    case failed
    /// Known to VirusTotal, and no engine has an opinion: none has finished yet, or all timed out, failed or
    /// do not support the type. To call that clean would be a false all-clear.
    case noResults = "no-results"
    case unknown
    case clean
    /// The list was cancelled, or had spent its budget, before it was this hash's turn.
    case notAsked = "not-asked"
    /// Not answered yet.
    case waiting

    /// The place in the order of severity, from 0.
    package var severity: Int {
        switch self {
        case .malicious: 0
        case .suspicious: 1
        case .allowed: 2
        case .failed: 3
        case .noResults: 4
        case .unknown: 5
        case .clean: 6
        case .notAsked: 7
        case .waiting: 8
        }
    }

    package static func < (a: Verdict, b: Verdict) -> Bool { a.severity < b.severity }

    /// As a reader sees it, for example `no results yet`.
    package var label: String {
        switch self {
        case .noResults: "no results yet"
        case .notAsked: "not asked"
        case .unknown: "unknown to VirusTotal"
        default: rawValue
        }
    }
}
