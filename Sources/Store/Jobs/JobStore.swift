package import Foundation
import GRDB
package import Model

/// The jobs and their lists.
package struct JobStore: Sendable {
    let pool: MeteredPool

    /// Prepares to import a list; nothing is written yet.
    ///
    /// - Parameter hashesAtOnce: the most that one transaction writes; of a long list, 1,000 at most.
    package func writer(for job: Job, ages: CacheAges, hashesAtOnce: Int = 20_000) -> JobWriter {
        JobWriter(job: job, ages: ages, hashesAtOnce: hashesAtOnce, pool: pool)
    }

    /// Writes short lists to their end, all in one transaction: all of them, or none.
    ///
    /// - Returns: their jobs, in the same order.
    package func write(_ lists: [JobWriter], at now: Date) throws -> [Job] {
        guard !lists.isEmpty else { return [] }
        let jobs = try pool.write { db in try lists.map { try $0.writeWhole(at: now, in: db) } }
        for job in jobs { pool.count(import: job) }
        return jobs
    }

    /// Stores a job that was refused without a list.
    package func refuse(_ job: Job) throws {
        try pool.write { db in _ = try JobRecord.insert(job, in: db) }
    }

    package func job(_ id: JobID) throws -> Job? {
        try pool.read { db in
            try JobRecord.fetch(db, "name = ?", [id.description]).first
        }
    }

    /// This user's job of this id, or nil; in the same time whether no user has it or another one.
    package func job(_ id: JobID, of user: UserName) throws -> Job? {
        try pool.read { db in
            try JobRecord.fetch(
                db, index: "jobOfUserByName", "user = ? AND name = ?", [user.description, id.description]
            ).first
        }
    }

    /// A user's jobs, the newest first, without the newest `offset` of them.
    package func jobs(of user: UserName, limit: Int, offset: Int = 0) throws -> [Job] {
        try pool.read { db in
            try JobRecord.fetch(
                db, "user = ? ORDER BY receivedAt DESC, id DESC LIMIT ? OFFSET ?",
                [user.description, limit, offset])
        }
    }

    /// All users' jobs, the newest first, without the newest `offset` of them.
    package func jobs(limit: Int, offset: Int = 0) throws -> [Job] {
        try pool.read { db in
            try JobRecord.fetch(
                db, "true ORDER BY receivedAt DESC, id DESC LIMIT ? OFFSET ?", [limit, offset])
        }
    }

    /// Jobs whose final report does not stand in its folder yet: the running ones and those just ended.
    package func unpublished() throws -> [Job] {
        try pool.read { db in try JobRecord.fetch(db, "isPublished = 0 ORDER BY id", []) }
    }

    /// A report that was written: how many rows of each verdict it shows, so that lists of jobs need not
    /// count again.
    package struct Report: Sendable {
        package var id: JobID
        package var verdicts: [Verdict: Int]
        /// Whether it is the last one, and stands in its folder. It is not if the job was told to run again
        /// meanwhile.
        package var isFinal: Bool
        /// Of all files in the job's report folder.
        package var bytes: Int64
        /// Whether the last report stood there before, and was rewritten: nothing is told of it again.
        package var isRewrite: Bool
        /// The renewal that it satisfies.
        package var renewal: RenewalDemand?
        /// What is different from the report that it was compared with; nil if it was compared with none.
        package var changes: JobChanges?

        package init(
            id: JobID, verdicts: [Verdict: Int], isFinal: Bool, bytes: Int64, isRewrite: Bool = false,
            renewal: RenewalDemand? = nil, changes: JobChanges? = nil
        ) {
            self.id = id
            self.verdicts = verdicts
            self.isFinal = isFinal
            self.bytes = bytes
            self.isRewrite = isRewrite
            self.renewal = renewal
            self.changes = changes
        }
    }

    /// Remembers reports that were written, in one transaction, and queues what is to be told of the last
    /// ones. Their lists go into the memory, or the first rows of long ones (`remember`).
    package func save(_ reports: [Report]) throws {
        guard !reports.isEmpty else { return }
        try pool.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    UPDATE job SET words = ?, isPublished = max(isPublished, ? AND state <> 'running'),
                        reportBytes = ?, changes = ? WHERE name = ?
                    """)
            for report in reports {
                try statement.execute(arguments: [
                    JobRecord.text(of: report.verdicts), report.isFinal, report.bytes,
                    report.changes.map { JobRecord.text(of: $0.counts) }, report.id.description,
                ])
            }
            try Self.end(reports.compactMap(\.renewal), in: db)
            let ends = reports.filter { $0.isFinal && !$0.isRewrite }.map(\.id)
            try Outbox.tell(ofEnds: ends, in: db)
            for id in ends { _ = try Self.remember(id, rowsMax: 2 * Self.hashesRememberedAtOnce + 2, in: db) }
        }
    }

    /// What the user has, for the limits of one user.
    package func use(of user: UserName) throws -> UserUse {
        try pool.read { db in
            let openHashes = try Int.fetchOne(
                db.cachedStatement(
                    sql: "SELECT coalesce(sum(openCount), 0) FROM job WHERE user = ? AND state = 'running'"),
                arguments: [user.description])!
            let kept = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT jobs, reportBytes FROM userTotal WHERE user = ?"),
                arguments: [user.description])
            return UserUse(
                openHashes: openHashes, lists: kept?[0] ?? 0, reportBytes: kept?[1] ?? 0)
        }
    }

    /// What each user has; users without a job are left out.
    package func useOfEachUser() throws -> [UserName: UserUse] {
        try pool.read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT user, jobs, reportBytes,
                            (SELECT coalesce(sum(openCount), 0) FROM job running
                                WHERE running.user = userTotal.user AND running.state = 'running')
                        FROM userTotal
                        """))
            return Dictionary(
                uniqueKeysWithValues: rows.compactMap { row in
                    UserName(row[0] as String).map {
                        ($0, UserUse(openHashes: row[3], lists: row[1], reportBytes: row[2]))
                    }
                })
        }
    }

    /// How many jobs a user has.
    package func count(of user: UserName) throws -> Int {
        try pool.read { db in
            try Int.fetchOne(
                db.cachedStatement(sql: "SELECT shown FROM userTotal WHERE user = ?"),
                arguments: [user.description]) ?? 0
        }
    }

    /// How many jobs there are, by state; states without a job are left out.
    package func countsByState() throws -> [JobState: Int] {
        try pool.read { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT state, jobs FROM stateTotal WHERE jobs > 0"))
            return Dictionary(
                uniqueKeysWithValues: rows.compactMap { row in
                    JobState(rawValue: row[0]).map { ($0, row[1] as Int) }
                })
        }
    }

    /// How many jobs there are.
    package func count() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(db.cachedStatement(sql: "SELECT coalesce(sum(shown), 0) FROM userTotal"))!
        }
    }

    private static let meantKinds = UnusableLine.Kind.allCases.filter(\.isProbablyMeant)
        .map { "'\($0.rawValue)'" }.joined(separator: ", ")

    /// What the list holds that is not looked up, the first `limit` of them: first the lines in which a hash
    /// was probably meant, then the others, each in their order.
    static func unusableLines(of id: JobID, limit: Int, in db: Database) throws -> [UnusableLine] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT line, text, unusableLine.reason, kind FROM unusableLine JOIN job ON job.id = jobID
                    WHERE job.name = ?
                    ORDER BY kind IN (\(meantKinds)) DESC, line LIMIT ?
                    """), arguments: [id.description, limit]
        ).map {
            UnusableLine(
                line: $0[0], text: $0[1], reason: $0[2], kind: .init(rawValue: $0[3]) ?? .malformed)
        }
    }
}
