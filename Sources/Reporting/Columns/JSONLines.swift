import Foundation
package import Model
import Support

/// Writer of a report's rows as JSON Lines: one object a row in UTF-8, with the CSV's columns as keys, exact
/// texts, dates in ISO 8601 (UTC), null where there is nothing to tell, the engines' findings and the facts.
///
/// Every key is in every row.
package struct JSONLines {
    private let options: ReportOptions
    /// Each column with its key: `{"hash":`, `,"fortinet":` …
    private let columns: [(column: ReportColumns.Column, key: [UInt8])]

    package init(options: ReportOptions) {
        self.options = options
        let all = ReportColumns(vendors: options.vendors)
        columns = all.json.enumerated().map { index, column in
            var key = Array((index == 0 ? "{" : ",").utf8)
            JSONText.append(key: all.name(of: column), to: &key)
            return (column, key)
        }
    }

    /// A row on a line of its own, with its end.
    package func line(_ row: ReportRow) -> [UInt8] {
        var bytes: [UInt8] = []
        append(RowModel(row, options: options), to: &bytes)
        return bytes
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
    func hash(_ hash: FileHash?, to bytes: inout [UInt8]) {
        guard let hash else { return appendNull(to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
        hash.appendHexadecimal(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    func link(to hash: FileHash, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        RowModel.linkPrefix.withUTF8Buffer { bytes.append(contentsOf: $0) }
        hash.appendHexadecimal(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

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

    func engines(_ engines: EngineFindings?, to bytes: inout [UInt8]) {
        if let engines { EngineJSON.append(engines, to: &bytes) } else { appendNull(to: &bytes) }
    }

    func facts(_ facts: FactReader?, to bytes: inout [UInt8]) {
        if let facts { FactsJSON.append(facts, to: &bytes) } else { appendNull(to: &bytes) }
    }

    private func appendNull(to bytes: inout [UInt8]) { bytes.append(contentsOf: "null".utf8) }
}
