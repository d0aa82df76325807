import Foundation
import Model

/// A report's rows as JSON Lines: one object a row in UTF-8, with the CSV's columns as keys, exact texts, dates in ISO
/// 8601 (UTC), null where there is nothing to tell, and the engines' findings.
///
/// Every key is in every row.
struct JSONLines {
    private let options: ReportOptions
    /// `{"hash":`, `,"fortinet":` … and the keys that the CSV has not.
    private let keys: [[UInt8]]

    init(options: ReportOptions) {
        self.options = options
        let names =
            ReportColumns.all(vendors: options.vendors).map(\.name) + ReportColumns.onlyInJSON.map(\.name)
        keys = names.enumerated().map { index, name in
            var key = Array((index == 0 ? "{" : ",").utf8)
            JSONText.append(key: name, to: &key)
            return key
        }
    }

    func append(_ row: RowModel, to bytes: inout [UInt8]) {
        var cells = JSONCells(bytes: bytes, keys: keys)
        bytes = []
        row.visit(&cells, vendors: options.vendors)
        cells.number(row.object?.reputation)
        cells.engines(row.object?.engines)
        bytes = cells.endRow()
    }
}

/// The values of one row, one after the other, each with its key.
private struct JSONCells: CellWriter {
    var bytes: [UInt8]
    private let keys: [[UInt8]]
    private var index = 0

    init(bytes: consuming [UInt8], keys: [[UInt8]]) {
        self.bytes = bytes
        self.keys = keys
    }

    mutating func hash(_ hash: FileHash?) { own(hash?.hexadecimal) }

    mutating func own(_ word: String?) { text(word) }

    mutating func text(_ text: String?) {
        key()
        if let text { JSONText.append(text, to: &bytes) } else { null() }
    }

    mutating func number(_ number: Int?) {
        key()
        bytes.append(contentsOf: (number.map { String($0) } ?? "null").utf8)
    }

    mutating func time(_ date: Date?) {
        key()
        if let date { JSONText.append(date, to: &bytes) } else { null() }
    }

    mutating func flag(_ flag: Bool) {
        key()
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }

    /// By category: the detecting engines with the names they give, the others by name alone. Sorted, so that the
    /// same answer is the same bytes.
    mutating func engines(_ engines: [String: EngineFinding]?) {
        key()
        guard let engines else { return null() }
        let sorted = engines.sorted { $0.key < $1.key }
        var categories: [EngineCategory] = []
        for (_, finding) in sorted where !categories.contains(finding.category) {
            categories.append(finding.category)
        }
        bytes.append(UInt8(ascii: "{"))
        for (index, category) in categories.sorted(by: { $0.rawValue < $1.rawValue }).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONText.append(key: category.rawValue, to: &bytes)
            append(sorted, of: category)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(
        _ engines: [(key: String, value: EngineFinding)], of category: EngineCategory
    ) {
        bytes.append(UInt8(ascii: category.isDetection ? "{" : "["))
        var isFirst = true
        for (name, finding) in engines where finding.category == category {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.append(name, to: &bytes)
            guard category.isDetection else { continue }
            bytes.append(UInt8(ascii: ":"))
            if let result = finding.result { JSONText.append(result, to: &bytes) } else { null() }
        }
        bytes.append(UInt8(ascii: category.isDetection ? "}" : "]"))
    }

    /// Ends the line and gives the bytes back.
    consuming func endRow() -> [UInt8] {
        assert(index == keys.count, "a key without a value")
        bytes.append(contentsOf: "}\n".utf8)
        return bytes
    }

    private mutating func key() {
        bytes.append(contentsOf: keys[index])
        index += 1
    }

    private mutating func null() { bytes.append(contentsOf: "null".utf8) }
}
