import GRDB
package import Model

/// A demand to write a finished job's last report again, for example by another policy.
///
/// It stands in the database (`meta`) until the report that satisfies it is remembered; a daemon that is
/// told, or the next one that starts, satisfies it.
package struct RenewalDemand: Hashable, Sendable {
    package let id: JobID
    /// Grows with each demand for the same report: one that comes while it is written is not satisfied by it.
    let number: Int
}

// Reports that are written again.
extension JobStore {
    private static let prefix = "renewal "
    /// A job whose last report stands in its folder with tables.
    private static let isRenewable = "stage = 1 AND isPublished = 1 AND state IN ('done', 'cancelled')"

    /// A finished job as its report is to be written again, or not.
    package struct Renewable: Hashable, Sendable {
        package var id: JobID
        /// A report cannot show what the cache has forgotten: the one that is there says more.
        package var hasForgottenAnswers: Bool
    }

    /// The jobs whose last report can be written again, the newest first: all, or those of a user, or the one
    /// of an id. The answers of each are looked for.
    package func renewable(of user: UserName? = nil, only id: JobID? = nil) throws -> [Renewable] {
        try pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, name FROM job WHERE \(Self.isRenewable)
                        AND (:user IS NULL OR user = :user) AND (:name IS NULL OR name = :name)
                    ORDER BY receivedAt DESC, id DESC
                    """, arguments: ["user": user?.description, "name": id?.description])
            return try rows.compactMap { row -> Renewable? in
                guard let id = JobID(row[1] as String) else { return nil }
                return Renewable(
                    id: id, hasForgottenAnswers: try Self.hasForgottenAnswers(row[0], in: db))
            }
        }
    }

    static func hasForgottenAnswers(_ job: Int64, in db: Database) throws -> Bool {
        // Both tables are in the order of their hashes, so that it is one way through each.
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM jobHash WHERE jobID = ? AND state = 2 AND NOT EXISTS (
                        SELECT 1 FROM answer WHERE answer.hash = coalesce(askedAs, jobHash.hash)))
                    """), arguments: [job])!
    }

    /// Demands that the last reports of these jobs are written again, in one transaction. One that is not
    /// finished, or not reported yet, is left out: its report follows by itself.
    package func renew(_ ids: [JobID]) throws {
        try pool.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO meta (key, value)
                        SELECT '\(Self.prefix)' || name, '1' FROM job WHERE name = ? AND \(Self.isRenewable)
                    ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1
                    """)
            for id in ids { try statement.execute(arguments: [id.description]) }
            // Of jobs that were removed before their turn.
            try db.execute(
                sql: """
                    DELETE FROM meta WHERE key GLOB '\(Self.prefix)*' AND NOT EXISTS (
                        SELECT 1 FROM job WHERE name = substr(key, \(Self.prefix.count + 1)))
                    """)
        }
    }

    /// The jobs whose last reports are still to be written again, with their users, the newest first.
    package func renewals() throws -> [(id: JobID, user: UserName)] {
        try pool.read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT name, user FROM meta CROSS JOIN job
                            ON name = substr(key, \(Self.prefix.count + 1)) AND stage = 1
                        WHERE key GLOB '\(Self.prefix)*' ORDER BY receivedAt DESC, id DESC
                        """)
            ).compactMap { row -> (id: JobID, user: UserName)? in
                guard let id = JobID(row[0] as String), let user = UserName(row[1] as String) else {
                    return nil
                }
                return (id, user)
            }
        }
    }

    /// Ends demands that are satisfied, or cannot be.
    package func end(_ renewals: [RenewalDemand]) throws {
        guard !renewals.isEmpty else { return }
        try pool.write { db in try Self.end(renewals, in: db) }
    }

    static func end(_ renewals: [RenewalDemand], in db: Database) throws {
        for renewal in renewals {
            try db.cachedStatement(sql: "DELETE FROM meta WHERE key = ? AND value = ?")
                .execute(arguments: [Self.prefix + renewal.id.description, String(renewal.number)])
        }
    }

    static func renewal(of id: JobID, in db: Database) throws -> RenewalDemand? {
        let number = try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM meta WHERE key = ?"),
            arguments: [Self.prefix + id.description])
        return number.flatMap { Int($0) }.map { RenewalDemand(id: id, number: $0) }
    }
}
