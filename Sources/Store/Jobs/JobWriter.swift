package import Foundation
import GRDB
package import Model
import Support

/// Writes a list into its job slice by slice, each one transaction, so that no other writer waits for the end
/// of a long one.
///
/// Until its last slice the job is neither shown nor asked for; answers that come meanwhile are written
/// into it all the same. What throws changes nothing, neither here nor in the database: the same slice may be
/// written again.
package struct JobWriter: Sendable {
    private let job: Job
    private let ages: CacheAges
    private let pool: DatabasePool
    private var rowID: Int64?
    /// Hashes written, repeated ones among them: the last one's position.
    private var mentions = 0
    /// Unusable lines written, by reason.
    private var lines: [UnusableLine.Kind: Int] = [:]

    init(job: Job, ages: CacheAges, pool: DatabasePool) {
        self.job = job
        self.ages = ages
        self.pool = pool
    }

    /// Writes a slice that is not the last one.
    package mutating func write(_ slice: ImportBatch) throws {
        rowID = try pool.write { db in try write(slice, into: rowID ?? insert(in: db), db) }
        mentions += slice.mentions
        for line in slice.unusableLines { lines[line.kind, default: 0] += 1 }
    }

    /// Writes the last slice, which completes the job.
    ///
    /// - Returns: the job with its counts. It is already done if the cache knew everything, and refused if
    ///   the list holds no hash.
    package func finish(_ slice: ImportBatch, at now: Date) throws -> Job {
        try pool.write { db in
            let rowID = try write(slice, into: rowID ?? insert(in: db), db)
            try JobRecord.finishImport(rowID, at: now, in: db)
            return try JobRecord.job(rowID, in: db)!
        }
    }

    /// Makes a refused job of it: what was written of its list is removed.
    package func refuse(_ reason: String, at now: Date) throws {
        var job = job
        job.state = .refused
        job.reason = reason
        job.finishedAt = now
        try pool.write { [job] db in
            if let rowID { try JobRecord.beginRemoval("id = ?", [rowID], in: db) }
            _ = try JobRecord.insert(job, in: db)
        }
    }

    private func insert(in db: Database) throws -> Int64 {
        try JobRecord.insert(job, isComplete: false, in: db)
    }

    private func write(_ slice: ImportBatch, into rowID: Int64, _ db: Database) throws -> Int64 {
        let insertion = try HashInsertion(jobID: rowID, ages: ages, now: job.receivedAt, in: db)
        // In the order of the index: a page of it is then written once a slice, and not once a hash.
        for row in slice.rows.sorted(by: { ($0.hash, $0.offset) < ($1.hash, $1.offset) }) {
            try insertion.insert(row, position: mentions + row.offset)
        }
        try insertLines(slice, rowID, db)
        try AliasResolver.resolve(jobID: rowID, after: mentions, in: db)
        try JobRecord.addToCounts(rowID, after: mentions, slice, in: db)
        return rowID
    }

    /// Of each reason the first lines are kept, and all of them counted.
    private func insertLines(_ slice: ImportBatch, _ rowID: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO unusableLine (jobID, line, text, reason, kind) VALUES (?, ?, ?, ?, ?)")
        var kept = lines
        for line in slice.unusableLines {
            guard kept[line.kind, default: 0] < Self.linesOfKindMax else { continue }
            kept[line.kind, default: 0] += 1
            try statement.execute(arguments: [
                rowID, line.line, line.text.storable, line.reason, line.kind.rawValue,
            ])
        }
    }

    /// Unusable lines of one reason that are kept: more than a reader looks at, and no burden for the
    /// database.
    private static let linesOfKindMax = 1_000
}

/// Inserts a job's hashes; those that the cache knows are answered at once.
private struct HashInsertion {
    private let statement: Statement
    private let jobID: Int64
    private let knownSince: Int64
    private let unknownSince: Int64

    init(jobID: Int64, ages: CacheAges, now: Date, in db: Database) throws {
        self.jobID = jobID
        knownSince = (now - ages.known).milliseconds
        unknownSince = (now - ages.unknown).milliseconds
        // Numbered, for names are looked up for each row. "WHERE true", or SQLite would take ON for a join's.
        // 1 job, 2 position, 3 hash, 4 leader, 5 isLeadersFile, 6 line, 7 comment,
        // 8 knownSince, 9 unknownSince
        let isFresh = CacheAges.hasFreshAnswer(to: "?3", knownSince: "?8", unknownSince: "?9")
        statement = try db.cachedStatement(
            sql: """
                INSERT INTO jobHash (jobID, position, hash, state, leader, isLeadersFile, line, comment)
                SELECT ?1, ?2, ?3, iif(isFresh, 2, iif(?4 IS NULL, 0, 1)), iif(isFresh, NULL, ?4), ?5, ?6, ?7
                FROM (SELECT \(isFresh) AS isFresh)
                WHERE true
                ON CONFLICT (jobID, hash) DO UPDATE SET occurrences = occurrences + 1
                """)
    }

    func insert(_ row: ImportBatch.Row, position: Int) throws {
        try statement.execute(arguments: [
            jobID, position, row.hash.data, row.primary?.data, row.isPrimarysFile, row.line,
            row.comment?.storable, knownSince, unknownSince,
        ])
    }
}
