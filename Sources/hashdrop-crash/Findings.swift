import Foundation

/// What a trial found.
struct Findings {
    enum Fault: String, CaseIterable {
        case lost = "lists without a job"
        case doubled = "lists with more than one job"
        case unfinished = "jobs that are not done"
        case wrongRows = "reports whose rows are not the list's hashes, each once"
        case withoutVerdict = "reports with a hash that has no verdict"
        case notCounted = "requests sent that the ledger does not count"
        case leftover = "files left in drop folders, work folders, or temporary"
    }

    let kills: KillCounts
    /// Those that were dropped for certain, and the others that came through.
    var lists = 0
    var jobs = 0
    var hashes = 0
    var requests = 0
    var requestsCounted = 0
    var seconds = 0.0
    var seed: UInt64 = 0
    private var faults: [Fault: [String]] = [:]

    init(kills: KillCounts) { self.kills = kills }

    /// Each request that was sent must be counted; one that was counted may not have been sent.
    mutating func compare(sent: Int, counted: Int) {
        requests = sent
        requestsCounted = counted
        if counted < sent { note(.notCounted, "\(sent - counted) of \(sent)") }
    }

    mutating func note(_ fault: Fault, _ what: String) { faults[fault, default: []].append(what) }

    var isClean: Bool { faults.isEmpty && jobs == lists }

    /// As text: what was done, then each fault with its number and its first examples.
    var table: String {
        let facts = [
            ("seed", "\(seed)"), ("seconds", "\(Int(seconds))"), ("kills of the daemon", "\(kills.daemon)"),
            ("kills of the helper", "\(kills.helper)"), ("power cuts", "\(kills.power)"),
            ("lists dropped", "\(lists)"), ("jobs", "\(jobs)"), ("hashes reported", "\(hashes)"),
            ("requests sent", "\(requests)"), ("requests in the ledger", "\(requestsCounted)"),
        ]
        var lines = facts.map { Self.line($0.0, $0.1) }
        lines.append(Self.line(String(repeating: "-", count: Self.width), "----"))
        for fault in Fault.allCases {
            let found = faults[fault] ?? []
            lines.append(Self.line(fault.rawValue, "\(found.count)"))
            for example in found.prefix(Self.examplesMax) { lines.append("    \(example)") }
        }
        lines.append(isClean ? "Nothing lost, nothing doubled." : "Not as it should be.")
        return lines.joined(separator: "\n")
    }

    private static let width = 58
    private static let examplesMax = 5

    private static func line(_ name: String, _ value: String) -> String {
        name + String(repeating: " ", count: max(1, width + 2 - name.count)) + value
    }
}
