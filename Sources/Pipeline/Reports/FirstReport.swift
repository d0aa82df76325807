import FileSystem
import Reporting

/// The report of a list as its user was told of it when the list was finished.
///
/// A report that is written again has the cache's newest answers and the present policy. Were the next run of
/// the list compared with that, what has changed in between would be told by neither: so the first table and
/// receipt keep names of their own. Where the file system knows no second names, the rewritten one counts.
enum FirstReport {
    /// Keeps it before the report is written again for the first time.
    static func keep(in folder: borrowing Directory) throws {
        // The table last: with it the receipt is there, too.
        for (name, first) in [
            (ReportWriter.FileName.status, ReportWriter.FileName.firstStatus),
            (ReportWriter.FileName.csv, ReportWriter.FileName.firstCSV),
        ] {
            guard try folder.link(name, asAlso: first) else { return }
        }
    }

    /// What is known of it by its receipt.
    static func rewriting(in folder: borrowing Directory) -> ReportRewriting {
        let receipt = try? EarlierReports.status(names(in: folder).receipt, in: folder)
        return ReportRewriting(firstPolicy: receipt?.policy?.verdictPolicy)
    }

    /// Removes it: the list runs again.
    static func remove(in folder: borrowing Directory) throws {
        for name in [ReportWriter.FileName.firstCSV, ReportWriter.FileName.firstStatus] {
            try folder.removeFile(Array(name.utf8))
        }
    }

    /// The names of its table and its receipt.
    static func names(in folder: borrowing Directory) throws -> (table: String, receipt: String) {
        try folder.status(Array(ReportWriter.FileName.firstCSV.utf8)) == nil
            ? (ReportWriter.FileName.csv, ReportWriter.FileName.status)
            : (ReportWriter.FileName.firstCSV, ReportWriter.FileName.firstStatus)
    }
}
