import Foundation
import GRDB
import Glibc
package import Model
package import Support

/// What a look at a database's file has shown: nothing is made, marked, migrated or changed by it.
package struct DatabaseFacts: Hashable, Sendable {
    /// Whether its tables are those of this version; older ones are brought up to date when it is opened.
    package var isCurrent: Bool
    /// Length of the file, and what of it is free for later rows.
    package var bytes: Int64
    package var freeBytes: Int64
    /// Where its verdicts came from; nil if none was remembered.
    package var endpoint: String?
    /// Whether something came from there, so that no other endpoint is accepted any more.
    package var isUsed: Bool
    package var users: [UserName]
    /// What the last run believed of the time; nil if there was none.
    package var clockMemory: ClockMemory?
    /// As what the daemon was one of several, if it has not left them.
    package var sharing: SharingMark?
    /// The reports' folder that bears hashdrop's marker; nil if none does yet.
    package var reportsDirectory: String?
    /// The channels of notifications that have failed.
    package var channelTroubles: [ChannelTrouble]
    /// Nil unless VirusTotal refused the key at the last answered request.
    package var keyRefusal: KeyRefusal?
    /// What is damaged, and the way to restore a backup; nil for a database that is whole.
    package var problem: Explanation?

    package init(
        isCurrent: Bool = true, bytes: Int64 = 0, freeBytes: Int64 = 0, endpoint: String? = nil,
        isUsed: Bool = false, users: [UserName] = [], clockMemory: ClockMemory? = nil,
        reportsDirectory: String? = nil, channelTroubles: [ChannelTrouble] = [],
        keyRefusal: KeyRefusal? = nil, problem: Explanation? = nil
    ) {
        self.isCurrent = isCurrent
        self.bytes = bytes
        self.freeBytes = freeBytes
        self.endpoint = endpoint
        self.isUsed = isUsed
        self.users = users
        self.clockMemory = clockMemory
        self.reportsDirectory = reportsDirectory
        self.channelTroubles = channelTroubles
        self.keyRefusal = keyRefusal
        self.problem = problem
    }
}

extension HashdropDatabase {
    /// Looks at the database in a file, and through it for damage, while others may read and write it; takes
    /// about a second for each gigabyte.
    ///
    /// - Throws: `StoreError` if there is none, it cannot be opened, is not hashdrop's, or a newer one's.
    package static func look(at path: String) throws(StoreError) -> DatabaseFacts {
        try look(at: path, isWritable: access(path, W_OK) == 0)
    }

    /// - Parameter isWritable: whether this account may write to the file.
    package static func look(at path: String, isWritable: Bool) throws(StoreError) -> DatabaseFacts {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(
                .missing,
                "There is no database '\(path)'. 'hashdrop user add NAME' and 'hashdrop serve' make one.")
        }
        do {
            let queue = try queueForReading(at: path, isWritable: isWritable)
            let facts = try queue.read { try Self.facts(of: $0, path: path) }
            try queue.close()
            return facts
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw openingError(error, path: path)
        } catch {
            throw StoreError(.cannotOpen, "The database '\(path)' cannot be read: \(error)")
        }
    }

    /// A connection that changes nothing; of a file that this account may not write to, it makes none beside
    /// it either.
    static func queueForReading(at path: String, isWritable: Bool) throws -> DatabaseQueue {
        // Such an account cannot take away again what SQLite would make beside it. Without both of them no
        // process has it open, or none that this account could follow.
        let files = FileManager.default
        let isLeftAlone = !isWritable && !["-wal", "-shm"].allSatisfy { files.fileExists(atPath: path + $0) }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.readonly = isLeftAlone
        // Else not read-only: such a connection leaves its log behind when it is the last one.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA query_only = ON") }
        return try DatabaseQueue(path: isLeftAlone ? unchanged(path) : path, configuration: configuration)
    }

    /// The name by which SQLite takes a file for one that nothing changes, and makes none beside it. Debian's
    /// SQLite takes URIs (`SQLITE_USE_URI`); another one says that it cannot open the file.
    ///
    /// Source: SQLite's documentation, "Uniform Resource Identifiers", 3.3.
    private static func unchanged(_ path: String) -> String {
        URL(filePath: path).absoluteString + "?immutable=1"
    }

    private static func facts(of db: Database, path: String) throws -> DatabaseFacts {
        func number(_ pragma: String) throws -> Int64 { try Int64.fetchOne(db, sql: "PRAGMA \(pragma)") ?? 0 }
        guard try number("application_id") == applicationID else {
            // Without a table it is hashdrop's own, and a kill came before its first migration.
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 else {
                throw StoreError(.notOurs, damage(path, "it does not bear hashdrop's mark"))
            }
            return DatabaseFacts(isCurrent: false)
        }
        let version = try Int(number("user_version"))
        guard version <= Schema.version else { throw tooNew(path, version) }
        let pageBytes = try number("page_size")
        var facts = DatabaseFacts(
            isCurrent: version == Schema.version, bytes: try number("page_count") * pageBytes,
            freeBytes: try number("freelist_count") * pageBytes)
        if let problem = try firstProblem(db), problem != "ok" {
            facts.problem = damage(path, problem)
            return facts
        }
        facts.endpoint = try meta("endpoint", in: db)
        facts.reportsDirectory = try meta("reports", in: db)
        facts.sharing = try QuotaLedger.sharing(in: db)
        facts.isUsed =
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM requestDay UNION ALL SELECT 1 FROM answer UNION ALL SELECT 1 FROM job)
                    """) ?? false
        facts.users = try String.fetchAll(db, sql: "SELECT name FROM user ORDER BY name")
            .compactMap { UserName($0) }
        // An earlier version had none.
        if try db.tableExists("clockMemory") { facts.clockMemory = try QuotaLedger.clockMemory(in: db) }
        if try db.tableExists("notificationChannel") {
            facts.channelTroubles = try NotificationStore.troubles(in: db)
        }
        facts.keyRefusal = try QuotaLedger.keyRefusal(in: db)
        return facts
    }

    private static func meta(_ key: String, in db: Database) throws -> String? {
        try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }
}
