import Foundation
import GRDB
package import Model

/// How long an answer counts as fresh, by what it was.
package struct CacheAges: Hashable, Sendable {
    /// For files that VirusTotal knows; default 24 h.
    package var known: Duration
    /// For files that it does not know, or has not scanned yet; default 24 h.
    package var unknown: Duration

    package init(known: Duration = .seconds(86_400), unknown: Duration = .seconds(86_400)) {
        self.known = known
        self.unknown = unknown
    }
}

/// The jobs and their lists.
package struct JobStore: Sendable {
    let pool: DatabasePool

    /// Stores a job with its whole list and answers from the cache what is fresh there: one transaction.
    ///
    /// - Parameter fill: writes the list's lines; whatever it throws undoes all.
    /// - Returns: the job with its counts. It is already done if the cache knew everything, and refused if the
    ///   list holds no hash.
    package func accept(
        _ job: Job, ages: CacheAges, fill: (JobWriter) throws -> Void
    ) throws -> Job {
        try pool.write { db in
            let rowID = try JobRecord.insert(job, in: db)
            let writer = try JobWriter(jobID: rowID, in: db)
            try fill(writer)
            try CacheJoin.answerFromCache(jobID: rowID, ages: ages, now: job.receivedAt, in: db)
            try JobRecord.finishIntake(
                rowID, mentions: writer.mentions, unusable: writer.unusableLines, now: job.receivedAt, in: db)
            return try JobRecord.job(rowID, in: db)!
        }
    }

    /// Stores a job that was refused without a list.
    package func refuse(_ job: Job) throws {
        try pool.write { db in _ = try JobRecord.insert(job, in: db) }
    }

    package func job(_ id: JobID) throws -> Job? {
        try pool.read { db in
            try JobRecord.fetch(db, "WHERE name = ?", [id.description]).first
        }
    }

    /// This user's job of this id, or nil; in the same time whether nobody has it or somebody else.
    package func job(_ id: JobID, of user: UserName) throws -> Job? {
        try pool.read { db in
            try JobRecord.fetch(
                db, "INDEXED BY jobOfUserByName WHERE user = ? AND name = ?",
                [user.description, id.description]
            ).first
        }
    }

    /// A user's jobs, the newest first, without the newest `offset` of them.
    package func jobs(of user: UserName, limit: Int, offset: Int = 0) throws -> [Job] {
        try pool.read { db in
            try JobRecord.fetch(
                db, "WHERE user = ? ORDER BY receivedAt DESC, id DESC LIMIT ? OFFSET ?",
                [user.description, limit, offset])
        }
    }

    /// Everybody's jobs, the newest first, without the newest `offset` of them.
    package func jobs(limit: Int, offset: Int = 0) throws -> [Job] {
        try pool.read { db in
            try JobRecord.fetch(
                db, "ORDER BY receivedAt DESC, id DESC LIMIT ? OFFSET ?", [limit, offset])
        }
    }

    /// Jobs whose final report does not stand in its folder yet: the running ones and those just ended.
    package func unpublished() throws -> [Job] {
        try pool.read { db in try JobRecord.fetch(db, "WHERE isPublished = 0 ORDER BY id", []) }
    }

    /// Remembers how many rows of each verdict a job's report shows, so that lists of jobs need not count again.
    ///
    /// - Parameter isFinal: whether the report is the last one, and stands in its folder. It is not if the job was
    ///   told to run again meanwhile.
    package func saveReported(_ id: JobID, words: [VerdictWord: Int], isFinal: Bool) throws {
        let text = words.sorted { $0.key < $1.key }.map { "\($0.key.rawValue) \($0.value)" }
            .joined(separator: ",")
        try pool.write { db in
            try db.execute(
                sql: """
                    UPDATE job SET words = ?, isPublished = max(isPublished, ? AND state <> 'running')
                    WHERE name = ?
                    """, arguments: [text, isFinal, id.description])
        }
    }

    /// How many jobs a user has.
    package func count(of user: UserName) throws -> Int {
        try pool.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM job WHERE user = ?", arguments: [user.description])!
        }
    }

    /// How many jobs there are.
    package func count() throws -> Int {
        try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM job")! }
    }

    /// The list's lines without a usable hash, in order, the first `limit` of them.
    package func unusableLines(of id: JobID, limit: Int) throws -> [UnusableLine] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT line, text, unusableLine.reason FROM unusableLine JOIN job ON job.id = jobID
                    WHERE job.name = ? ORDER BY line LIMIT ?
                    """, arguments: [id.description, limit]
            ).map { UnusableLine(line: $0[0], text: $0[1], reason: $0[2]) }
        }
    }
}

/// Writes a list's lines into its job, inside the transaction that makes the job.
package final class JobWriter {
    /// Hashes written, repeated ones among them.
    package private(set) var mentions = 0
    package private(set) var unusableLines = 0
    private let jobID: Int64
    private let insertHash: Statement
    private let insertLine: Statement

    init(jobID: Int64, in db: Database) throws {
        self.jobID = jobID
        insertHash = try db.makeStatement(
            sql: """
                INSERT INTO jobHash (jobID, position, hash, state, leader, isLeadersFile, line, comment)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (jobID, hash) DO UPDATE SET occurrences = occurrences + 1
                """)
        insertLine = try db.makeStatement(
            sql: "INSERT INTO unusableLine (jobID, line, text, reason) VALUES (?, ?, ?, ?)")
    }

    /// A line with hashes. Where it holds at most one of each kind they are taken for names of one file: the
    /// strongest leads, and the others wait for its answer.
    package func add(_ entry: HashListEntry) throws {
        let kinds = Set(entry.hashes.map(\.kind))
        let leader =
            kinds.count == entry.hashes.count && kinds.count > 1
            ? entry.hashes.max { $0.kind < $1.kind } : nil
        for hash in entry.hashes {
            let follows = leader != nil && hash != leader
            mentions += 1
            try insertHash.execute(arguments: [
                jobID, mentions, hash.data, follows ? 1 : 0, follows ? leader?.data : nil,
                follows && entry.namesOneFile, entry.line, entry.comment?.storable,
            ])
        }
    }

    package func add(_ line: UnusableLine) throws {
        unusableLines += 1
        try insertLine.execute(arguments: [jobID, line.line, line.text.storable, line.reason])
    }
}
