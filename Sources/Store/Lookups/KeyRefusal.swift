package import Foundation
import GRDB

/// That VirusTotal refused the key at every answered request since the last good one, as the ledger has it.
package struct KeyRefusal: Hashable, Sendable {
    package var first: Date
    package var last: Date

    package init(first: Date, last: Date) {
        self.first = first
        self.last = last
    }
}

extension QuotaLedger {
    /// How a request ended whose key was refused: the status of VirusTotal's answer.
    package static let refusedOutcome = "401"

    /// Whether the key was refused when it was last asked with; nil if it was accepted, or nothing is known.
    ///
    /// Outages, refusals for the quota and the like say nothing of the key.
    package func keyRefusal() throws -> KeyRefusal? { try pool.read(Self.keyRefusal) }

    @Sendable static func keyRefusal(in db: Database) throws -> KeyRefusal? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT min(endedAt), max(endedAt) FROM request WHERE outcome = ? AND id > coalesce((
                    SELECT id FROM request WHERE outcome IN ('200', '404') ORDER BY id DESC LIMIT 1), 0)
                """, arguments: [refusedOutcome])
        guard let row, let first = row[0] as Int64?, let last = row[1] as Int64? else { return nil }
        return KeyRefusal(first: Date(milliseconds: first), last: Date(milliseconds: last))
    }
}
