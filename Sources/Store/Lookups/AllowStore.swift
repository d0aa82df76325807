package import Foundation
import GRDB
package import Model

/// The allow-list in the database; reports use it as an `AllowList`.
package struct AllowStore: Sendable {
    let pool: MeteredPool

    /// All entries, expired ones among them, the newest first.
    package func all() throws -> [AllowedFile] {
        try pool.read { try Self.all(in: $0) }
    }

    static func all(in db: Database) throws -> [AllowedFile] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT hash, reason, author, createdAt, until FROM allowed ORDER BY createdAt DESC, hash
                """
        ).map(file)
    }

    /// The entries of a file that have not expired `now`, the newest first, by whichever of its names: of
    /// those that the cache knows by this hash.
    package func entries(ofFileOf hash: FileHash, at now: Date) throws -> [AllowedFile] {
        try pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT allowed.hash, reason, author, createdAt, until
                    FROM allowed WHERE allowed.hash = :hash OR allowed.hash IN (
                        SELECT other.hash FROM answer JOIN answer AS other ON other.fileID = answer.fileID
                        WHERE answer.hash = :hash)
                    ORDER BY createdAt DESC, allowed.hash
                    """, arguments: ["hash": hash.data]
            ).map(Self.file)
        }.filter { !$0.isExpired(at: now) }
    }

    private static func file(_ row: Row) throws -> AllowedFile {
        AllowedFile(
            hash: try FileHash(column: row[0] as Data), reason: row[1], author: row[2],
            createdAt: Date(milliseconds: row[3]), until: (row[4] as Int64?).map(Date.init(milliseconds:)))
    }

    /// Adds an entry, or puts it in the place of the one of the same hash.
    ///
    /// - Returns: false if there is no room for another one; then nothing is changed.
    package func set(_ file: AllowedFile, entriesMax: Int = AllowList.entriesMax) throws -> Bool {
        try pool.write { db in
            let others =
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM allowed WHERE hash <> ?", arguments: [file.hash.data]) ?? 0
            guard others < entriesMax else { return false }
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO allowed (hash, reason, author, createdAt, until)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    file.hash.data, file.reason, file.author, file.createdAt.milliseconds,
                    file.until?.milliseconds,
                ])
            try Self.countChange(in: db)
            return true
        }
    }

    /// Removes the entry of this hash.
    ///
    /// - Returns: whether there was one.
    package func remove(_ hash: FileHash) throws -> Bool {
        try pool.write { db in
            try db.execute(sql: "DELETE FROM allowed WHERE hash = ?", arguments: [hash.data])
            guard db.changesCount > 0 else { return false }
            try Self.countChange(in: db)
            return true
        }
    }

    private static let changesKey = "allowed changes"

    /// A text that each change of the list makes another one, whichever process makes it; nil before the
    /// first.
    static func changes(in db: Database) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT value FROM meta WHERE key = ?"), arguments: [changesKey])
    }

    private static func countChange(in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO meta (key, value) VALUES (?, '1')
                ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1
                """, arguments: [changesKey])
    }
}

extension JobSnapshot {
    /// The allow-list at the snapshot's moment, without what has expired `now`.
    package func allowList(at now: Date) throws -> AllowList {
        try allowLists.list(in: db, at: now)
    }
}
