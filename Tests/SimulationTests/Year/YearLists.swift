import Foundation
import GRDB
import Model
import Reporting
import TestSupport

@testable import Store

/// A job as a look at the database finds it.
struct YearJob {
    var id: String
    var user: String
    var name: DroppedName
    var state: JobState
    var hashes: Int
    var isReported: Bool
}

extension YearDaemon {
    /// The jobs that are there.
    func jobs() throws -> [YearJob] {
        try database.pool.read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT name, user, droppedName, state, hashCount, isPublished FROM job WHERE stage = 1"
            ).map { row in
                YearJob(
                    id: row[0], user: row[1], name: DroppedName(bytes: row[2] as Data),
                    state: JobState(rawValue: row[3])!, hashes: row[4], isReported: row[5])
            }
        }
    }

    /// How many are not reported to their end, those whose list is read among them.
    func openJobs() throws -> Int {
        try database.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM job WHERE isPublished = 0 AND stage < 2")!
        }
    }
}

/// What was dropped and what became of it: each list one job, and each job one report. What has come to its
/// end is forgotten, but for the jobs that are there.
struct YearLists {
    struct Open {
        var user: UserName
        var bytes: Int
        /// Nil for a list that is refused.
        var hashes: Int?
        /// Its job, once it is there.
        var job: String?
    }

    /// Lists whose report has not been seen, by name.
    private(set) var open: [String: Open] = [:]
    private(set) var droppedCount = 0
    private(set) var reportedCount = 0
    private(set) var refusedCount = 0
    private var counted = 0
    private var known: Set<String> = []

    mutating func drop(user: UserName, name: String, _ list: YearFeed.List) {
        droppedCount += 1
        open[name] = Open(user: user, bytes: list.content.count, hashes: list.hashes)
    }

    /// How many were dropped since the last time.
    mutating func takeCount() -> Int {
        defer { counted = droppedCount }
        return droppedCount - counted
    }

    /// Takes note of the jobs that are there.
    mutating func look(at jobs: [YearJob], reports: String) throws {
        for job in jobs where !known.contains(job.id) {
            let name = job.name.display
            guard let list = open[name], list.job == nil || list.job == job.id else {
                throw Violation("Job \(job.id) is a second one of the list \(name), or of none.")
            }
            guard list.user.description == job.user else {
                throw Violation("Job \(job.id) of the list \(name) is \(job.user)'s, not \(list.user)'s.")
            }
            open[name]?.job = job.id
            guard job.isReported else { continue }
            try check(job, list, in: reports)
            open[name] = nil
            known.insert(job.id)
            reportedCount += 1
            if job.state == .refused { refusedCount += 1 }
        }
        known.formIntersection(jobs.map(\.id))
    }

    private func check(_ job: YearJob, _ list: Open, in reports: String) throws {
        guard job.state == (list.hashes == nil ? .refused : .done) else {
            throw Violation(
                "Job \(job.id) ended as \(job.state), and its list has \(list.hashes ?? 0) hashes.")
        }
        guard job.hashes == list.hashes ?? 0 else {
            throw Violation("Job \(job.id) has \(job.hashes) hashes, its list \(list.hashes ?? 0).")
        }
        let folder = "\(reports)/\(job.user)/\(job.id)_\(job.name.pathComponent)"
        var tables = job.state.hasTables ? YearPlan.reports.tableFiles : []
        if job.state.hasTables, job.hashes > 0 { tables.append(ReportWriter.FileName.lists) }
        let others = [
            ReportWriter.FileName.html, ReportWriter.FileName.status, ReportWriter.FileName.input,
        ]
        let found = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
        guard found == Set(tables + others) else {
            throw Violation("The report of job \(job.id) has \(found.sorted()).")
        }
        guard YearFigures.size(of: "\(folder)/\(ReportWriter.FileName.input)") == list.bytes else {
            throw Violation("The input of job \(job.id) is not the list that was dropped.")
        }
    }
}
