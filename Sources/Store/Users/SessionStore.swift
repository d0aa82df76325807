package import Foundation
import GRDB
package import Model
import Support

/// Limits of a login session.
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

    /// Whether a session is still good; one of later than now, from before a step of the clock, is not.
    package func allow(startedAt: Date, usedAt: Date, at now: Date) -> Bool {
        startedAt > now - lifetime && usedAt > now - idle && usedAt <= now + Self.aheadMax
    }

    private static let aheadMax: Duration = .seconds(120)
}

/// Store of the web page's login sessions. It knows their ids only as SHA-256 digests, so that a copy of the
/// database is of no use for a login.
package struct SessionStore: Sendable {
    let pool: MeteredPool

    /// The user of a session, as the user is now, and when the session was used last; nil if it has ended or
    /// never was.
    package func user(
        _ idHash: Data, limits: SessionLimits, at now: Date
    ) throws -> (user: User, usedAt: Date)? {
        try pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT user.*, startedAt, usedAt FROM session JOIN user ON user.name = session.user
                    WHERE idHash = ?
                    """, arguments: [idHash])
            guard let row, let user = UserStore.user(row) else { return nil }
            let usedAt = Date(milliseconds: row["usedAt"])
            let startedAt = Date(milliseconds: row["startedAt"])
            return limits.allow(startedAt: startedAt, usedAt: usedAt, at: now) ? (user, usedAt) : nil
        }
    }

    /// Begins a session, and removes those that have ended: one transaction.
    ///
    /// - Parameters:
    ///   - passwordHash: the stored hash that the password was checked against.
    ///   - newPasswordHash: replaces it, if given.
    /// - Returns: false, and nothing is done, if the user has another hash meanwhile: a change of the
    ///   password must not miss the login that was under way with the old one.
    package func begin(
        _ idHash: Data, of user: UserName, passwordHash: String, newPasswordHash: String? = nil,
        limits: SessionLimits, at now: Date
    ) throws -> Bool {
        try pool.write { db in
            try Self.removeEnded(limits, now, in: db)
            let name = user.description
            try db.execute(
                sql: """
                    INSERT INTO session (idHash, user, startedAt, usedAt)
                    SELECT ?, name, ?, ? FROM user WHERE name = ? AND passwordHash = ?
                    """, arguments: [idHash, now.milliseconds, now.milliseconds, name, passwordHash])
            guard db.changesCount == 1 else { return false }
            if let newPasswordHash {
                try db.execute(
                    sql: "UPDATE user SET passwordHash = ? WHERE name = ?",
                    arguments: [newPasswordHash, name])
            }
            try db.execute(
                sql: """
                    DELETE FROM session WHERE user = :user AND idHash NOT IN (
                        SELECT idHash FROM session WHERE user = :user
                        ORDER BY idHash = :new DESC, startedAt DESC LIMIT :max)
                    """, arguments: ["user": name, "new": idHash, "max": max(1, limits.sessionsPerUserMax)])
            return true
        }
    }

    /// Browsers of one user that are known at a time; a further one takes the oldest's place.
    private static let devicesMax = 20

    /// Whether the user has logged in from the browser before, and not changed the password since.
    package func isDevice(_ idHash: Data, of user: UserName) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM device WHERE user = ? AND idHash = ?)",
                arguments: [user.description, idHash])!
        }
    }

    /// Notes that the user has logged in from a browser; nothing happens if there is no such user any more.
    package func noteDevice(_ idHash: Data, of user: UserName, at now: Date) throws {
        try pool.write { db in
            try db.execute(
                sql: """
                    INSERT INTO device (idHash, user, usedAt) SELECT ?, name, ? FROM user WHERE name = ?
                    ON CONFLICT (user, idHash) DO UPDATE SET usedAt = excluded.usedAt
                    """, arguments: [idHash, now.milliseconds, user.description])
            try db.execute(
                sql: """
                    DELETE FROM device WHERE user = :user AND idHash NOT IN (
                        SELECT idHash FROM device WHERE user = :user
                        ORDER BY idHash = :new DESC, usedAt DESC LIMIT :max)
                    """,
                arguments: ["user": user.description, "new": idHash, "max": Self.devicesMax])
        }
    }

    /// Notes that a session was used; nothing happens if there is none.
    package func noteUse(of idHash: Data, at now: Date) throws {
        try pool.write { db in
            try db.execute(
                sql: "UPDATE session SET usedAt = max(usedAt, ?) WHERE idHash = ?",
                arguments: [now.milliseconds, idHash])
        }
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
