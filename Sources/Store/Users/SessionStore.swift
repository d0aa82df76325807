package import Foundation
import GRDB
package import Model
import Support

/// How long a session may last.
package struct SessionLimits: Hashable, Sendable {
    /// From the login on, whatever happens; default 12 h.
    package var lifetime: Duration
    /// Since the last use; default 1 h.
    package var idle: Duration
    /// Sessions of one user at a time; default 20. A further login ends the oldest.
    package var sessionsPerUserMax: Int

    package init(
        lifetime: Duration = .seconds(43_200), idle: Duration = .seconds(3_600),
        sessionsPerUserMax: Int = 20
    ) {
        self.lifetime = lifetime
        self.idle = idle
        self.sessionsPerUserMax = sessionsPerUserMax
    }

    /// Whether a session is still good.
    package func allow(startedAt: Date, usedAt: Date, at now: Date) -> Bool {
        startedAt > now - lifetime && usedAt > now - idle
    }
}

/// What happened to sessions and is not in the database yet.
package struct SessionChanges: Hashable, Sendable {
    /// A login.
    package struct Begun: Hashable, Sendable {
        package var user: UserName
        /// The stored hash that the password was checked against.
        package var passwordHash: String
        /// The same password hashed anew, where the parameters have changed since.
        package var newPasswordHash: String?
        package var startedAt: Date

        package init(user: UserName, passwordHash: String, newPasswordHash: String? = nil, startedAt: Date) {
            self.user = user
            self.passwordHash = passwordHash
            self.newPasswordHash = newPasswordHash
            self.startedAt = startedAt
        }
    }

    /// By the digests of their ids, as the others.
    package var begun: [Data: Begun] = [:]
    /// When each was used last.
    package var used: [Data: Date] = [:]
    package var ended: Set<Data> = []

    package init() {}

    package var isEmpty: Bool { begun.isEmpty && used.isEmpty && ended.isEmpty }
}

/// Who is logged in at the web page. It knows the sessions' ids only as SHA-256 digests, so that a copy of
/// the database lets nobody in.
package struct SessionStore: Sendable {
    let pool: DatabasePool

    /// Whose session this is, as the user is now, and when it was used last; nil if it has ended or never
    /// was.
    ///
    /// - Parameter laterUse: a use that is not written down yet.
    package func user(
        _ idHash: Data, limits: SessionLimits, at now: Date, laterUse: Date? = nil
    ) throws -> (user: User, usedAt: Date)? {
        try pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT user.*, startedAt, usedAt FROM session JOIN user ON user.name = session.user
                    WHERE idHash = ?
                    """, arguments: [idHash])
            guard let row, let user = UserStore.user(row) else { return nil }
            let usedAt = max(Date(milliseconds: row["usedAt"]), laterUse ?? .distantPast)
            let startedAt = Date(milliseconds: row["startedAt"])
            return limits.allow(startedAt: startedAt, usedAt: usedAt, at: now) ? (user, usedAt) : nil
        }
    }

    /// Writes down what happened: one transaction.
    ///
    /// A session begins only if the user's password hash is still the one that was checked: who changes a
    /// password must not miss the login that was under way with the old one.
    package func write(_ changes: SessionChanges, limits: SessionLimits, at now: Date) throws {
        try pool.write { db in
            for (idHash, session) in changes.begun.sorted(by: { $0.value.startedAt < $1.value.startedAt }) {
                try Self.begin(idHash, session, limits, in: db)
            }
            // After all of them, because each was checked against the old hash.
            for session in changes.begun.values { try Self.rehash(session, in: db) }
            for (idHash, usedAt) in changes.used {
                try db.execute(
                    sql: "UPDATE session SET usedAt = max(usedAt, ?) WHERE idHash = ?",
                    arguments: [usedAt.milliseconds, idHash])
            }
            for idHash in changes.ended {
                try db.execute(sql: "DELETE FROM session WHERE idHash = ?", arguments: [idHash])
            }
            try Self.removeEnded(limits, now, in: db)
        }
    }

    /// How many sessions are kept, those that have ended and were not removed yet among them.
    package func count() throws -> Int {
        try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM session")! }
    }

    private static func begin(
        _ idHash: Data, _ session: SessionChanges.Begun, _ limits: SessionLimits, in db: Database
    ) throws {
        let time = session.startedAt.milliseconds
        let user = session.user.description
        try db.execute(
            sql: """
                INSERT INTO session (idHash, user, startedAt, usedAt)
                SELECT ?, name, ?, ? FROM user WHERE name = ? AND passwordHash = ?
                """, arguments: [idHash, time, time, user, session.passwordHash])
        guard db.changesCount == 1 else { return }
        try db.execute(
            sql: """
                DELETE FROM session WHERE user = :user AND idHash NOT IN (
                    SELECT idHash FROM session WHERE user = :user
                    ORDER BY idHash = :new DESC, startedAt DESC LIMIT :max)
                """, arguments: ["user": user, "new": idHash, "max": max(1, limits.sessionsPerUserMax)])
    }

    private static func rehash(_ session: SessionChanges.Begun, in db: Database) throws {
        guard let hash = session.newPasswordHash else { return }
        try db.execute(
            sql: "UPDATE user SET passwordHash = ? WHERE name = ? AND passwordHash = ?",
            arguments: [hash, session.user.description, session.passwordHash])
    }

    private static func removeEnded(_ limits: SessionLimits, _ now: Date, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM session WHERE startedAt <= ? OR usedAt <= ?",
            arguments: [(now - limits.lifetime).milliseconds, (now - limits.idle).milliseconds])
    }
}
