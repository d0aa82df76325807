package import Model
import PostgreSQL
package import Store
import Support

extension SharedDatabase {
    /// Records how requests ended: ledger, flights, answers and the pause of all sites, in one transaction.
    ///
    /// The same endings may be recorded again after an error: nothing is doubled by it.
    package func record(_ endings: [SharedEnding]) async throws {
        guard !endings.isEmpty else { return }
        let columns = AnswerColumns(endings)
        try await asking { session, _ in
            let now = clock.now
            let ages = endings.map { max(0, (now.monotonic - $0.endedAt.monotonic).milliseconds) }
            _ = try await session.query(
                """
                SELECT hashdrop.record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                    $17, $18, $19, $20, $21, $22)
                """,
                [
                    .int(SharedSchema.version), .text(site), .intArray(endings.map { Int($0.ticket) }),
                    .bytesArray(endings.map(\.hash.bytes)), .textArray(endings.map(\.outcome)),
                    .intArray(columns.flags), .intArray(ages),
                    .intArray(endings.map(\.pause.milliseconds)),
                ] + columns.values)
        }
    }

    /// The fresh answers to some hashes, asked in statements of 1,000. Their times are by this site's clock.
    package func answers(
        to hashes: [FileHash], ages: CacheAges
    ) async throws -> [FileHash: LookupAnswer] {
        var found: [FileHash: LookupAnswer] = [:]
        var rest = hashes[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.hashesAtOnce)
            rest = rest.dropFirst(some.count)
            for (hash, answer) in try await answers(toSome: some, ages) {
                found[hash] = answer
            }
        }
        return found
    }

    private static let hashesAtOnce = 1_000

    /// Forgets some of the answers that were asked longer ago, of at least two days: the cache is that of all
    /// sites.
    ///
    /// - Returns: whether there may be more.
    package func forgetAnswers(olderThan age: Duration) async throws -> Bool {
        try await asking { session, _ in
            let rows = try await session.query(
                "SELECT hashdrop.forget($1, $2, $3) AS forgotten",
                [.int(SharedSchema.version), .text(site), .int(age.milliseconds)])
            return try rows.first?.get("forgotten", .int) ?? 0 > 0
        }
    }

    private func answers(
        toSome hashes: ArraySlice<FileHash>, _ ages: CacheAges
    ) async throws -> [(FileHash, LookupAnswer)] {
        try await asking { session, _ in
            let rows = try await session.query(
                "SELECT * FROM hashdrop.answers($1, $2, $3, $4::text::hashdrop.ages)",
                [
                    .int(SharedSchema.version), .text(site), .bytesArray(hashes.map(\.bytes)),
                    .text(ages.sharedText),
                ])
            let now = clock.now.wall
            return try rows.compactMap { try $0.answer(now: now) }
        }
    }
}
