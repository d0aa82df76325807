import FileSystem
import Foundation
import Lookup
package import Model
package import Reporting
import Spool
package import Store
import Support

/// Publishes reports: writes a job's folder and a user's index. Blocks on the disk and the database.
package struct ReportPublisher: Sendable {
    let database: HashdropDatabase
    private let writers: Exchangeable<ReportWriter>
    private let reports: ReportsFolder
    private let cacheMaxAge: Duration
    private let agesByKind: [AnswerKind: Duration]
    private let isInputPending: @Sendable (JobID) -> Bool
    let delays = ReportDelays()
    /// How long the report of a running job is good for, from the next one on.
    let renewalPeriod = Exchangeable(ReportRenewal.period(runningJobs: 1))
    /// Called when a reported list is not, or not wholly, in its user's memory, with the error if one is why.
    let listsLeft = Exchangeable<@Sendable ((any Error)?) -> Void>({ _ in })

    /// - Parameters:
    ///   - reports: where the users' report folders are.
    ///   - agesByKind: up to which other ages answers of these kinds are taken from the cache.
    ///   - isInputPending: whether a job's input is still to be put into its folder; by default it never is.
    package init(
        database: HashdropDatabase, options: ReportOptions, reports: ReportsFolder, cacheMaxAge: Duration,
        agesByKind: [AnswerKind: Duration] = [:],
        isInputPending: @escaping @Sendable (JobID) -> Bool = { _ in false }
    ) {
        self.isInputPending = isInputPending
        self.database = database
        writers = Exchangeable(ReportWriter(options: options))
        self.reports = reports
        self.cacheMaxAge = cacheMaxAge
        self.agesByKind = agesByKind
    }

    /// Writes reports by other options from now on; one that is being written ends by the old ones.
    package func use(_ options: ReportOptions) { writers.value = ReportWriter(options: options) }

    private func folder(of job: Job) throws -> Directory {
        let own = try reports.folder(of: job.user, in: reports.root())
        return try reports.folder(of: job, in: own)
    }

    /// Whether the job's folder is there. One that was taken away is not made again: it would lack the input.
    private func hasFolder(of job: Job) throws -> Bool {
        let root = try reports.root()
        guard try root.status(Array(job.user.description.utf8)) != nil else { return false }
        return try reports.folder(of: job.user, in: root).status(Array(job.folderName.utf8)) != nil
    }

    /// Puts the dropped bytes of jobs, untouched, into the jobs' folders: the bytes are at `path`.
    ///
    /// - Returns: what became of each, in their order. One that fails holds up no other.
    func publishInputs(of inputs: [(job: Job, path: String)]) -> [Result<Void, any Error>] {
        let folders = inputs.map { input in Result { try publishInput(of: input.job, from: input.path) } }
        // The claims go next; until the names are on the disk, those of the folders too, a power cut would
        // take the lists with it. Each user's folder once.
        var flushed: [UserName: Result<Void, any Error>] = [:]
        return zip(inputs, folders).map { input, folder in
            folder.flatMap { folder in
                Result { try folder.directory.synchronizeIfPossible() }.flatMap {
                    let user = input.job.user
                    let result = flushed[user] ?? Result { try synchronizeFolder(of: user) }
                    flushed[user] = result
                    return result
                }
            }
        }
    }

    private func publishInput(of job: Job, from path: String) throws -> JobFolder {
        let folder = try folder(of: job)
        if try !folder.link(path, as: ReportWriter.FileName.input) {
            let file = try AtomicFile(replacing: ReportWriter.FileName.input, in: folder)
            try Self.copy(path, into: file)
            try file.commit(synchronizingFolder: false)
        }
        return JobFolder(folder)
    }

    private func synchronizeFolder(of user: UserName) throws {
        let root = try reports.root()
        try reports.folder(of: user, in: root).synchronize()
        try root.synchronizeIfPossible()
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
    /// - Parameter isTimeUp: looked at now and then while a running job's rows are counted; then `TimeIsUp`
    ///   is thrown, and the files of before stay.
    /// - Returns: the job as it was reported, or nil if there is none of this id or it is too early for its
    ///   end.
    func publish(
        _ id: JobID, estimate: JobEstimate, at now: Date, isTimeUp: () -> Bool = { false }
    ) throws -> Published? {
        try write(id, estimate: estimate, at: now, isAlone: true, isTimeUp: isTimeUp).map {
            try complete([$0])[0].get()
        }
    }

    /// A report was not written to its end, because there was no time for it.
    struct TimeIsUp: Error {}

    private static let rowsBetweenLooks = 256

    /// The first part of `publish`; `complete` is the second.
    ///
    /// - Parameter isAlone: whether files become visible as soon as they are written, as is right for a
    ///   long report or a single one, and not with those of others.
    func write(
        _ id: JobID, estimate: JobEstimate, at now: Date, isAlone: Bool = false,
        isTimeUp: () -> Bool = { false }
    ) throws -> Written? {
        try database.reportRows.read(id) {
            try write($0, estimate, now, isAlone: isAlone, isTimeUp: isTimeUp)
        } ?? nil
    }

    /// Makes the reports' files visible, and flushes all to the disk together: first the files, and when they
    /// have their names, the folders. One that fails holds up no other.
    ///
    /// Not by `syncfs`, which would wait for whatever others write to the same file system, and tell of their
    /// errors.
    func complete(_ reports: [Written]) -> [Result<Published, any Error>] {
        let visible = AtomicFile.commit(groups: reports.map(\.files))
        let folders: [Result<[JobFolder], any Error>] = zip(reports, visible).map { report, visible in
            visible.flatMap { Result { try report.folder.map(Self.flushedFolders(of:)) ?? [] } }
        }
        let flushed = DiskFlush.together(
            folders.map { folders in ((try? folders.get()) ?? []).map { $0.directory.number } })
        return reports.indices.map { place in
            folders[place].flatMap { folders in
                Result {
                    for (folder, failure) in zip(folders, flushed[place]) {
                        try folder.directory.checkSynchronized(failure)
                    }
                    var published = reports[place].published
                    if let folder = reports[place].folder {
                        published.bytes = try bytes(of: folder.directory)
                    }
                    return published
                }
            }
        }
    }

    /// The folders whose names a report changes: its own, and that of its work lists if it has any.
    private static func flushedFolders(of report: JobFolder) throws -> [JobFolder] {
        guard try hasLists(report.directory) else { return [report] }
        return [report, JobFolder(try report.directory.folder(ReportWriter.FileName.lists))]
    }

    /// Remembers what was published, in one transaction; what is not remembered, the next start writes again.
    func save(_ published: [Published]) throws {
        try database.jobs.save(
            published.filter(\.isNew).map { published in
                JobStore.Report(
                    id: published.job.id, verdicts: published.job.counts.byVerdict,
                    isFinal: published.job.state.isFinal, bytes: published.bytes,
                    isRewrite: published.isRewrite,
                    renewal: published.job.state.isFinal ? published.demand : nil,
                    changes: published.job.changes)
            })
        // What cannot be rewritten is not tried again.
        try database.jobs.end(published.filter { !$0.isNew }.compactMap(\.demand))
        remember(published)
    }

    private func write(
        _ snapshot: JobSnapshot, _ estimate: JobEstimate, _ now: Date, isAlone: Bool, isTimeUp: () -> Bool
    ) throws -> Written? {
        guard let job = try snapshot.job() else { return nil }
        let demand = try snapshot.renewal()
        // The last report is written once, but for a renewal, which stands in the database until its end: a
        // kill in the middle of a second time would leave a temporary file for ever.
        let isRewrite = try job.state.isFinal && snapshot.isPublished()
        if isRewrite {
            guard job.state.hasTables, demand != nil, try hasFolder(of: job),
                try !snapshot.hasForgottenAnswers()
            else {
                return Written(published: Published(job: job, isNew: false, demand: demand))
            }
        }
        // "Done" promises the input beside it. The intake, which holds the claim, tells of the job again
        // afterwards.
        if job.state.isFinal, isInputPending(job.id) { return nil }
        let folder = JobFolder(try folder(of: job))
        // One from begin to end: all files of a report say the same.
        let writer = writers.value.taking(job.options, allowing: try snapshot.allowList(at: now))
        var files: [AtomicFile] = []
        let publish: ReportWriter.Publish = { written in
            if isAlone { return try ReportWriter.atOnce(written) }
            for file in written { try file.beginCommit() }
            files += written
        }
        // A job that runs again (`hashdrop retry`) must not look finished to a program that waits for the
        // CSV.
        if job.state == .running {
            try removeTables(in: folder.directory)
            try FirstReport.remove(in: folder.directory)
        }
        // Before anything of it is removed: a report that is written again has its earlier verdicts there.
        let earlier = EarlierReports(reports: reports, policy: writer.options.policy)
        let comparison =
            job.state.hasTables
            ? try earlier.comparison(of: job, snapshot, isRewrite: isRewrite, in: folder.directory) : nil
        // What the options no longer want would tell of other verdicts than what is written now.
        if isRewrite {
            try FirstReport.keep(in: folder.directory)
            let lists = writer.options.writesLists ? [ReportWriter.FileName.lists] : []
            try removeTables(
                but: writer.options.tableFiles + lists + [ReportWriter.FileName.changes],
                in: folder.directory)
        }
        // Of an attempt that was cut short, or of a report that can be compared no longer.
        if comparison?.isPossible != true {
            try folder.directory.removeFile(Array(ReportWriter.FileName.changes.utf8))
        }
        var input = ReportInput(
            job: job, estimate: estimate, now: now, cacheMaxAge: cacheMaxAge, agesByKind: agesByKind,
            renewal: renewalPeriod.value,
            unusableLines: try snapshot.unusableLines(limit: Self.unusableLinesMax))
        if isRewrite { input.rewriting = FirstReport.rewriting(in: folder.directory) }
        // All that is said of all rows comes from one pass over them.
        var tally = JobTally(
            policy: writer.options.policy, now: now,
            severestMax: writer.options.htmlRowsMax(job.state))
        if job.state.hasTables {
            var vendors = VendorCheck(vendors: job.options.vendors)
            let order = JobSnapshot.Order.list(findsRepeatedFiles: writer.options.writesSTIX)
            input.changes = try writer.writeTables(
                input, comparedBy: comparison, in: folder.directory, publish: publish
            ) { visit in
                try RowHandover.forEachRow(of: { try snapshot.forEachRow(order: order, $0) }) { row in
                    tally.add(row)
                    vendors.add(row)
                    try visit(row)
                }
            }
            let place = try earlier.place(of: input.changes?.baseline, for: job, snapshot)
            input.changes?.place = place
            input.addWarnings(of: vendors)
        } else {
            var counted = 0
            try snapshot.forEachRow(order: .stored) { row in
                counted += 1
                if counted.isMultiple(of: Self.rowsBetweenLooks), isTimeUp() { throw TimeIsUp() }
                tally.add(row)
            }
        }
        input.job.changes = input.changes?.sum
        input.job.counts.byVerdict = tally.byVerdict
        input.statistics = tally.statistics
        let severest = tally.severest
        try writer.writeHTML(input, in: folder.directory, publish: publish) { visit in
            try RowHandover.forEachRow(of: { try snapshot.forEachRow(of: severest, $0) }, visit)
        }
        try writer.writeStatus(input, in: folder.directory, publish: publish)
        return Written(
            published: Published(job: input.job, isNew: true, isRewrite: isRewrite, demand: demand),
            folder: folder, files: files)
    }

    private func bytes(of folder: borrowing Directory) throws -> Int64 {
        var bytes: Int64 = 0
        for name in ReportWriter.FileName.all { bytes += try Self.bytes(of: name, in: folder) }
        guard try Self.hasLists(folder) else { return bytes }
        let lists = try folder.folder(ReportWriter.FileName.lists)
        for name in Verdict.allCases.compactMap(ReportWriter.FileName.list(of:)) {
            bytes += try Self.bytes(of: name, in: lists)
        }
        return bytes
    }

    private static func bytes(of name: String, in folder: borrowing Directory) throws -> Int64 {
        try folder.status(Array(name.utf8)).map { Int64($0.st_size) } ?? 0
    }

    private static func hasLists(_ folder: borrowing Directory) throws -> Bool {
        try folder.status(Array(ReportWriter.FileName.lists.utf8))?.isFolder ?? false
    }

    /// A job as its report has it.
    struct Published: Sendable {
        var job: Job
        /// Whether the report was written now.
        var isNew: Bool
        /// Whether it is a last one that stood there before.
        var isRewrite = false
        /// The demand to write it again that was there when it began.
        var demand: RenewalDemand?
        /// Of all files in the job's folder, those of its lists among them.
        var bytes: Int64 = 0
    }

    /// A report whose files are written, some of which `complete` makes visible.
    struct Written {
        fileprivate var published: Published
        /// Nil if nothing was to be written.
        fileprivate var folder: JobFolder?
        fileprivate var files: [AtomicFile] = []
    }

    fileprivate final class JobFolder {
        let directory: Directory
        init(_ directory: consuming Directory) { self.directory = directory }
    }

    private func removeTables(but kept: [String] = [], in folder: borrowing Directory) throws {
        // The CSV first: while it is there, the others are.
        let files = [
            ReportWriter.FileName.csv, ReportWriter.FileName.json, ReportWriter.FileName.stix,
            ReportWriter.FileName.changes,
        ]
        for name in files where !kept.contains(name) {
            try folder.removeFile(Array(name.utf8))
        }
        let lists = ReportWriter.FileName.lists
        if !kept.contains(lists) { try folder.removeTree(lists) }
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
    ///
    /// - Parameter isTakenBack: whether the list is to count no longer as one that its user has dropped.
    package func remove(_ job: Job, isTakenBack: Bool) throws {
        try removeFolder(of: job)
        try database.jobs.remove(job.id, isTakenBack: isTakenBack)
    }

    private static let unusableLinesMax = 1_000

    /// Rewrites a user's index.
    ///
    /// - Parameters:
    ///   - troubles: what every user should know of the daemon.
    ///   - isLast: whether the daemon stops after it, and `troubles` says so.
    /// - Returns: whether something of the user waits or runs.
    func publishIndex(
        of user: UserName, estimates: [JobID: JobEstimate], waiting: [WaitingFile], troubles: [String] = [],
        isLast: Bool = false, at now: Date
    ) throws -> Bool {
        let writer = writers.value
        let jobs = try database.jobs.jobs(of: user, limit: writer.options.indexJobsMax)
        let input = IndexInput(
            user: user, jobs: jobs.map { JobOverview(job: $0, estimate: estimates[$0.id] ?? .init()) },
            jobsTotal: try database.jobs.count(of: user), waiting: waiting, troubles: troubles,
            isLast: isLast, now: now)
        try writer.writeIndex(input, in: try reports.folder(of: user, in: reports.root()))
        return input.isLive
    }
}
