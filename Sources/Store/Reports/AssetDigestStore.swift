package import Foundation
import GRDB

/// The digests of the style sheets and scripts that this hashdrop's reports have ever had: a report stays for
/// weeks, and must go on working after the next version of hashdrop has other ones.
package struct AssetDigestStore: Sendable {
    package enum Kind: String, Sendable {
        case style
        case script
    }

    let pool: MeteredPool

    /// So many of each kind are kept, the newest: they all go into one header.
    private static let digestsMax = 64

    /// Adds today's digests.
    ///
    /// - Returns: them and the earlier ones, the newest first.
    package func remember(_ digests: [String], _ kind: Kind, at now: Date) throws -> [String] {
        let start = "report \(kind.rawValue) "
        return try pool.write { db in
            for digest in digests {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)",
                    arguments: [start + digest, String(now.milliseconds)])
            }
            let kept = try String.fetchAll(
                db,
                sql: """
                    SELECT key FROM meta WHERE key GLOB ? ORDER BY CAST(value AS INTEGER) DESC, key LIMIT ?
                    """, arguments: [start + "*", Self.digestsMax])
            return kept.map { String($0.dropFirst(start.count)) }
        }
    }
}
