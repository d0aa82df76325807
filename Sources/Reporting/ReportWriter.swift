package import Foundation
package import Model

/// Writes the files that people and pipelines read; each appears complete or not at all.
///
/// Rows are streamed: the memory needed does not grow with the list. Every function throws an
/// `AtomicFileError` if the file cannot be written, or whatever the row source throws; the file's last
/// version then stays.
package struct ReportWriter: Sendable {
    /// The names of a job folder's files. `input`, the dropped bytes, is put there by whoever claims them.
    package enum FileName {
        package static let html = "report.html"
        package static let csv = "report.csv"
        package static let status = "status.json"
        package static let input = "input"
        package static let index = "index.html"
    }

    package let options: ReportOptions
    private let frame: PageFrame

    package init(options: ReportOptions) {
        self.options = options
        frame = PageFrame(options: options)
    }

    /// Writes `report.html` into a job's folder, from rows in the order of severity (`VerdictWord`'s order).
    package func writeHTML(
        _ input: ReportInput, in folder: URL, rows: (_ visit: (ReportRow) throws -> Void) throws -> Void
    ) throws {
        let file = try AtomicFile(replacing: folder.appending(path: FileName.html))
        try JobPage(input: input, frame: frame).write(to: file, rows: rows)
        try file.commit()
    }

    /// Writes `report.csv` into a job's folder, from rows in the list's order.
    ///
    /// Only for a job that is done: its name promises a complete table.
    package func writeCSV(
        _ input: ReportInput, in folder: URL, rows: (_ visit: (ReportRow) throws -> Void) throws -> Void
    ) throws {
        let file = try AtomicFile(replacing: folder.appending(path: FileName.csv))
        let table = CSVTable(options: options)
        try file.append { table.appendHeader(to: &$0) }
        try rows { row in try file.append { table.append(row, to: &$0) } }
        try file.commit()
    }

    /// Writes `status.json`, the job's receipt, into its folder.
    package func writeStatus(_ input: ReportInput, in folder: URL) throws {
        let file = try AtomicFile(replacing: folder.appending(path: FileName.status))
        try file.append(StatusDocument(input, options: options).json())
        try file.commit()
    }

    /// Writes a user's `index.html` into the user's report folder.
    package func writeIndex(_ input: IndexInput, in folder: URL) throws {
        let file = try AtomicFile(replacing: folder.appending(path: FileName.index))
        try file.append(IndexPage(input: input, frame: frame).html().bytes)
        try file.commit()
    }
}
