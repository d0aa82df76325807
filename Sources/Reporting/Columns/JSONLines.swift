import Foundation
import Model
import Support

/// Writer of a report's rows as JSON Lines: one object a row in UTF-8, with the CSV's columns as keys, exact
/// texts, dates in ISO 8601 (UTC), null where there is nothing to tell, and the engines' findings.
///
/// Every key is in every row.
struct JSONLines {
    /// Each column with its key: `{"hash":`, `,"fortinet":` …
    private let columns: [(column: ReportColumns.Column, key: [UInt8])]

    init(options: ReportOptions) {
        let all = ReportColumns(vendors: options.vendors)
        columns = all.json.enumerated().map { index, column in
            var key = Array((index == 0 ? "{" : ",").utf8)
            JSONText.append(key: all.name(of: column), to: &key)
            return (column, key)
        }
    }

    func append(_ row: RowModel, to bytes: inout [UInt8]) {
        for (column, key) in columns {
            bytes.append(contentsOf: key)
            row.append(column, as: JSONFormat(), to: &bytes)
        }
        bytes.append(contentsOf: "}\n".utf8)
    }
}

/// The values of a row as JSON.
private struct JSONFormat: CellFormat {
    func hash(_ hash: FileHash?, to bytes: inout [UInt8]) { word(hash?.hexadecimal, to: &bytes) }

    func word(_ word: String?, to bytes: inout [UInt8]) { text(word, to: &bytes) }

    func text(_ text: String?, to bytes: inout [UInt8]) {
        if let text { JSONText.append(text, to: &bytes) } else { appendNull(to: &bytes) }
    }

    func number(_ number: Int?, to bytes: inout [UInt8]) {
        if let number { bytes.append(contentsOf: String(number).utf8) } else { appendNull(to: &bytes) }
    }

    func time(_ date: Date?, to bytes: inout [UInt8]) {
        if let date { JSONText.append(date, to: &bytes) } else { appendNull(to: &bytes) }
    }

    func flag(_ flag: Bool, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// By category: the detecting engines with the names they give, the others by name alone. Sorted, so that
    /// the same answer is the same bytes.
    func engines(_ engines: [String: EngineFinding]?, to bytes: inout [UInt8]) {
        guard let engines else { return appendNull(to: &bytes) }
        let sorted = engines.sorted { $0.key < $1.key }
        var categories: [EngineCategory] = []
        for (_, finding) in sorted where !categories.contains(finding.category) {
            categories.append(finding.category)
        }
        bytes.append(UInt8(ascii: "{"))
        for (index, category) in categories.sorted(by: { $0.rawValue < $1.rawValue }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONText.append(key: category.rawValue, to: &bytes)
            append(sorted, of: category, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func append(
        _ engines: [(key: String, value: EngineFinding)], of category: EngineCategory, to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(ascii: category.isDetection ? "{" : "["))
        var isFirst = true
        for (name, finding) in engines where finding.category == category {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.append(name, to: &bytes)
            guard category.isDetection else { continue }
            bytes.append(UInt8(ascii: ":"))
            text(finding.result, to: &bytes)
        }
        bytes.append(UInt8(ascii: category.isDetection ? "}" : "]"))
    }

    private func appendNull(to bytes: inout [UInt8]) { bytes.append(contentsOf: "null".utf8) }
}
