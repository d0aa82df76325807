package import Foundation
import GRDB

/// What the verdict cache holds.
package struct CacheStatistics: Hashable, Sendable {
    /// Files that VirusTotal knows.
    package var files: Int
    /// Hashes that are answered from the cache while fresh: up to three a file, one for an unknown file.
    package var hashes: Int
    /// Hashes that VirusTotal did not know.
    package var unknownHashes: Int
    package var oldestAskedAt: Date?
    package var newestAskedAt: Date?
}

/// The verdict cache as a whole; single answers are `LookupStore`'s and `JobStore`'s.
package struct CacheStore: Sendable {
    let pool: MeteredPool

    package func statistics() throws -> CacheStatistics {
        try pool.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT (SELECT count(*) FROM file), count(*), coalesce(sum(fileID IS NULL), 0),
                        min(askedAt), max(askedAt) FROM answer
                    """)!
            return CacheStatistics(
                files: row[0], hashes: row[1], unknownHashes: row[2],
                oldestAskedAt: (row[3] as Int64?).map(Date.init(milliseconds:)),
                newestAskedAt: (row[4] as Int64?).map(Date.init(milliseconds:)))
        }
    }
}
