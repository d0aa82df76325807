package import Foundation
import GRDB
package import Model

/// How long a session may last.
package struct SessionLimits: Hashable, Sendable {
    /// From the login on, whatever happens; default 12 h.
    package var lifetime: Duration
    /// Since the last request; default 1 h.
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
}

/// Who is logged in at the web page. It knows the sessions' ids only as SHA-256 digests, so that a copy of the
/// database lets nobody in.
package struct SessionStore: Sendable {
    let pool: DatabasePool

    /// Using a session is written down at most this often: a page that refreshes itself must not cost a synced
    /// write each time.
    private static let useNotedEvery: Double = 60

    /// Begins a session, unless the user's password hash is not `passwordHash` any more: who changes a password
    /// must not miss the login that is under way with the old one.
    ///
    /// - Returns: whether it has begun.
    package func begin(
        _ idHash: Data, for user: UserName, whosePasswordHashIs passwordHash: String, limits: SessionLimits,
        at now: Date
    ) throws -> Bool {
        try pool.write { db in
            try Self.removeEnded(limits, now, in: db)
            let time = now.milliseconds
            try db.execute(
                sql: """
                    INSERT INTO session (idHash, user, startedAt, usedAt)
                    SELECT ?, name, ?, ? FROM user WHERE name = ? AND passwordHash = ?
                    """, arguments: [idHash, time, time, user.description, passwordHash])
            guard db.changesCount == 1 else { return false }
            try db.execute(
                sql: """
                    DELETE FROM session WHERE user = :user AND idHash NOT IN (
                        SELECT idHash FROM session WHERE user = :user
                        ORDER BY idHash = :new DESC, startedAt DESC LIMIT :max)
                    """,
                arguments: [
                    "user": user.description, "new": idHash, "max": max(1, limits.sessionsPerUserMax),
                ])
            return true
        }
    }

    /// Whose session this is, as the user is now, or nil if it has ended or never was.
    package func user(_ idHash: Data, limits: SessionLimits, at now: Date) throws -> User? {
        let found = try pool.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT user.*, startedAt, usedAt FROM session JOIN user ON user.name = session.user
                    WHERE idHash = ? AND startedAt > ? AND usedAt > ?
                    """,
                arguments: [
                    idHash, (now - limits.lifetime).milliseconds, (now - limits.idle).milliseconds,
                ]
            ).map { (user: UserStore.user($0), usedAt: Date(milliseconds: $0["usedAt"])) }
        }
        guard let found else { return nil }
        let every = min(Self.useNotedEvery, Double(limits.idle.components.seconds) / 10)
        if now.timeIntervalSince(found.usedAt) > every {
            try pool.write { db in
                try db.execute(
                    sql: "UPDATE session SET usedAt = max(usedAt, ?) WHERE idHash = ?",
                    arguments: [now.milliseconds, idHash])
            }
        }
        return found.user
    }

    /// Ends a session; nothing happens if there is none.
    package func end(_ idHash: Data) throws {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM session WHERE idHash = ?", arguments: [idHash])
        }
    }

    /// How many sessions are kept, those that have ended and were not removed yet among them.
    package func count() throws -> Int {
        try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM session")! }
    }

    private static func removeEnded(_ limits: SessionLimits, _ now: Date, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM session WHERE startedAt <= ? OR usedAt <= ?",
            arguments: [(now - limits.lifetime).milliseconds, (now - limits.idle).milliseconds])
    }
}
