package import Foundation
import GRDB
package import Model

/// An answer of the cache, with a hash that it is for.
package struct HashedAnswer: Hashable, Sendable {
    package var hash: FileHash
    package var answer: LookupAnswer

    package init(hash: FileHash, answer: LookupAnswer) {
        self.hash = hash
        self.answer = answer
    }
}

// The whole cache, for a database that several daemons share, and back.
extension CacheStore {
    /// Answers in the order of their hashes. A file's three names come as one, unless their answers differ.
    ///
    /// - Parameter hash: after which to go on; nil for the first ones.
    package func answers(after hash: FileHash?, limit: Int) throws -> [HashedAnswer] {
        try pool.read { db in
            let statement = try RawStatement(
                """
                SELECT answer.hash, answer.askedAt, \(FileRecord.columns)
                FROM answer LEFT JOIN file ON file.id = answer.fileID
                WHERE answer.hash > ?1 AND (file.id IS NULL OR answer.hash = file.sha256 OR NOT EXISTS (
                    SELECT 1 FROM answer AS main WHERE main.hash = file.sha256 AND main.fileID = file.id
                        AND main.askedAt = answer.askedAt))
                ORDER BY answer.hash LIMIT ?2
                """, in: db)
            // A number is less than every BLOB (SQLite's documentation, "Datatypes", 4.1).
            if let hash { statement.bind(hash, at: 1) } else { statement.bind(0, at: 1) }
            statement.bind(limit, at: 2)
            var answers: [HashedAnswer] = []
            try statement.run { row in
                guard let askedAt = row.date(1) else { return }
                let object = try FileRecord.object(from: row, at: 2)
                answers.append(
                    HashedAnswer(
                        hash: try row.hash(0),
                        answer: LookupAnswer(
                            answer: object.map(LookupAnswer.Answer.known) ?? .unknown, askedAt: askedAt)))
            }
            return answers
        }
    }

    /// Takes answers over, in one transaction; what is newer here, or as new, stays. No list is served by it.
    ///
    /// - Parameter now: no answer is taken for younger.
    package func takeOver(_ answers: [HashedAnswer], at now: Date) throws {
        try pool.write { db in
            for answer in answers { try Self.takeOver(answer, at: now, in: db) }
        }
    }

    private static func takeOver(_ new: HashedAnswer, at now: Date, in db: Database) throws {
        let askedAt = min(new.answer.askedAt, now)
        var names = [new.hash]
        var file: Int64?
        if let object = new.answer.fileObject {
            names = object.hashes
            file = try row(of: object, askedAt: askedAt, in: db)
        }
        let save = try RawStatement(
            """
            INSERT INTO answer (hash, fileID, askedAt) VALUES (?, ?, ?)
            ON CONFLICT (hash) DO UPDATE SET fileID = excluded.fileID, askedAt = excluded.askedAt
                WHERE answer.askedAt < excluded.askedAt
            """, in: db)
        save.bind(file.map { Int($0) }, at: 2)
        save.bind(askedAt, at: 3)
        for name in names {
            save.bind(name, at: 1)
            try save.run()
        }
    }

    /// The row of a file, which tells what its newest answer told.
    private static func row(of object: FileObject, askedAt: Date, in db: Database) throws -> Int64 {
        let newer = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT file.id FROM file JOIN answer ON answer.fileID = file.id
                    WHERE file.sha256 = ? AND answer.askedAt >= ? LIMIT 1
                    """), arguments: [object.sha256.data, askedAt.milliseconds])
        return try newer ?? FileRecord.save(object, in: db)
    }
}
