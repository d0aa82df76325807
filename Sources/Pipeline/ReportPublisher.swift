import Foundation
import Lookup
import Model
package import Reporting
package import Store

/// Writes what people read: a job's folder and a user's index. Blocks on the disk and the database.
package struct ReportPublisher: Sendable {
    private let database: HashdropDatabase
    private let writer: ReportWriter
    private let root: URL
    private let cacheMaxAge: Duration

    /// - Parameter directory: where the users' report folders are; it must exist.
    package init(
        database: HashdropDatabase, options: ReportOptions, directory: String, cacheMaxAge: Duration
    ) {
        self.database = database
        writer = ReportWriter(options: options)
        root = URL(filePath: directory, directoryHint: .isDirectory)
        self.cacheMaxAge = cacheMaxAge
    }

    /// A user's report folder; the name is checked, so the path stays inside the reports.
    private func folder(of user: UserName) throws -> URL {
        let folder = root.appending(path: user.description, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func folder(of job: Job) throws -> URL {
        let folder = try folder(of: job.user)
            .appending(path: job.folderName, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Puts the dropped bytes, untouched, into the job's folder.
    func publishInput(of job: Job, from path: String) throws {
        let source = try FileHandle(forReadingFrom: URL(filePath: path))
        defer { try? source.close() }
        let target = try folder(of: job).appending(path: ReportWriter.FileName.input)
        let file = try AtomicFile(replacing: target)
        while let chunk = try source.read(upToCount: AtomicFile.bufferBytesMax), !chunk.isEmpty {
            try file.append(chunk)
        }
        try file.commit()
    }

    /// Rewrites a job's files as it stands now. Of a finished job the CSV comes first: whoever sees the status
    /// "done" finds it there.
    ///
    /// - Returns: the job as it was reported, or nil if there is none of this id.
    func publish(_ id: JobID, outlook: JobOutlook) throws -> Job? {
        guard var job = try database.jobs.job(id) else { return nil }
        let thresholds = writer.options.thresholds
        job.counts.words = try database.reportRows.counts(of: id, thresholds: thresholds)
        let input = ReportInput(
            job: job, outlook: outlook, now: Date(), cacheMaxAge: cacheMaxAge,
            unusableLines: try database.jobs.unusableLines(of: id, limit: Self.unusableLinesMax))
        let folder = try folder(of: job)
        // A job that runs again (`hashdrop retry`) must not look finished to who waits for the CSV.
        if job.state == .running { try removeCSV(in: folder) }
        if job.state == .done {
            try writer.writeCSV(input, in: folder) { visit in
                try database.reportRows.forEachRow(of: id, order: .list, visit)
            }
        }
        let order = ReportRowStore.Order.severity(thresholds, limit: writer.options.htmlRowsMax)
        try writer.writeHTML(input, in: folder) { visit in
            try database.reportRows.forEachRow(of: id, order: order, visit)
        }
        try writer.writeStatus(input, in: folder)
        try database.jobs.saveReported(id, words: job.counts.words, isFinal: job.state.isFinal)
        return job
    }

    private func removeCSV(in folder: URL) throws {
        let csv = folder.appending(path: ReportWriter.FileName.csv).path(percentEncoded: false)
        if FileManager.default.fileExists(atPath: csv) { try FileManager.default.removeItem(atPath: csv) }
    }

    private static let unusableLinesMax = 1_000

    /// Rewrites a user's index.
    func publishIndex(
        of user: UserName, outlooks: [JobID: JobOutlook], waiting: [WaitingFile]
    ) throws {
        let jobs = try database.jobs.jobs(of: user, limit: writer.options.indexJobsMax)
        try writer.writeIndex(
            IndexInput(
                user: user, jobs: jobs.map { JobOverview(job: $0, outlook: outlooks[$0.id] ?? .init()) },
                jobsTotal: try database.jobs.count(of: user), waiting: waiting, now: Date()),
            in: try folder(of: user))
    }
}
