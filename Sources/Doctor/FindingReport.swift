import Foundation
import Support

/// The findings as a whole: for people as aligned lines, for programs as JSON.
package struct FindingReport: Sendable {
    package let findings: [Finding]

    package init(_ findings: [Finding]) { self.findings = findings }

    /// Whether something does not work.
    package var hasFailed: Bool { count(.failed) > 0 }

    private func count(_ state: Finding.State) -> Int { findings.count { $0.state == state } }

    // MARK: For people

    /// A line a finding: state, check, subject and message; what to do stands under it. Drop folders that are
    /// all well share a line.
    package var text: String {
        let lines = shared
        let width = lines.map(\.check.rawValue.count).max() ?? 0
        var text = ""
        for line in lines {
            let head = Self.padded(line.state.rawValue, Self.stateWidth)
            text += "\(head)  \(Self.padded(line.check.rawValue, width))  "
            text += "\(line.subject): \(line.message)".showingControls + "\n"
            guard let advice = line.advice else { continue }
            text += "\(Self.padded("", Self.stateWidth))  \(Self.padded("", width))  → "
            text += advice.showingControls + "\n"
        }
        let warnings = count(.warning)
        return text + "\n\(count(.failed)) failed, \(warnings) "
            + "\(warnings == 1 ? "warning" : "warnings"), \(count(.ok)) ok."
    }

    private static let stateWidth = Finding.State.allCases.map(\.rawValue.count).max() ?? 0
    /// So many subjects of one line are named.
    private static let subjectsMax = 2

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// The findings, of which those that are well and say the same of several subjects are one.
    private var shared: [Finding] {
        var subjects: [Finding: [String]] = [:]
        var order: [Finding] = []
        for finding in findings {
            let key =
                finding.state == .ok ? Finding.ok(finding.check, "", finding.message) : finding
            if subjects[key] == nil { order.append(key) }
            subjects[key, default: []].append(finding.subject)
        }
        return order.map { key in
            guard key.state == .ok, let names = subjects[key] else { return key }
            let named = names.prefix(Self.subjectsMax).joined(separator: ", ")
            let more = names.count - Self.subjectsMax
            return .ok(key.check, more > 0 ? "\(named) and \(more) more" : named, key.message)
        }
    }

    // MARK: For programs

    private struct Document: Encodable {
        var checks: [Line]
        var failed: Int
        var warnings: Int
        var ok: Int
    }

    private struct Line: Encodable {
        var finding: Finding

        enum CodingKeys: String, CodingKey {
            case check, subject, state, message, advice
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(finding.check.rawValue, forKey: .check)
            try line.encode(finding.subject, forKey: .subject)
            try line.encode(finding.state.rawValue, forKey: .state)
            try line.encode(finding.message, forKey: .message)
            // Every line has every key: null where nothing is to be done.
            try line.encode(finding.advice, forKey: .advice)
        }
    }

    /// One object: `checks`, each with `check`, `subject`, `state`, `message` and `advice` (null if nothing
    /// is to be done), and how many there are of each state.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            checks: findings.map(Line.init), failed: count(.failed), warnings: count(.warning),
            ok: count(.ok))
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
