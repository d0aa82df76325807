import Foundation
import Model

/// Takes a row's values in the order of `ReportColumns`; each table writes them in its own way.
protocol CellWriter {
    mutating func hash(_ hash: FileHash?)
    /// What this program made itself.
    mutating func own(_ word: String?)
    /// What came from outside: VirusTotal's words, the list's words.
    mutating func text(_ text: String?)
    mutating func number(_ number: Int?)
    mutating func time(_ date: Date?)
    mutating func flag(_ flag: Bool)
}

extension RowModel {
    /// Hands the row's values to `cells`, one for each of `ReportColumns.all(vendors:)`.
    func visit(_ cells: inout some CellWriter, vendors: [String]) {
        cells.hash(row.hash)
        for vendor in vendors { cells.text(object?.detection(by: vendor)) }
        cells.number(detections)
        cells.time(object?.lastAnalysisDate)
        cells.own(stateName)
        cells.own(word.rawValue)
        cells.number(opinions)
        cells.text(object?.threatLabel)
        cells.text(object?.meaningfulName)
        cells.text(object?.typeDescription)
        cells.number(object?.sizeBytes.map { Int($0) })
        cells.time(object?.firstSubmissionDate)
        for hash in [object?.md5, object?.sha1, object?.sha256] { cells.hash(hash) }
        cells.text(row.comment)
        cells.number(row.line)
        cells.number(row.occurrences)
        cells.time(row.verdict?.askedAt)
        cells.flag(row.isStale)
        cells.hash(row.askedAs)
        cells.text(reason)
        cells.own(page)
        for vendor in vendors { cells.own(object.map { $0.finding(of: vendor).stateName }) }
    }
}
