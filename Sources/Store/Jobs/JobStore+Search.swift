import Foundation
import GRDB
package import Model
import Support

extension JobStore {
    /// Searches among the jobs, the newest first.
    ///
    /// Jobs are looked at in the order of their names, which begin with the time of their pick-up: an index
    /// finds a month, and the place to go on from. Whether a list holds a digest is looked up in each job: an
    /// index of all lists by hash would have to be written with each list, for a question that is asked now
    /// and then.
    ///
    /// - Parameters:
    ///   - user: whose jobs; nil for all users'.
    ///   - before: the job that an earlier search ended with (`JobSearchResult.rest`).
    ///   - goesOn: asked after each job; the search ends when it says no.
    package func search(
        _ filter: JobFilter, of user: UserName?, before: JobID? = nil, limits: JobSearchLimits = .init(),
        goesOn: () -> Bool = { true }
    ) throws -> JobSearchResult {
        try pool.read { db in
            let digests = try filter.hash.map { try SearchedDigests($0, in: db) }
            var result = JobSearchResult(hashes: digests?.names ?? [])
            var last: JobID?
            let names = try Self.names(filter, of: user, before: before, in: db)
            while let row = try names.next() {
                let isEnough = result.hits.count >= limits.hitsMax || result.jobsSeen >= limits.jobsMax
                // At least one is looked at, so that a search that goes on ends at some time.
                if isEnough || last != nil && !goesOn() {
                    result.rest = last
                    break
                }
                let rowID: Int64 = row[0]
                result.jobsSeen += 1
                last = JobID(row[1] as String)
                let listed = try digests?.listed(in: rowID) ?? []
                if digests != nil && listed.isEmpty { continue }
                // Nil while its list is imported.
                guard let job = try JobRecord.job(rowID, in: db), filter.admits(job) else { continue }
                result.hits.append(.init(job: job, listed: listed))
            }
            return result
        }
    }

    /// After every job's name; the names of jobs that are being removed begin with a letter.
    private static let beyondNames = ":"

    /// The row ids and names of the jobs to look at, the newest first.
    private static func names(
        _ filter: JobFilter, of user: UserName?, before: JobID?, in db: Database
    ) throws -> RowCursor {
        let first = filter.month?.compact ?? ""
        let end = min(before?.description ?? beyondNames, filter.month?.next.compact ?? beyondNames)
        let range = "name >= ? AND name < ? ORDER BY name DESC"
        guard let user else {
            return try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT id, name FROM job WHERE \(range)"), arguments: [first, end])
        }
        return try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT id, name FROM job INDEXED BY jobOfUserByName WHERE user = ? AND \(range)"),
            arguments: [user.description, first, end])
    }
}

/// The digests of one search: which of them a list holds.
private struct SearchedDigests {
    /// The one that was asked for first.
    let names: [FileHash]
    private let statement: RawStatement

    init(_ hash: FileHash, in db: Database) throws {
        let file = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT md5, sha1, sha256 FROM answer JOIN file ON file.id = answer.fileID
                    WHERE answer.hash = ?
                    """), arguments: [hash.data])
        var names = [hash]
        if let file {
            for column in 0..<3 {
                let name = try FileHash(column: file[column] as Data)
                if name != hash { names.append(name) }
            }
        }
        self.names = names
        // By the primary key. A place that is not bound is NULL, which no hash is.
        statement = try RawStatement(
            "SELECT hash, line FROM jobHash WHERE jobID = ?1 AND hash IN (?2, ?3, ?4, ?5)", in: db)
        for (index, name) in names.enumerated() { statement.bind(name, at: Int32(index + 2)) }
    }

    func listed(in job: Int64) throws -> [JobSearchResult.ListedName] {
        var listed: [JobSearchResult.ListedName] = []
        statement.bind(Int(job), at: 1)
        try statement.run { listed.append(.init(hash: try $0.hash(0), line: $0.integer(1))) }
        return listed.sorted { ($0.line, $0.hash.kind) < ($1.line, $1.hash.kind) }
    }
}
