package import Foundation
import GRDB
package import Model
package import Support

// What a command needs that asks by itself, beside a daemon or without one.
extension QuotaLedger {
    /// Sets the ledger's clock going if the machine has started since; a daemon that runs has done so.
    package func goOn(at reading: ClockReading, bootID: String) throws {
        try pool.write { db in
            let known = try String.fetchOne(
                db.cachedStatement(sql: "SELECT bootID FROM ledgerClock"))
            // By one start of the machine only the daemon may: a request may have ended since the reading.
            guard known != bootID else { return }
            try Self.goOn(at: reading, bootID: bootID, in: db)
        }
    }

    /// Writes a request that belongs to no job and is about to be sent, and returns its number.
    package func begin(_ hash: FileHash, at now: Date) throws -> Int64 {
        try pool.write { try Self.write(hash: hash.data, jobID: nil, at: now, in: $0) }
    }

    /// Writes that such a request has ended, with a word for how.
    package func end(_ number: Int64, outcome: String, at now: ClockReading) throws {
        try pool.write { try Self.end(number, outcome, at: now, in: $0) }
    }

    /// Whether a command has asked by itself within the last minute and got no good answer, or none yet.
    package func hasOpenQuestion(at now: Date) throws -> Bool {
        try pool.read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM request
                        WHERE sentAt > :since AND jobID IS NULL AND outcome IS NOT '\(Self.goodOutcome)'
                        UNION ALL SELECT 1 FROM quotaCheck WHERE sentAt > :since AND endedAt IS NULL)
                    """, arguments: ["since": (now - 60).milliseconds]) ?? false
        }
    }

    /// How a command's request ended that was answered.
    package static let goodOutcome = "200"

    /// Takes such a request back that has not left this machine.
    package func withdraw(_ number: Int64) throws {
        try pool.write { try Self.withdraw(number, in: $0) }
    }
}
