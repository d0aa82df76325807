import Foundation
import HashLists
import Model
import Reporting
import Support

/// Shows what `hashdrop check` finds, while it finds it.
protocol CheckPrinter: AnyObject {
    func begin(file: String)
    func show(_ item: HashListItem)
    func end(_ result: CheckResult)
}

/// For people: some lines of each kind, and the sum in sentences.
final class TextCheckPrinter: CheckPrinter {
    private let limit: Int
    private var entries = 0
    private var unusable: [UnusableLine] = []
    private var unusableCount = 0

    init(limit: Int) { self.limit = limit }

    func begin(file: String) { print("\(file.showingControls)") }

    func show(_ item: HashListItem) {
        switch item {
        case .entry(let entry):
            entries += 1
            if limit == 0 || entries <= limit { show(entry) }
        case .unusable(let line):
            unusableCount += 1
            if limit == 0 || unusable.count < limit { unusable.append(line) }
        }
    }

    private func show(_ entry: HashListEntry) {
        let comment = entry.comment.map { "  \($0)" } ?? ""
        let group = entry.namesOneFile ? "one file" : ""
        for (index, hash) in entry.hashes.enumerated() {
            let place = index == 0 ? "line \(entry.line)" : ""
            print("  \(padded(place, 12)) \(hash)\(index == 0 ? comment : "  \(group)")")
        }
    }

    func end(_ result: CheckResult) {
        if limit > 0, entries > limit {
            print("  … and \(Wording.count(entries - limit, "line", "lines")) with hashes")
        }
        if !unusable.isEmpty { print("  Not looked up:") }
        for line in unusable {
            print("  \(padded("line \(line.line)", 12)) \(line.text)\n               \(line.reason)")
        }
        if unusableCount > unusable.count { print("  … and \(unusableCount - unusable.count) more") }
        if let refusal = result.refusal { print("  Would be refused: \(refusal)") }
        for remark in result.remarks { print("  \(remark.sentence)") }
        for warning in result.warnings { print("  \(warning)") }
        print("  \(CheckSentences.sum(result.summary))")
        if let cost = CheckSentences.cost(result) { print("  \(cost)") }
        (entries, unusable, unusableCount) = (0, [], 0)
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// The sums of a check in words.
enum CheckSentences {
    static func sum(_ summary: ListSummary) -> String {
        let kinds = FileHash.Kind.allCases.compactMap { kind in
            summary.hashes[kind].map { "\($0) \(kind.name)" }
        }.joined(separator: ", ")
        var sentence = Wording.count(summary.hashCount, "hash", "hashes")
        if !kinds.isEmpty { sentence += " (\(kinds))" }
        if summary.groups > 0 {
            sentence += ", \(Wording.count(summary.groups, "group", "groups")) of one file's names"
        }
        if summary.repeated > 0 { sentence += ", \(summary.repeated) repeated" }
        let passedOver = PassedOverText(summary.unusable)
        if passedOver.sum > 0 { sentence += ". Not looked up: \(passedOver.reasons)" }
        return sentence + "."
    }

    static func cost(_ result: CheckResult) -> String? {
        let (least, most) = (result.summary.requestsMin, result.summary.requestsMax)
        guard most > 0 else { return nil }
        let count = least == most ? "\(most)" : "\(least) to \(most)"
        let time = Wording.duration(result.duration(of: most).seconds)
        return "At most \(count) \(most == 1 ? "request" : "requests") if the cache knows none of them: "
            + "about \(time) with an unused quota."
    }
}

/// For pipelines: JSON Lines.
final class JSONCheckPrinter: CheckPrinter {
    private var file = ""

    private struct Hashes: Encodable {
        var type = "hashes"
        var file: String
        var line: Int
        var hashes: [String]
        var isOneFile: Bool
        var comment: String?
    }

    private struct Listed: Encodable {
        var type = "listed"
        var file: String
        var line: Int
        var text: String
        var kind: String
        var reason: String
    }

    private struct Summary: Encodable {
        var type = "summary"
        var file: String
        var accepted: Bool
        var refusal: String?
        var hashes: [String: Int]
        var repeated: Int
        var groups: Int
        var listed: [String: Int]
        var remarks: [String]
        var warnings: [String]
        var requestsMin: Int
        var requestsMax: Int
        var seconds: Int
    }

    func begin(file: String) { self.file = file }

    func show(_ item: HashListItem) {
        switch item {
        case .entry(let entry):
            write(
                Hashes(
                    file: file, line: entry.line, hashes: entry.hashes.map(\.hexadecimal),
                    isOneFile: entry.namesOneFile, comment: entry.comment))
        case .unusable(let line):
            write(
                Listed(
                    file: file, line: line.line, text: line.text, kind: line.kind.rawValue,
                    reason: line.reason))
        }
    }

    func end(_ result: CheckResult) {
        let summary = result.summary
        write(
            Summary(
                file: file, accepted: result.refusal == nil, refusal: result.refusal,
                hashes: Dictionary(uniqueKeysWithValues: summary.hashes.map { ($0.key.name, $0.value) }),
                repeated: summary.repeated, groups: summary.groups,
                listed: Dictionary(
                    uniqueKeysWithValues: summary.unusable.map { ($0.key.rawValue, $0.value) }),
                remarks: result.remarks.map(\.rawValue), warnings: result.warnings,
                requestsMin: summary.requestsMin, requestsMax: summary.requestsMax,
                seconds: Int(result.duration(of: summary.requestsMax).seconds)))
    }

    private func write(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Of these values none can fail to be encoded.
        guard let line = try? encoder.encode(value) else { return }
        print(String(decoding: line, as: UTF8.self))
    }
}
