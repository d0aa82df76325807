import FileSystem
import Foundation
import Lookup
package import Model
package import Reporting
import Spool
package import Store

/// Publishes reports: writes a job's folder and a user's index. Blocks on the disk and the database.
package struct ReportPublisher: Sendable {
    private let database: HashdropDatabase
    private let writer: ReportWriter
    private let reports: ReportsFolder
    private let cacheMaxAge: Duration
    private let isInputPending: @Sendable (JobID) -> Bool

    /// - Parameters:
    ///   - reports: where the users' report folders are.
    ///   - isInputPending: whether a job's input is still to be put into its folder; by default it never is.
    package init(
        database: HashdropDatabase, options: ReportOptions, reports: ReportsFolder, cacheMaxAge: Duration,
        isInputPending: @escaping @Sendable (JobID) -> Bool = { _ in false }
    ) {
        self.isInputPending = isInputPending
        self.database = database
        writer = ReportWriter(options: options)
        self.reports = reports
        self.cacheMaxAge = cacheMaxAge
    }

    private func folder(of job: Job) throws -> Directory {
        let own = try reports.folder(of: job.user, in: reports.root())
        return try reports.folder(of: job, in: own)
    }

    /// Puts the dropped bytes, untouched, into the job's folder.
    func publishInput(of job: Job, from path: String) throws {
        let root = try reports.root()
        let isFirst = try root.status(Array(job.user.description.utf8)) == nil
        let own = try reports.folder(of: job.user, in: root)
        let folder = try reports.folder(of: job, in: own)
        if try folder.link(path, as: ReportWriter.FileName.input) {
            try folder.synchronizeIfPossible()
        } else {
            let file = try AtomicFile(replacing: ReportWriter.FileName.input, in: folder)
            try Self.copy(path, into: file)
            try file.commit()
        }
        // The claim goes next; until the folder's own name is on the disk a power cut would take the list
        // with it.
        try own.synchronize()
        if isFirst { try root.synchronize() }
    }

    private static func copy(_ path: String, into file: AtomicFile) throws {
        let source = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? source.close() }
        while let chunk = try source.read(upToCount: AtomicFile.bufferBytesMax), !chunk.isEmpty {
            try file.append(chunk)
        }
    }

    /// How many rows a job's report has; nil if there is no such job.
    func rows(of id: JobID) throws -> Int? { try database.jobs.job(id)?.counts.hashes }

    /// Rewrites a job's files as it stands `now`, until `save` not for the database. Of a finished job the
    /// tables come first: a program that sees the status "done" finds them there.
    ///
    /// - Returns: the job as it was reported, or nil if there is none of this id or it is too early for its
    ///   end.
    func publish(_ id: JobID, estimate: JobEstimate, at now: Date) throws -> Published? {
        try database.reportRows.read(id) { try write($0, estimate, now) } ?? nil
    }

    /// Remembers what was published, in one transaction; what is not remembered, the next start writes again.
    func save(_ published: [Published]) throws {
        try database.jobs.save(
            published.filter(\.isNew).map { published in
                JobStore.Report(
                    id: published.job.id, verdicts: published.job.counts.byVerdict,
                    isFinal: published.job.state.isFinal, bytes: published.bytes)
            })
    }

    private func write(
        _ snapshot: JobSnapshot, _ estimate: JobEstimate, _ now: Date
    ) throws -> Published? {
        guard let job = try snapshot.job() else { return nil }
        // The last report is written once: a kill in the middle of a second time would leave a temporary file
        // for ever.
        if job.state.isFinal, try snapshot.isPublished() { return Published(job: job, isNew: false) }
        // "Done" promises the input beside it. The intake, which holds the claim, tells of the job again
        // afterwards.
        if job.state.isFinal, isInputPending(job.id) { return nil }
        let folder = try folder(of: job)
        // A job that runs again (`hashdrop retry`) must not look finished to a program that waits for the
        // CSV.
        if job.state == .running { try removeTables(in: folder) }
        var input = ReportInput(
            job: job, estimate: estimate, now: now, cacheMaxAge: cacheMaxAge,
            unusableLines: try snapshot.unusableLines(limit: Self.unusableLinesMax))
        // All that is said of all rows comes from one pass over them.
        var tally = JobTally(
            thresholds: writer.options.thresholds, now: now,
            severestMax: writer.options.htmlRowsMax(job.state))
        if job.state.hasTables {
            let order = JobSnapshot.Order.list(findsRepeatedFiles: writer.options.writesSTIX)
            try writer.writeTables(input, in: folder) { visit in
                try RowHandover.forEachRow(of: { try snapshot.forEachRow(order: order, $0) }) { row in
                    tally.add(row)
                    try visit(row)
                }
            }
        } else {
            try snapshot.forEachRow(order: .stored) { tally.add($0) }
        }
        input.job.counts.byVerdict = tally.byVerdict
        input.statistics = tally.statistics
        let severest = tally.severest
        try writer.writeHTML(input, in: folder) { visit in
            try RowHandover.forEachRow(of: { try snapshot.forEachRow(of: severest, $0) }, visit)
        }
        try writer.writeStatus(input, in: folder)
        try folder.synchronizeIfPossible()
        return Published(job: input.job, isNew: true, bytes: try bytes(of: folder))
    }

    private func bytes(of folder: borrowing Directory) throws -> Int64 {
        var bytes: Int64 = 0
        for name in ReportWriter.FileName.all {
            bytes += try folder.status(Array(name.utf8)).map { Int64($0.st_size) } ?? 0
        }
        return bytes
    }

    /// A job as its report has it.
    struct Published: Sendable {
        var job: Job
        /// Whether the report was written now; the last one is written once.
        var isNew: Bool
        /// Of all files in the job's folder.
        var bytes: Int64 = 0
    }

    private func removeTables(in folder: borrowing Directory) throws {
        // The CSV first: while it is there, the others are.
        for name in [ReportWriter.FileName.csv, ReportWriter.FileName.json, ReportWriter.FileName.stix] {
            try folder.removeFile(Array(name.utf8))
        }
    }

    /// Removes a job's folder with everything in it; one that is not there is fine.
    func removeFolder(of job: Job) throws {
        let root = try reports.root()
        guard try root.status(Array(job.user.description.utf8)) != nil else { return }
        try reports.folder(of: job.user, in: root).removeTree(job.folderName)
    }

    /// Removes a job for good: its folder first, so that a cut in between leaves a row that says what to
    /// remove.
    ///
    /// Throws the system's error or the database's; trying again is right.
    package func remove(_ job: Job) throws {
        try removeFolder(of: job)
        try database.jobs.remove(job.id)
    }

    private static let unusableLinesMax = 1_000

    /// Rewrites a user's index.
    func publishIndex(
        of user: UserName, estimates: [JobID: JobEstimate], waiting: [WaitingFile], at now: Date
    ) throws {
        let jobs = try database.jobs.jobs(of: user, limit: writer.options.indexJobsMax)
        try writer.writeIndex(
            IndexInput(
                user: user, jobs: jobs.map { JobOverview(job: $0, estimate: estimates[$0.id] ?? .init()) },
                jobsTotal: try database.jobs.count(of: user), waiting: waiting, now: now),
            in: try reports.folder(of: user, in: reports.root()))
    }
}
