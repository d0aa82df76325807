import Foundation
import Model

/// A report's rows as CSV (RFC 4180): CRLF, UTF-8, dates in ISO 8601 UTC, one line of text a row.
///
/// A cell that a spreadsheet would take for a formula (beginning with `=`, `+`, `-`, `@`, a tab or a line
/// break) gets an apostrophe before it. Source: OWASP, "CSV Injection". Control characters are written as
/// `\u{…}`.
struct CSVTable {
    let options: ReportOptions
    private let vendorNames: [String]

    init(options: ReportOptions) {
        self.options = options
        vendorNames = options.vendors
    }

    func appendHeader(to bytes: inout [UInt8]) {
        if options.isCSVMarkedUTF8 { bytes.append(contentsOf: [0xEF, 0xBB, 0xBF]) }
        for (index, column) in ReportColumns.all(vendors: vendorNames).enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: column.name.utf8)
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
    }

    func append(_ row: ReportRow, to bytes: inout [UInt8]) {
        var cells = CSVCells(bytes: bytes)
        bytes = []
        let facts = RowFacts(row, thresholds: options.thresholds)
        cells.plain(row.hash.hexadecimal)
        for vendor in vendorNames { cells.text(facts.object?.detection(by: vendor)) }
        cells.number(facts.detections)
        cells.time(facts.object?.lastAnalysisDate)
        cells.plain(facts.stateName)
        cells.plain(facts.word.rawValue)
        cells.number(facts.opinions)
        appendFile(facts.object, to: &cells)
        cells.text(row.comment)
        cells.number(row.line)
        cells.number(row.occurrences)
        cells.time(row.verdict?.askedAt)
        cells.plain(row.isStale ? "true" : "false")
        cells.plain(row.askedAs?.hexadecimal)
        cells.text(facts.reason)
        cells.plain(facts.page)
        for vendor in vendorNames { cells.plain(facts.object.map { $0.finding(of: vendor).stateName }) }
        bytes = cells.endRow()
    }

    private func appendFile(_ object: FileObject?, to cells: inout CSVCells) {
        cells.text(object?.threatLabel)
        cells.text(object?.meaningfulName)
        cells.text(object?.typeDescription)
        cells.number(object?.sizeBytes.map { Int($0) })
        cells.time(object?.firstSubmissionDate)
        cells.plain(object?.md5.hexadecimal)
        cells.plain(object?.sha1.hexadecimal)
        cells.plain(object?.sha256.hexadecimal)
    }
}

/// The cells of one row, one after the other.
private struct CSVCells {
    var bytes: [UInt8]
    private var isFirst = true

    init(bytes: consuming [UInt8]) { self.bytes = bytes }

    /// Appends what this program made itself and what needs no quotes.
    mutating func plain(_ value: String?) {
        separate()
        if let value { bytes.append(contentsOf: value.utf8) }
    }

    mutating func number(_ value: Int?) {
        plain(value.map { String($0) })
    }

    mutating func time(_ date: Date?) {
        separate()
        if let date { UTCTime(date).appendISO8601(to: &bytes) }
    }

    /// Appends what came from outside: defused, made one line, quoted where it must be.
    mutating func text(_ value: String?) {
        separate()
        guard let value, let first = value.utf8.first else { return }
        let shown = value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? value : value.showingControls
        let isFormula = "=+-@\t\r\n".utf8.contains(first)
        let needsQuotes = shown.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in shown.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        if needsQuotes { bytes.append(UInt8(ascii: "\"")) }
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
