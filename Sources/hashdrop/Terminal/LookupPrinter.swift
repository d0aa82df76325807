import Foundation
import Glibc
import Model
import Reporting
import Support

/// Prints the rows of `hashdrop lookup` and counts them: lines of `report.json`, or text, in columns on a
/// terminal and with tabs elsewhere.
struct LookupPrinter {
    private(set) var outcome = ListOutcome()
    private let isJSON: Bool
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    /// What a row says that was not asked for.
    private let notAsked: String
    private let digitsMax: Int
    private let decoder = JSONDecoder()
    private let now = Date()

    /// - Parameters:
    ///   - digitsMax: of the longest hash.
    ///   - notAsked: what a row says that was not asked for.
    init(isJSON: Bool, digitsMax: Int, notAsked: String = Verdict.notAsked.label) {
        self.isJSON = isJSON
        self.digitsMax = digitsMax
        self.notAsked = notAsked
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        if isTerminal, !isJSON {
            print(
                columns(hash: "Hash", verdict: "Verdict", engines: "Engines", asked: "Asked", "Label", "Name")
            )
        }
    }

    /// What is shown of a line of `report.json`.
    private struct Row: Decodable {
        var hash: String
        var verdict: String
        var enginesDetected: Int?
        var enginesTotal: Int?
        var threatLabel: String?
        var name: String?
        var askedAt: Date?
        var reason: String?
    }

    /// Prints a line of `report.json`, without its end.
    mutating func show(_ line: some Sequence<UInt8>) throws {
        let line = Data(line)
        let row = try decoder.decode(Row.self, from: line)
        count(row.verdict)
        print(isJSON ? String(decoding: line, as: UTF8.self) : text(row))
    }

    private mutating func count(_ verdict: String) {
        outcome.hashes += 1
        switch Verdict(rawValue: verdict) {
        case .malicious: outcome.malicious += 1
        case .suspicious: outcome.suspicious += 1
        case .allowed: outcome.allowed += 1
        case .clean: outcome.clean += 1
        case .notAsked: outcome.notAsked += 1
        default: break
        }
    }

    private func text(_ row: Row) -> String {
        let verdict = Verdict(rawValue: row.verdict)
        var engines: String?
        if let detected = row.enginesDetected, let total = row.enginesTotal {
            engines = "\(detected) of \(total)"
        }
        return columns(
            hash: row.hash, verdict: verdict == .notAsked ? notAsked : verdict?.label ?? row.verdict,
            engines: engines, asked: row.askedAt.map(asked), row.threatLabel ?? row.reason, row.name)
    }

    private func asked(_ date: Date) -> String {
        if isTerminal { return Wording.age(since: date, now: now) }
        var bytes: [UInt8] = []
        UTCTime(date).appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The cells of a line; what is not known is a `-`, so that each line has all of them.
    private func columns(
        hash: String, verdict: String, engines: String?, asked: String?, _ label: String?, _ name: String?
    ) -> String {
        let cells = [
            (hash, digitsMax), (verdict, 20), (engines ?? "-", 9), (asked ?? "-", 14), (label ?? "-", 28),
            (name ?? "-", 0),
        ]
        guard isTerminal else { return cells.map(\.0.showingControls).joined(separator: "\t") }
        return cells.map { text, width in
            let text = text.showingControls
            return text + String(repeating: " ", count: max(0, width - text.count))
        }.joined(separator: "  ")
    }
}
