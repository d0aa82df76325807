import Foundation
import GRDB

extension HashdropDatabase {
    /// Looks through the whole file for damage; takes about a second for each gigabyte.
    ///
    /// - Throws: `StoreError` of kind `notOurs`, with the way to restore a backup.
    package func verify() throws {
        try Self.verify(pool, path: pool.path)
    }

    /// How long the database's file is, in bytes.
    package func byteCount() throws -> Int64 {
        try pool.read { db in
            let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            return try pages * (Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
    }

    /// Moves what stands in the write-ahead log alone into the database's file, so that the file is whole by
    /// itself: for the end of a daemon. Takes some seconds if the log has grown to gigabytes.
    ///
    /// - Throws: `DatabaseError` if another process reads at the moment, for more than ten seconds, or the
    ///   disk is full; the log then keeps it all, and the next start goes on from there.
    package func emptyLog() throws {
        try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    /// `verify()` while others read and write; ends when its task is cancelled.
    ///
    /// - Throws: `StoreError` of kind `notOurs`, with the way to restore a backup; `CancellationError`.
    package func verifyBesideWork() async throws {
        do {
            try Self.requireNoProblem(try await pool.read(Self.firstProblem), path: pool.path)
        } catch let error as DatabaseError {
            throw Self.damageError(error, path: pool.path)
        }
    }

    private static func verify(_ reader: some DatabaseReader, path: String) throws {
        do {
            try requireNoProblem(try reader.read(firstProblem), path: path)
        } catch let error as DatabaseError {
            throw damageError(error, path: path)
        }
    }

    @Sendable static func firstProblem(_ db: Database) throws -> String? {
        try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
    }

    private static func requireNoProblem(_ problem: String?, path: String) throws {
        guard problem == "ok" else { throw StoreError(.notOurs, damage(path, problem ?? "no answer")) }
    }

    private static func damageError(_ error: DatabaseError, path: String) -> any Error {
        guard [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) else { return error }
        return StoreError(.notOurs, damage(path, error.message ?? "no message"))
    }

    /// Writes a consistent copy to `path`, which must be free, while others read and write.
    ///
    /// The copy appears complete and checked, or not at all.
    ///
    /// - Throws: `StoreError` of kind `cannotOpen` if it cannot be written, `notOurs` if the database is
    ///   damaged.
    package func backup(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.cannotOpen, "There is a file '\(path)' already; name another one.")
        }
        let partial = path + ".partial"
        defer { unlink(partial) }
        do {
            try Self.createPrivately(partial)
            let copy = try DatabaseQueue(path: partial)
            try pool.backup(to: copy)
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try Self.verify(copy, path: path)
            try copy.close()
        } catch let error as DatabaseError {
            throw StoreError(
                .cannotOpen,
                "The backup '\(path)' cannot be written (\(error.message ?? "no message")); is its disk full?"
            )
        }
        try Self.publish(partial, as: path)
    }

    /// Password hashes and all users' lists are in it.
    private static func createPrivately(_ path: String) throws {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw cannotWrite(path, errno) }
        close(descriptor)
    }

    private static func publish(_ partial: String, as path: String) throws {
        let descriptor = open(partial, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotWrite(path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw cannotWrite(path, errno) }
        let folder = open(
            URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw cannotWrite(path, errno) }
        defer { close(folder) }
        // Some network file systems cannot flush a folder.
        guard fsync(folder) == 0 || errno == EINVAL else { throw cannotWrite(path, errno) }
    }

    private static func cannotWrite(_ path: String, _ number: Int32) -> StoreError {
        StoreError(
            .cannotOpen,
            "The backup '\(path)' cannot be written (\(String(cString: strerror(number)))); name a file in a "
                + "folder that this account may write to.")
    }
}
