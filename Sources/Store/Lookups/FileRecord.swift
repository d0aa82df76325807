import Foundation
import GRDB
import Model

/// One row of `file`.
enum FileRecord {
    /// The columns that `object(from:at:)` reads, for a join.
    static let columns = """
        file.md5, file.sha1, file.sha256, file.lastAnalysisAt, file.firstSubmittedAt, file.name, file.type,
        file.sizeBytes, file.threatLabel, file.reputation, file.detectionCount, file.engineCount,
        file.engines, file.facts
        """

    /// The object in a row that has `columns`, beginning at column `first`; nil if the join found none.
    static func object(from row: RawStatement, at first: Int32) throws -> FileObject? {
        guard let md5 = try row.hashIfAny(first) else { return nil }
        var object = FileObject(
            md5: md5, sha1: try row.hash(first + 1), sha256: try row.hash(first + 2))
        object.lastAnalysisDate = row.date(first + 3)
        object.firstSubmissionDate = row.date(first + 4)
        object.meaningfulName = row.text(first + 5)
        object.typeDescription = row.text(first + 6)
        object.sizeBytes = row.integerIfAny(first + 7).map(Int64.init)
        object.threatLabel = row.text(first + 8)
        object.reputation = row.integerIfAny(first + 9)
        object.engines = EngineFindings(
            stored: Array(row.bytes(first + 12)), detectionCount: row.integer(first + 10),
            opinionCount: row.integer(first + 11))
        if !row.isNull(first + 13) { object.facts = FileFacts(stored: Array(row.bytes(first + 13))) }
        return object
    }

    /// Writes or rewrites the file and returns its id.
    static func save(_ object: FileObject, in db: Database) throws -> Int64 {
        let statement = try RawStatement(upsert, in: db)
        statement.bind(object.md5, at: 1)
        statement.bind(object.sha1, at: 2)
        statement.bind(object.sha256, at: 3)
        statement.bind(object.lastAnalysisDate, at: 4)
        statement.bind(object.firstSubmissionDate, at: 5)
        statement.bind(object.meaningfulName?.storable, at: 6)
        statement.bind(object.typeDescription?.storable, at: 7)
        statement.bind(object.sizeBytes.map { Int($0) }, at: 8)
        statement.bind(object.threatLabel?.storable, at: 9)
        statement.bind(object.reputation, at: 10)
        statement.bind(object.detectionCount, at: 11)
        statement.bind(object.opinionCount, at: 12)
        object.engines.stored.withUnsafeBufferPointer { statement.bind(text: $0, at: 13) }
        if let facts = object.facts {
            facts.stored.withUnsafeBufferPointer { statement.bind(text: $0, at: 14) }
        } else {
            statement.bind(nil as String?, at: 14)
        }
        var id = 0
        try statement.run { id = $0.integer(0) }
        return Int64(id)
    }

    private static let upsert = """
        INSERT INTO file (md5, sha1, sha256, lastAnalysisAt, firstSubmittedAt, name, type, sizeBytes,
            threatLabel, reputation, detectionCount, engineCount, engines, facts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (sha256) DO UPDATE SET md5 = excluded.md5, sha1 = excluded.sha1,
            lastAnalysisAt = excluded.lastAnalysisAt, firstSubmittedAt = excluded.firstSubmittedAt,
            name = excluded.name, type = excluded.type, sizeBytes = excluded.sizeBytes,
            threatLabel = excluded.threatLabel, reputation = excluded.reputation,
            detectionCount = excluded.detectionCount, engineCount = excluded.engineCount,
            engines = excluded.engines, facts = excluded.facts
        RETURNING id
        """
}

extension String {
    /// The text without NUL, at which SQLite's C interface ends a text, and which PostgreSQL refuses: it
    /// becomes U+FFFD, the sign for a character that cannot be shown.
    package var storable: String {
        utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self
    }
}
