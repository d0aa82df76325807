package import FileSystem
import Foundation
package import Model

/// Writer of a job's report files and of its user's index; each file appears complete or not at all.
///
/// Rows are streamed: the memory needed does not grow with the list. Every function throws an
/// `FileSystemError` if the file cannot be written, or whatever the row source throws; the file's last
/// version then stays. A job's files are handed to `publish` when they are written, to be committed then or
/// later, in this order; by default at once. The bytes of a file are on the disk before its name is; the
/// names of a job's files are when the caller has flushed the folder, once for all of them.
package struct ReportWriter: Sendable {
    /// The names of a job folder's files. `input`, the dropped bytes, is put there when the file is claimed.
    package enum FileName {
        package static let html = "report.html"
        package static let csv = "report.csv"
        package static let json = "report.json"
        package static let stix = "report.stix.json"
        /// What is different from an earlier report of the list; only if there is one.
        package static let changes = "report.changes.csv"
        package static let status = "status.json"
        package static let input = "input"
        package static let index = "index.html"
        /// The folder of the work lists in a job's folder.
        package static let lists = "lists"
        /// Those of a job's folder.
        package static let all = [html, csv, json, stix, changes, status, input]

        /// The name of the list of a verdict's hashes, in `lists`; nil for those that wait.
        package static func list(of verdict: Verdict) -> String? {
            verdict == .waiting ? nil : "\(verdict.rawValue).txt"
        }
    }

    package let options: ReportOptions
    private let frame: ReportFrame

    package init(options: ReportOptions) {
        self.options = options
        frame = ReportFrame(options: options)
    }

    /// The writer for a list that sets some of the options itself.
    ///
    /// - Parameter files: the allow-list of the moment.
    package func taking(_ list: JobOptions, allowing files: AllowList = .init()) -> ReportWriter {
        var own = options.taking(list)
        own.policy.allowList = files
        return own == options ? self : ReportWriter(options: own)
    }

    /// What becomes of files that are written; they are to become visible in this order.
    package typealias Publish = ([AtomicFile]) throws -> Void

    package static func atOnce(_ files: [AtomicFile]) throws { try AtomicFile.commit(files) }

    /// Writes `report.html` into a job's folder, from rows in the order of severity (`Verdict`'s order).
    package func writeHTML(
        _ input: ReportInput, in folder: borrowing Directory, publish: Publish = atOnce,
        rows: (_ visit: (ReportRow) throws -> Void) throws -> Void
    ) throws {
        let file = try AtomicFile(replacing: FileName.html, in: folder)
        try JobPage(input: input, frame: frame).write(to: file, rows: rows)
        try publish([file])
    }

    /// Writes `report.csv` into a job's folder, from rows in the list's order, and beside it `report.json`,
    /// `report.stix.json` and the work lists as far as the options say so.
    ///
    /// Only for a job that is done or cancelled: the names promise complete tables. All come from one visit
    /// of the rows, so that they say the same, and `report.csv` appears last: a pipeline that waits for it
    /// finds the others.
    ///
    /// - Parameter comparison: with an earlier report, whose verdicts it has read; then there is a
    ///   `report.changes.csv` too.
    /// - Returns: what the comparison came to; nil without one.
    @discardableResult
    package func writeTables(
        _ input: ReportInput, comparedBy comparison: VerdictComparison? = nil,
        in folder: borrowing Directory, publish: Publish = atOnce,
        rows: (_ visit: (ReportRow) throws -> Void) throws -> Void
    ) throws -> ReportChanges? {
        let csv = CSVTable(options: options)
        let json = JSONLines(options: options)
        let stix = STIXBundle(input: input, options: options)
        let csvFile = try AtomicFile(replacing: FileName.csv, in: folder)
        let jsonFile = try optional(FileName.json, in: folder, isWanted: options.writesJSON)
        let stixFile = try optional(FileName.stix, in: folder, isWanted: options.writesSTIX)
        let lists = try options.writesLists ? WorkListWriter(in: folder) : nil
        try csvFile.append { csv.appendHeader(to: &$0) }
        try stixFile?.append { stix.appendOpening(to: &$0) }
        try rows { row in
            let model = RowModel(row, options: options)
            try csvFile.append { csv.append(model, to: &$0) }
            try jsonFile?.append { json.append(model, to: &$0) }
            try stixFile?.append { stix.append(model, to: &$0) }
            try lists?.add(row.hash, model.verdict)
            try comparison?.add(model)
        }
        try stixFile?.append { stix.appendClosing(to: &$0) }
        let changes = ChangeTable(isMarkedUTF8: options.isCSVMarkedUTF8)
        let changesFile = try optional(
            FileName.changes, in: folder, isWanted: comparison?.isPossible ?? false)
        try changesFile?.append { changes.appendHeader(to: &$0) }
        let result = try comparison?.finish { change in
            try changesFile?.append { changes.append(change, to: &$0) }
        }
        let tables = [stixFile, jsonFile, changesFile, csvFile].compactMap(\.self)
        try publish((lists?.finish() ?? []) + tables)
        return result
    }

    private func optional(_ name: String, in folder: borrowing Directory, isWanted: Bool) throws
        -> AtomicFile?
    {
        isWanted ? try AtomicFile(replacing: name, in: folder) : nil
    }

    /// Writes `status.json`, the job's receipt, into its folder.
    package func writeStatus(
        _ input: ReportInput, in folder: borrowing Directory, publish: Publish = atOnce
    ) throws {
        let file = try AtomicFile(replacing: FileName.status, in: folder)
        try file.append(StatusDocument(input, options: options).json())
        try publish([file])
    }

    /// Writes a user's `index.html` into the user's report folder.
    package func writeIndex(_ input: IndexInput, in folder: borrowing Directory) throws {
        let file = try AtomicFile(replacing: FileName.index, in: folder)
        let frame = ReportFrame(options: options, script: ReportAssets.indexScript)
        try file.append(IndexPage(input: input, frame: frame).html().bytes)
        try file.commit()
    }
}
