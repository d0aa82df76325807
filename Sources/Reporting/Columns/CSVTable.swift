import Foundation
import Model
import Support

/// Writer of a report's rows as CSV: RFC 4180 with CRLF and UTF-8, dates as `2026-11-23 19:50:45` in UTC,
/// which spreadsheets take for dates, and one line of text a row.
struct CSVTable {
    private let columns: ReportColumns
    private let isMarkedUTF8: Bool

    init(options: ReportOptions) {
        columns = ReportColumns(vendors: options.vendors)
        isMarkedUTF8 = options.isCSVMarkedUTF8
    }

    func appendHeader(to bytes: inout [UInt8]) {
        if isMarkedUTF8 { bytes.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
        bytes.append(contentsOf: columns.csv.map(columns.name(of:)).joined(separator: ",").utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    func append(_ row: RowModel, to bytes: inout [UInt8]) {
        var isFirst = true
        for column in columns.csv {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            row.append(column, as: CSVFormat(), to: &bytes)
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }
}

/// The values of a row as cells of a CSV.
struct CSVFormat: CellFormat {
    func hash(_ hash: FileHash?, to bytes: inout [UInt8]) {
        guard let hash else { return }
        let start = bytes.count
        hash.appendHexadecimal(to: &bytes)
        // One MD5 in a million has no letter, or none but one e: to a spreadsheet 1.2e+31, and its digits are
        // lost.
        if CSVText.isLostAsNumber(bytes[start...]) { bytes.insert(UInt8(ascii: "'"), at: start) }
    }

    func link(to hash: FileHash, to bytes: inout [UInt8]) {
        RowModel.linkPrefix.withUTF8Buffer { bytes.append(contentsOf: $0) }
        hash.appendHexadecimal(to: &bytes)
    }

    func word(_ word: String?, to bytes: inout [UInt8]) {
        if let word { bytes.append(contentsOf: word.utf8) }
    }

    func text(_ text: String?, to bytes: inout [UInt8]) {
        if let text { CSVText.append(text, to: &bytes) }
    }

    func number(_ number: Int?, to bytes: inout [UInt8]) {
        if let number { bytes.append(contentsOf: String(number).utf8) }
    }

    func time(_ date: Date?, to bytes: inout [UInt8]) {
        if let date { UTCTime(date).appendSeconds(to: &bytes) }
    }

    func flag(_ flag: Bool, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    }
}
