import FileSystem
import Foundation
import Glibc
import Model
import Reporting
import Store

/// Finder of what a finished list is compared with: by default the list of the same name that its user had
/// reported as done before, or what the list's option `compare` names. Only a user's own lists can be.
struct EarlierReports {
    let reports: ReportsFolder
    /// By which the job is reported now.
    let policy: VerdictPolicy

    /// The comparison of a job that is reported now, which has read the earlier verdicts; nil if there is
    /// nothing to compare it with. What stands in the way is said in the report, and holds up no report.
    ///
    /// - Parameters:
    ///   - isRewrite: whether its last report stands in `folder` already.
    ///   - folder: the job's own folder.
    func comparison(
        of job: Job, _ snapshot: JobSnapshot, isRewrite: Bool, in folder: borrowing Directory
    ) throws -> VerdictComparison? {
        if isRewrite { return try readAgain(in: folder) }
        guard let compare = job.options.compare else {
            guard let earlier = try snapshot.listBefore(job, named: job.droppedName) else { return nil }
            return try read(earlier, in: folder)
        }
        if compare.lowercased() == JobOptions.compareNone { return nil }
        let named =
            if let id = JobID(compare) {
                try snapshot.list(id, ofUserOf: job)
            } else {
                try snapshot.listBefore(job, named: DroppedName(compare))
            }
        if let named { return try read(named, in: folder) }
        let nothing = try VerdictComparison(with: nil, now: policy, in: folder)
        nothing.giveUp(
            "Compared with nothing: you have no finished list '\(compare)' from before (option compare).")
        return nothing
    }

    private func read(_ earlier: Job, in folder: borrowing Directory) throws -> VerdictComparison {
        do {
            let place = try folderOfReport(of: earlier)
            let names = try FirstReport.names(in: place)
            let receipt = try? Self.status(names.receipt, in: place)
            let comparison = try VerdictComparison(
                with: earlier.id, by: receipt?.policy?.verdictPolicy, now: policy, in: folder)
            try comparison.readTable(names.table, in: place)
            return comparison
        } catch let obstacle as VerdictComparison.Obstacle {
            let nothing = try VerdictComparison(with: earlier.id, now: policy, in: folder)
            nothing.giveUp(
                "Not compared with the list before, \(earlier.id): its report \(obstacle.words).")
            return nothing
        }
    }

    /// Where the report is that a job is compared with; nil if it is not there.
    func place(of baseline: JobID?, for job: Job, _ snapshot: JobSnapshot) throws -> ReportChanges.Place? {
        guard let baseline, let earlier = try snapshot.list(baseline, ofUserOf: job) else { return nil }
        let page = Array(ReportWriter.FileName.html.utf8)
        guard (try? folderOfReport(of: earlier).status(page)) != nil else { return nil }
        return ReportChanges.Place(folder: earlier.folderName, receivedAt: earlier.receivedAt)
    }

    private func folderOfReport(of job: Job) throws -> Directory {
        let root = try reports.root()
        let own = try reports.folder(of: job.user, in: root)
        do {
            return try own.folder(job.folderName)
        } catch let error as FileSystemError {
            throw error.errorNumber == ENOENT
                ? VerdictComparison.Obstacle.missing : .unreadable(errorNumber: error.errorNumber)
        }
    }

    /// The same comparison as that of the report that stands there.
    private func readAgain(in folder: borrowing Directory) throws -> VerdictComparison? {
        guard let changes = (try? Self.status(in: folder))?.changes else { return nil }
        let comparison = try VerdictComparison(
            with: changes.baseline.flatMap { JobID($0) }, by: changes.baselinePolicy?.verdictPolicy,
            now: policy, in: folder)
        if let reason = changes.reason {
            comparison.giveUp(reason)
            return comparison
        }
        do {
            try comparison.readChanges(in: folder)
            try comparison.readTable(in: folder)
        } catch let obstacle as VerdictComparison.Obstacle {
            comparison.giveUp("Not compared any more: the report that was there \(obstacle.words).")
        }
        return comparison
    }

    private static let statusBytesMax = 1 << 20

    /// A receipt in a report's folder.
    static func status(
        _ name: String = ReportWriter.FileName.status, in folder: borrowing Directory
    ) throws -> StatusDocument {
        let path = "\(folder.path)/\(name)"
        let file = try folder.openForReading(Array(name.utf8))
        var bytes = [UInt8](repeating: 0, count: statusBytesMax)
        let count = try file.read(into: &bytes) { FileSystemError("read", $0, path: path) }
        return try StatusDocument(json: Data(bytes[..<count]))
    }
}
