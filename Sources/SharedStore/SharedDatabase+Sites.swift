package import Model
import PostgreSQL
import Support

extension SharedDatabase {
    /// Gives a sign of life, and says what the site's users would ask now; every few seconds, because it
    /// counts for 15 s.
    ///
    /// A site that does not send at present, whatever its reason, has no demand: others would wait for it.
    package func heartbeat(_ demand: [UserName: SharedDemand]) async throws {
        let demand = demand.sorted { $0.key < $1.key }
        try await asking { session, run in
            _ = try await session.query(
                "SELECT hashdrop.heartbeat($1, $2, $3, $4, $5, $6, $7, $8)",
                [
                    .int(SharedSchema.version), .text(site), .int(run), .int(done),
                    .intArray([
                        limits.requestsPerMinuteLimit, limits.requestsPerDayLimit,
                        limits.requestsPerMonthLimit,
                    ]),
                    .textArray(demand.map(\.key.description)), .intArray(demand.map(\.value.open)),
                    .intArray(demand.map(\.value.weight)),
                ])
        }
    }

    /// What all sites together have spent.
    package func spending() async throws -> SharedSpending {
        try await asking { session, _ in try await SharedOverview.spending(site, in: session) }
    }

    /// The sites of the key, by name.
    package func sites() async throws -> [SiteStatus] {
        try await asking { session, _ in try await SharedOverview.sites(site, in: session) }
    }

    /// Spends requests in advance, to be sent while the shared database is away.
    ///
    /// The slice is the share of the day's limit for its time, and the share of each minute; it ends ten
    /// minutes before the UTC day. What is not sent of it is spent all the same, unless it is given back.
    ///
    /// - Parameters:
    ///   - share: of the key's limits, above 0 and up to 1.
    ///   - duration: how long it is good for at most.
    /// - Returns: nil if there is nothing to be had.
    package func takeSlice(share: Double, goodFor duration: Duration) async throws -> SharedSlice? {
        precondition(share > 0 && share <= 1, "a share is above 0 and up to 1")
        return try await asking { session, run in
            let epoch = sliceEpoch
            let call = beginCall()
            let began = clock.now.monotonic
            let rows = try await session.query(
                "SELECT * FROM hashdrop.take_slice($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                [
                    .int(SharedSchema.version), .text(site), .int(run), .int(call.number),
                    .int(call.done), .double(share), .int(duration.milliseconds),
                    .int(call.limits.requestsPerMinuteLimit), .int(call.limits.requestsPerDayLimit),
                    .int(call.limits.requestsPerMonthLimit),
                ])
            guard let row = rows.first, let id = try row.optional("id", .int) else { return nil }
            // One that has spent nothing leaves no trace there.
            endCall(call.number)
            return SharedSlice(
                id: Int64(id), epoch: epoch, requests: try row.get("requests", .int),
                requestsPerMinuteLimit: try row.get("per_minute", .int),
                goodUntil: began + .milliseconds(try row.get("valid", .int)))
        }
    }

    package func giveBack(_ rests: [SliceRest]) async throws {
        guard !rests.isEmpty else { return }
        try await asking { session, run in
            _ = try await session.query(
                "SELECT hashdrop.give_back($1, $2, $3, $4, $5)",
                [
                    .int(SharedSchema.version), .text(site), .int(run),
                    .intArray(rests.map { Int($0.slice.id) }), .intArray(rests.map(\.sent)),
                ])
        }
    }
}
