import Foundation
import GRDB
import Model

/// Resolves aliases: hashes of a list that wait for another hash of the same line, their primary, to be
/// answered. In SQL the primary is the column `leader`.
///
/// A primary that VirusTotal knows has told its other names: an alias among them is answered by now, and one
/// that is not is another file after all and is asked by itself. A primary that VirusTotal does not know
/// tells nothing of the others: they are asked too, unless the list's structure says that they are names of
/// the same, unknown, file. A line alone does not: in "loader <hash> dropped <hash>" the second may be known
/// malware.
enum AliasResolver {
    /// Resolves the aliases of a list that has just been written, as a set: those after one hash and up to
    /// another, or all. Their primaries may have been answered, or failed, while the list was written.
    ///
    /// - Returns: how many were resolved. Others may be resolvable by that.
    static func resolve(
        jobID: Int64, after hash: Data = Data(), upTo last: Data? = nil, in db: Database
    ) throws -> Int {
        let slice: StatementArguments = ["job": jobID, "after": hash, "last": last ?? beyondHashes]
        let aliases = "jobID = :job AND hash > :after AND hash <= :last AND state = 1"
        try db.cachedStatement(
            sql: """
                UPDATE jobHash SET state = 2, leader = NULL,
                    askedAs = (SELECT coalesce(l.askedAs, l.hash) FROM jobHash l
                        WHERE l.jobID = jobHash.jobID AND l.hash = jobHash.leader)
                WHERE \(aliases) AND isLeadersFile = 1 AND EXISTS (
                    SELECT 1 FROM jobHash l JOIN answer ON answer.hash = coalesce(l.askedAs, l.hash)
                    WHERE l.jobID = jobHash.jobID AND l.hash = jobHash.leader AND l.state = 2
                        AND answer.fileID IS NULL)
                """
        ).execute(arguments: slice)
        let answered = db.changesCount
        if answered > 0 {
            try db.cachedStatement(
                sql: """
                    UPDATE job SET openCount = openCount - :count, savedByCache = savedByCache + :count
                    WHERE id = :job
                    """
            ).execute(arguments: ["count": answered, "job": jobID])
        }
        try db.cachedStatement(
            sql: """
                UPDATE jobHash SET state = 0, leader = NULL WHERE \(aliases) AND EXISTS (
                    SELECT 1 FROM jobHash l WHERE l.jobID = jobHash.jobID AND l.hash = jobHash.leader
                        AND l.state >= 2)
                """
        ).execute(arguments: slice)
        return answered + db.changesCount
    }

    /// The `limit`th alias after a hash; nil if there are fewer.
    static func nextAliases(jobID: Int64, after hash: Data, limit: Int, in db: Database) throws -> Data? {
        try Data.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT hash FROM jobHash WHERE jobID = ? AND hash > ? AND state = 1
                    ORDER BY hash LIMIT 1 OFFSET ?
                    """), arguments: [jobID, hash, limit - 1])
    }

    /// Comes after every hash in the order of bytes.
    static let beyondHashes = Data(repeating: 0xFF, count: 33)

    /// Resolves the aliases of hashes that have just been answered or failed.
    ///
    /// The index is named, because SQLite would rather walk all of the job's rows, for each answer.
    ///
    /// - Returns: how many were answered by that.
    static func resolve(jobID: Int64, after finished: [Data], in db: Database) throws -> Int {
        var primaries = finished
        var answered = 0
        while let primary = primaries.popLast() {
            if let asked = try unknownHash(behind: primary, jobID: jobID, in: db) {
                let aliases = try Data.fetchAll(
                    db.cachedStatement(
                        sql: """
                            UPDATE jobHash INDEXED BY jobHashFollowing
                            SET state = 2, leader = NULL, askedAs = ?
                            WHERE jobID = ? AND leader = ? AND state = 1 AND isLeadersFile = 1 RETURNING hash
                            """), arguments: [asked, jobID, primary])
                answered += aliases.count
                primaries += aliases
            }
            try db.cachedStatement(
                sql: """
                    UPDATE jobHash INDEXED BY jobHashFollowing SET state = 0, leader = NULL
                    WHERE jobID = ? AND leader = ? AND state = 1
                    """
            ).execute(arguments: [jobID, primary])
        }
        return answered
    }

    /// The hash that VirusTotal said it does not know, if that is the answer for `primary`.
    private static func unknownHash(behind primary: Data, jobID: Int64, in db: Database) throws -> Data? {
        try Data.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT answer.hash FROM jobHash JOIN answer
                        ON answer.hash = coalesce(jobHash.askedAs, jobHash.hash)
                    WHERE jobID = ? AND jobHash.hash = ? AND state = 2 AND answer.fileID IS NULL
                    """), arguments: [jobID, primary])
    }
}
