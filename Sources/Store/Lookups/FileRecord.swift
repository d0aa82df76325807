import Foundation
import GRDB
import Model

/// One row of `file`.
enum FileRecord {
    /// The columns that `object(from:)` reads, for a join.
    static let columns = """
        file.md5, file.sha1, file.sha256, file.lastAnalysisAt, file.firstSubmittedAt, file.name, file.type,
        file.sizeBytes, file.threatLabel, file.reputation, file.engines
        """

    /// The object in a row that has `columns`, beginning at index `first`; nil if the join found none.
    static func object(from row: Row, at first: Int) throws -> FileObject? {
        guard let md5 = row[first] as Data?, let sha1 = row[first + 1] as Data?,
            let sha256 = row[first + 2] as Data?
        else { return nil }
        var object = FileObject(
            md5: try FileHash(column: md5), sha1: try FileHash(column: sha1),
            sha256: try FileHash(column: sha256))
        object.lastAnalysisDate = (row[first + 3] as Int64?).map(Date.init(milliseconds:))
        object.firstSubmissionDate = (row[first + 4] as Int64?).map(Date.init(milliseconds:))
        object.meaningfulName = row[first + 5]
        object.typeDescription = row[first + 6]
        object.sizeBytes = row[first + 7]
        object.threatLabel = row[first + 8]
        object.reputation = row[first + 9]
        object.engines = EngineCoding.decode(row[first + 10])
        return object
    }

    /// Writes or rewrites the file and returns its id.
    static func save(_ object: FileObject, in db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(sql: upsert),
            arguments: [
                object.md5.data, object.sha1.data, object.sha256.data,
                object.lastAnalysisDate?.milliseconds, object.firstSubmissionDate?.milliseconds,
                object.meaningfulName?.storable, object.typeDescription?.storable, object.sizeBytes,
                object.threatLabel?.storable,
                object.reputation, object.detectionCount, object.opinionCount,
                EngineCoding.encode(object.engines),
            ])!
    }

    private static let upsert = """
        INSERT INTO file (md5, sha1, sha256, lastAnalysisAt, firstSubmittedAt, name, type, sizeBytes,
            threatLabel, reputation, detectionCount, engineCount, engines)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (sha256) DO UPDATE SET md5 = excluded.md5, sha1 = excluded.sha1,
            lastAnalysisAt = excluded.lastAnalysisAt, firstSubmittedAt = excluded.firstSubmittedAt,
            name = excluded.name, type = excluded.type, sizeBytes = excluded.sizeBytes,
            threatLabel = excluded.threatLabel, reputation = excluded.reputation,
            detectionCount = excluded.detectionCount, engineCount = excluded.engineCount,
            engines = excluded.engines
        RETURNING id
        """
}

extension String {
    /// The text without NUL, at which SQLite's C interface ends a text: it becomes U+FFFD, the sign for a
    /// character that cannot be shown.
    var storable: String {
        utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self
    }
}
