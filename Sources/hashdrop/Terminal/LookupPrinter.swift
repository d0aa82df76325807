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
        if isTerminal, !isJSON {
            print(columns(["Hash", "Verdict", "Engines", "Asked", "Label", "Name"]))
        }
    }

    /// The values that are shown of a line of `report.json`, as it has them.
    private struct Row: Decodable {
        private var values: [ReportColumn: String] = [:]

        init(from decoder: any Decoder) throws {
            let line = try decoder.container(keyedBy: ReportColumn.self)
            let texts: [ReportColumn] = [.hash, .verdict, .threatLabel, .name, .askedAt, .reason]
            for column in texts { values[column] = try line.decodeIfPresent(String.self, forKey: column) }
            for column in [ReportColumn.enginesDetected, .enginesTotal] {
                values[column] = try line.decodeIfPresent(Int.self, forKey: column).map { String($0) }
            }
        }

        subscript(column: ReportColumn) -> String? { values[column] }
        var verdict: Verdict? { self[.verdict].flatMap(Verdict.init(rawValue:)) }
    }

    /// Prints a line of `report.json`, without its end.
    mutating func show(_ line: some Sequence<UInt8>) throws {
        let line = Data(line)
        let row = try decoder.decode(Row.self, from: line)
        count(row)
        print(isJSON ? String(decoding: line, as: UTF8.self) : text(row))
    }

    private mutating func count(_ row: Row) {
        outcome.hashes += 1
        switch row.verdict {
        case .malicious: outcome.malicious += 1
        case .suspicious: outcome.suspicious += 1
        case .allowed: outcome.allowed += 1
        case .clean: outcome.clean += 1
        case .notAsked: outcome.notAsked += 1
        default: break
        }
    }

    private func text(_ row: Row) -> String {
        var engines: String?
        if let detected = row[.enginesDetected], let total = row[.enginesTotal] {
            engines = "\(detected) of \(total)"
        }
        let verdict = row.verdict == .notAsked ? notAsked : row.verdict?.label ?? row[.verdict]
        return columns([
            row[.hash], verdict, engines, row[.askedAt].map(asked), row[.threatLabel] ?? row[.reason],
            row[.name],
        ])
    }

    /// The time as the line has it, ISO 8601 in UTC; on a terminal how long ago it is.
    private func asked(_ time: String) -> String {
        guard isTerminal, let date = try? Date(time, strategy: .iso8601) else { return time }
        return Wording.age(since: date, now: now)
    }

    /// The cells of a line; what is not known is a `-`, so that each line has all of them.
    private func columns(_ cells: [String?]) -> String {
        let cells = cells.map { ($0 ?? "-").showingControls }
        guard isTerminal else { return cells.joined(separator: "\t") }
        return zip(cells, [digitsMax, 20, 9, 14, 28, 0]).map { text, width in
            text + String(repeating: " ", count: max(0, width - text.count))
        }.joined(separator: "  ")
    }
}
