package import Foundation
import GRDB

extension CacheStore {
    /// Prepares to forget the answers that were asked for before `date`; nothing is written yet.
    ///
    /// - Parameter answersAtOnce: answers that one slice looks at, whether they are old or not.
    package func pruning(before date: Date, answersAtOnce: Int = 5_000) -> CachePruning {
        CachePruning(pool: pool, date: date, answersAtOnce: answersAtOnce)
    }
}

/// Forgets old answers, but for those that a report in the making shows, and then files without an answer:
/// slice by slice, each one transaction, so that other writers have their turns. A slice that is cut changes
/// nothing.
package struct CachePruning: Sendable {
    /// How far it has got.
    private enum Place {
        case answers(after: Data)
        case files(after: Int64)
        case end
    }

    private let pool: MeteredPool
    private let date: Date
    private let answersAtOnce: Int
    private var place = Place.answers(after: Data())

    init(pool: MeteredPool, date: Date, answersAtOnce: Int) {
        self.pool = pool
        self.date = date
        self.answersAtOnce = answersAtOnce
    }

    /// Looks through the next slice.
    ///
    /// - Returns: how many hashes were forgotten; nil at the end.
    package mutating func advance() throws -> Int? {
        switch place {
        case .answers(let hash):
            let (forgotten, last) = try pool.write { db in try forgetAnswers(after: hash, in: db) }
            place = last.map { .answers(after: $0) } ?? .files(after: 0)
            return forgotten
        case .files(let id):
            let last = try pool.write { db in try forgetFiles(after: id, in: db) }
            place = last.map { .files(after: $0) } ?? .end
            return 0
        case .end: return nil
        }
    }

    /// Each answer is looked up in each job whose report is in the making: so many look-ups are a slice.
    private static let lookupsAtOnce = 100_000

    private func forgetAnswers(after hash: Data, in db: Database) throws -> (forgotten: Int, last: Data?) {
        let jobs = try Int.fetchOne(
            db, sql: "SELECT count(*) FROM job INDEXED BY jobUnpublished WHERE isPublished = 0")!
        let limit = min(answersAtOnce, max(1, Self.lookupsAtOnce / (jobs + 1)))
        let last = try Data.fetchOne(
            db, sql: "SELECT hash FROM answer WHERE hash > ? ORDER BY hash LIMIT 1 OFFSET ?",
            arguments: [hash, limit - 1])
        // Where an answer stands under another name of the row's hash, that name has a row of its own in the
        // job.
        try db.execute(
            sql: """
                DELETE FROM answer WHERE hash > :after AND hash <= :last AND askedAt < :date AND NOT EXISTS (
                    SELECT 1 FROM job INDEXED BY jobUnpublished CROSS JOIN jobHash
                        ON jobHash.jobID = job.id AND jobHash.hash = answer.hash
                    WHERE job.isPublished = 0)
                """,
            arguments: ["after": hash, "last": last ?? AliasResolver.beyondHashes, "date": date.milliseconds])
        return (db.changesCount, last)
    }

    private static let filesAtOnce = 1_000

    private func forgetFiles(after id: Int64, in db: Database) throws -> Int64? {
        let last = try Int64.fetchOne(
            db, sql: "SELECT id FROM file WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?",
            arguments: [id, Self.filesAtOnce - 1])
        try db.execute(
            sql: """
                DELETE FROM file WHERE id > :after AND id <= :last
                    AND NOT EXISTS (SELECT 1 FROM answer WHERE answer.fileID = file.id)
                """, arguments: ["after": id, "last": last ?? .max])
        return last
    }
}
