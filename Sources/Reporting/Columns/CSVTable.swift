import Foundation
import Model
import Support

/// A report's rows as CSV: RFC 4180 with CRLF and UTF-8, dates as `2026-11-23 19:50:45` in UTC, which spreadsheets
/// take for dates, and one line of text a row.
struct CSVTable {
    let options: ReportOptions

    func appendHeader(to bytes: inout [UInt8]) {
        if options.isCSVMarkedUTF8 { bytes.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
        for (index, column) in ReportColumns.all(vendors: options.vendors).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: column.name.utf8)
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
    }

    func append(_ row: RowModel, to bytes: inout [UInt8]) {
        var cells = CSVCells(bytes: bytes)
        bytes = []
        row.visit(&cells, vendors: options.vendors)
        bytes = cells.endRow()
    }
}

/// The cells of one row, one after the other.
private struct CSVCells: CellWriter {
    var bytes: [UInt8]
    private var isFirst = true

    init(bytes: consuming [UInt8]) { self.bytes = bytes }

    mutating func own(_ word: String?) {
        separate()
        if let word { bytes.append(contentsOf: word.utf8) }
    }

    mutating func number(_ number: Int?) { own(number.map { String($0) }) }
    mutating func flag(_ flag: Bool) { own(flag ? "true" : "false") }

    mutating func time(_ date: Date?) {
        separate()
        if let date { UTCTime(date).appendSeconds(to: &bytes) }
    }

    mutating func hash(_ hash: FileHash?) {
        separate()
        guard let digits = hash?.hexadecimal.utf8 else { return }
        // One MD5 in a million has no letter, or none but one e: to a spreadsheet 1.2e+31, and its digits are lost.
        if CSVText.isLostAsNumber(digits) { bytes.append(UInt8(ascii: "'")) }
        bytes.append(contentsOf: digits)
    }

    mutating func text(_ text: String?) {
        separate()
        if let text { CSVText.append(text, to: &bytes) }
    }

    /// Ends the line and gives the bytes back.
    consuming func endRow() -> [UInt8] {
        bytes.append(0x0D)
        bytes.append(0x0A)
        return bytes
    }

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }
}
