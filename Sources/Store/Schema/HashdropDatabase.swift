import Foundation
import GRDB
import Model
import Support

/// The one SQLite file: users, sessions, jobs, the verdict cache and the quota ledger.
///
/// Write-ahead log with one writer and several readers, which have no threads of their own: each transaction
/// runs on its caller's. A commit is synced before it returns (`synchronous = FULL`), because a request that
/// was sent and not remembered is quota lost.
package struct HashdropDatabase: Sendable {
    let pool: DatabasePool
    let metered: MeteredPool
    private let commits = CommitCounter()
    private let allowLists = AllowListCache()

    /// How many transactions this process has written.
    package var commitCount: Int { commits.count }
    package var users: UserStore { UserStore(pool: metered) }
    package var sessions: SessionStore { SessionStore(pool: metered) }
    package var jobs: JobStore { JobStore(pool: metered) }
    package var lookups: LookupStore { LookupStore(pool: metered) }
    package var ledger: QuotaLedger { QuotaLedger(pool: metered) }
    package var cache: CacheStore { CacheStore(pool: metered) }
    package var allowed: AllowStore { AllowStore(pool: metered) }
    package var reportRows: ReportRowStore { ReportRowStore(pool: pool, allowLists: allowLists) }
    package var reportDigests: AssetDigestStore { AssetDigestStore(pool: metered) }

    /// Opens the database, or makes it.
    ///
    /// - Parameter endpoint: where verdicts come from. The first one is remembered and any other refused, so
    ///   that simulated verdicts never mix with real ones; nil (commands that only look or add users) skips
    ///   it.
    /// - Throws: `StoreError`.
    package init(path: String, endpoint: String?) throws {
        do {
            try Self.refuseForeign(path)
            pool = try DatabasePool(path: path, configuration: Self.configuration())
            metered = MeteredPool(pool)
            // GRDB sets NORMAL when it has opened a pool, after all that its configuration prepares.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            pool.add(transactionObserver: commits, extent: .databaseLifetime)
            let version = try pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            guard version <= Schema.version else { throw Self.tooNew(path, version) }
            try Self.mark(pool)
            try Self.migrate(pool)
            // Not without need: on a full disk a command that only reads must get in.
            if version != Schema.version {
                try pool.write { try $0.execute(sql: "PRAGMA user_version = \(Schema.version)") }
            }
            if let endpoint { try remember(endpoint: endpoint, path: path) }
        } catch let error as DatabaseError {
            throw Self.openingError(error, path: path)
        }
    }

    private init(pool: DatabasePool) {
        self.pool = pool
        metered = MeteredPool(pool)
    }

    /// The same database over connections that SQLite lets only read: for the page.
    package func readOnly() throws -> HashdropDatabase {
        var configuration = Self.configuration()
        configuration.readonly = true
        do {
            return HashdropDatabase(pool: try DatabasePool(path: pool.path, configuration: configuration))
        } catch let error as DatabaseError {
            throw Self.openingError(error, path: pool.path)
        }
    }

    /// `hdrp`, in the file's header (`PRAGMA application_id`), where `file` and we see whose database it is.
    static let applicationID: Int64 = 0x6864_7270

    /// Another program's database is neither written to nor switched to another journal, which opening it
    /// would do.
    private static func refuseForeign(_ path: String) throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = attributes?[.size] as? Int, size > 0 else { return }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(busySeconds)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let (id, tables) = try queue.read { db in
            try (
                Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
                Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            )
        }
        try queue.close()
        // Without a table it is hashdrop's own, and a kill came before its first migration.
        guard id == applicationID || (id == 0 && tables == 0) else {
            throw StoreError(.notOurs, damage(path, "it does not bear hashdrop's mark"))
        }
    }

    private static func mark(_ pool: DatabasePool) throws {
        let id = try pool.read { try Int64.fetchOne($0, sql: "PRAGMA application_id") ?? 0 }
        // Not without need: on a full disk a command that only reads must get in.
        guard id != applicationID else { return }
        try pool.write { try $0.execute(sql: "PRAGMA application_id = \(applicationID)") }
    }

    static let readerCacheKibibytes = 2_000

    /// How often the writer is waited for while an older file becomes a newer one, `busySeconds` each time:
    /// another process may be at it, and a file of some gigabytes takes a minute.
    private static let migrationWaitsMax = 60

    /// Makes an older file a newer one. A command that is called while the daemon starts may do the same at
    /// the same moment: what another process has done between the look and the transaction is not done again.
    private static func migrate(_ pool: DatabasePool) throws {
        var waits = 0
        while true {
            let before = try pool.read(Schema.migrator.appliedIdentifiers)
            do {
                return try Schema.migrator.migrate(pool)
            } catch let error as DatabaseError {
                let isOlder = before.count < Schema.migrator.migrations.count
                if error.resultCode == .SQLITE_BUSY, isOlder, waits < migrationWaitsMax {
                    waits += 1
                    continue
                }
                guard try pool.read(Schema.migrator.appliedIdentifiers) != before else { throw error }
            }
        }
    }

    /// Commands such as `user add` write beside a running daemon: wait for it rather than fail.
    private static let busySeconds = 10.0

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busySeconds)
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { db in
            // What a long transaction has made of the log is given back.
            try db.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
            // Sorting a report of a million rows must not need a million rows of memory.
            try db.execute(sql: "PRAGMA temp_store = FILE")
            // KiB. There is one writer and there are many readers, who have the system's cache behind theirs.
            let kibibytes = db.configuration.readonly ? readerCacheKibibytes : 8_000
            try db.execute(sql: "PRAGMA cache_size = \(kibibytes * -1)")
        }
        return configuration
    }

    static func openingError(_ error: DatabaseError, path: String) -> StoreError {
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR:
            StoreError(.notOurs, damage(path, error.message ?? "no message"))
        default:
            StoreError(
                .cannotOpen,
                Explanation(
                    "The database '\(path)' cannot be opened (\(error.message ?? "no message"))",
                    advice: "check that its folder exists, belongs to the user that runs hashdrop, and that "
                        + "the disk is not full"))
        }
    }

    static func tooNew(_ path: String, _ version: Int) -> StoreError {
        StoreError(
            .tooNew,
            Explanation(
                "The database '\(path)' was made by a newer hashdrop (schema \(version), this one knows "
                    + "\(Schema.version))", advice: "install that version or restore a backup"))
    }

    static func damage(_ path: String, _ problem: String) -> Explanation {
        Explanation(
            "The database '\(path)' is damaged or not hashdrop's (\(problem))",
            advice: "Stop hashdrop, move it away together with '\(path)-wal' and '\(path)-shm', and copy a "
                + "backup in its place ('hashdrop backup' makes them); without a backup hashdrop starts with "
                + "an empty one, and the finished reports stay")
    }

    /// The reports' folder that bears hashdrop's marker; nil if none does yet.
    package func reportsDirectory() throws -> String? {
        try pool.read { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE key = 'reports'") }
    }

    /// Remembers that the folder bears the marker.
    package func noteReports(directory: String) throws {
        try pool.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('reports', ?)", arguments: [directory])
        }
    }

    private func remember(endpoint: String, path: String) throws {
        let remembered: String = try pool.write { db in
            // Before the first request nothing is from anywhere.
            try db.execute(
                sql: """
                    INSERT INTO meta (key, value) VALUES ('endpoint', :endpoint)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE NOT EXISTS (
                        SELECT 1 FROM requestDay UNION ALL SELECT 1 FROM answer UNION ALL SELECT 1 FROM job)
                    """, arguments: ["endpoint": endpoint])
            return try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'endpoint'") ?? ""
        }
        guard remembered == endpoint else {
            throw StoreError(
                .wrongEndpoint,
                "The database '\(path)' was filled from \(remembered), but the configured endpoint is "
                    + "\(endpoint); use another spool folder for it, so that their verdicts never mix.")
        }
    }
}

extension Date {
    /// Milliseconds since 1970, as every time is stored.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded(.down)) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension FileHash {
    /// The bytes as SQLite stores them; the length tells the kind.
    var data: Data { withBytes { Data($0) } }

    /// The hash in a column whose CHECK allows nothing but hashes.
    init(column data: Data) throws {
        guard let hash = data.withUnsafeBytes({ FileHash(bytes: $0) }) else {
            throw StoreError.damagedHash(bytes: data.count)
        }
        self = hash
    }
}
