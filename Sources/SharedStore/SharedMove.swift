import Foundation
import Model
package import PostgreSQL
package import Store
package import Support

/// Moves a daemon's answers into the shared database, and answers and spent requests out of it; of both the
/// newer answer and the greater number stay.
///
/// The daemon does not run meanwhile, and the site has begun (`SharedDatabase.closeEarlierRun`), with which
/// its spent requests have come. A move that is broken off is done again: nothing is doubled by it. All throw
/// `SharedError` or `StoreError`.
package struct SharedMove: Sendable {
    private let owner: PostgreSQLClient
    private let site: String
    private let database: HashdropDatabase
    private let clock: any ServiceClock

    private static let answersAtOnce = 500

    /// - Parameter owner: has the role that owns the shared database.
    package init(owner: PostgreSQLClient, site: String, database: HashdropDatabase, clock: any ServiceClock) {
        self.owner = owner
        self.site = site
        self.database = database
        self.clock = clock
    }

    /// How long other sites may still send requests that they have taken ahead, also where they are cut off;
    /// nil if none may.
    package func restOfSlices() async throws -> Duration? {
        try await translatingErrors {
            try await owner.query(
                "SELECT hashdrop.slices_end($1, $2) AS rest", [.int(SharedSchema.version), .text(site)]
            ).first?.optional("rest", .int).map { .milliseconds($0) }
        }
    }

    /// Moves the answers to the shared database.
    ///
    /// - Parameter progress: told how many answers were looked at, from time to time.
    /// - Returns: how many there were.
    @discardableResult
    package func toPostgreSQL(_ progress: (Int) -> Void = { _ in }) async throws -> Int {
        let difference = try await clockDifference()
        var last: FileHash?
        var count = 0
        while true {
            let answers = try database.cache.answers(after: last, limit: Self.answersAtOnce)
            guard let final = answers.last else { return count }
            try await importAnswers(answers, difference: difference)
            last = final.hash
            count += answers.count
            progress(count)
        }
    }

    /// Moves to the daemon's own database: all answers, and the requests of all sites of the key.
    ///
    /// - Parameter progress: told how many answers were looked at, from time to time.
    /// - Returns: how many there were.
    @discardableResult
    package func toSQLite(_ progress: (Int) -> Void = { _ in }) async throws -> Int {
        try await exportRequests()
        let difference = try await clockDifference()
        var last: FileHash?
        var count = 0
        while true {
            let answers = try await exportAnswers(after: last, difference: difference)
            guard let final = answers.last else { return count }
            try database.cache.takeOver(answers, at: clock.now.wall)
            last = final.hash
            count += answers.count
            progress(count)
        }
    }

    // MARK: Requests

    private func exportRequests() async throws {
        let known = try database.ledger.requestDays()
        let days = try await translatingErrors {
            try await owner.query(
                "SELECT * FROM hashdrop.export_requests($1, $2)", [.int(SharedSchema.version), .text(site)]
            ).map { row in
                (try row.get("day", .int), try row.get("own", .int), try row.get("others", .int))
            }
        }
        var own: [Int: Int] = [:]
        var others: [Int: Int] = [:]
        for (day, localRequests, othersCount) in days {
            // These came with the run's beginning; the daemon's own ledger counts them by itself.
            own[day] = localRequests - known.endedLater[day, default: 0]
            others[day] = othersCount
        }
        try database.ledger.takeOver(own: own, others: others)
    }

    // MARK: Answers

    private func importAnswers(_ answers: [HashedAnswer], difference: Duration) async throws {
        let columns = AnswerColumns(answers.map(\.answer.answer))
        try await translatingErrors {
            _ = try await owner.query(
                """
                SELECT hashdrop.import_answers($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                    $15, $16, $17, $18)
                """,
                [
                    .int(SharedSchema.version),
                    .intArray(answers.map { ($0.answer.askedAt + difference).sharedMilliseconds }),
                    .bytesArray(answers.map(\.hash.bytes)), .intArray(columns.flags),
                ] + columns.values)
        }
    }

    private func exportAnswers(
        after hash: FileHash?, difference: Duration
    ) async throws -> [HashedAnswer] {
        let now = clock.now.wall
        return try await translatingErrors {
            let rows = try await owner.query(
                "SELECT * FROM hashdrop.export_answers($1, $2, $3, $4)",
                [
                    .int(SharedSchema.version), .int((now + difference).sharedMilliseconds),
                    .bytes(hash?.bytes ?? []), .int(Self.answersAtOnce),
                ])
            return try rows.compactMap { row in
                try row.answer(now: now).map { HashedAnswer(hash: $0.hash, answer: $0.answer) }
            }
        }
    }

    /// How far the server's clock is ahead of this machine's, in whole seconds: what is asked again finds the
    /// same number, and so the same times.
    private func clockDifference() async throws -> Duration {
        try await translatingErrors {
            let rows = try await owner.query("SELECT hashdrop.now() AS now")
            guard let server = try rows.first?.get("now", .int) else {
                throw PostgreSQLError.misuse("no time was given")
            }
            let milliseconds = server - clock.now.wall.sharedMilliseconds
            return .seconds((Double(milliseconds) / 1_000).rounded())
        }
    }
}
