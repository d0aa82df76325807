import Foundation
package import Model
package import PostgreSQL
import Store
package import Support

/// What the sites of a key do and have spent, for a command beside a site's daemon: unlike `SharedDatabase`
/// it begins no run, so that what the daemon has under way stays its own.
///
/// Throws `SharedError`; `forgotten` is also that of a site whose daemon has never begun.
package struct SharedOverview: Sendable {
    private let client: PostgreSQLClient
    private let site: String

    /// - Parameters:
    ///   - client: has the site's own role.
    ///   - site: by it the key is known whose sites they are.
    package init(client: PostgreSQLClient, site: String) {
        self.client = client
        self.site = site
    }

    /// The sites of the key, by name.
    package func sites() async throws -> [SiteStatus] {
        try await translatingErrors {
            try await client.withSession { try await Self.sites(site, in: $0) }
        }
    }

    /// What all of them together have spent.
    package func spending() async throws -> SharedSpending {
        try await translatingErrors {
            try await client.withSession { try await Self.spending(site, in: $0) }
        }
    }

    /// What the shared database says of itself; of the sites only if this one has begun.
    package func outlook(clock: any ServiceClock = SystemClock()) async throws -> SharedOutlook {
        var outlook = try await translatingErrors {
            try await client.withSession { session in
                // The first question waits for the connection too.
                _ = try await Self.ask(in: session)
                let before = clock.now
                let told = try await Self.ask(in: session)
                let roundTrip = clock.now.monotonic - before.monotonic
                let began = Int((before.wall.timeIntervalSince1970 * 1_000).rounded())
                let middle = Duration.milliseconds(began) + roundTrip / 2
                return SharedOutlook(
                    endpoint: told.endpoint, clockAhead: told.time - middle, roundTrip: roundTrip)
            }
        }
        do {
            outlook.sites = try await sites()
            outlook.spending = try await spending()
        } catch SharedError.forgotten {}
        return outlook
    }

    private static func ask(
        in session: PostgreSQLSession
    ) async throws(PostgreSQLError) -> (time: Duration, endpoint: String?) {
        let rows = try await session.query(
            "SELECT * FROM hashdrop.outlook($1)", [.int(SharedSchema.version)])
        guard let row = rows.first else { throw .misuse("no outlook was given") }
        return (.milliseconds(try row.get("server_time", .int)), try row.optional("endpoint", .text))
    }

    static func sites(
        _ site: String, in session: PostgreSQLSession
    ) async throws(PostgreSQLError) -> [SiteStatus] {
        let rows = try await session.query(
            "SELECT * FROM hashdrop.sites($1, $2)", [.int(SharedSchema.version), .text(site)])
        var sites: [SiteStatus] = []
        for row in rows { sites.append(try SiteStatus(row)) }
        return sites
    }

    static func spending(
        _ site: String, in session: PostgreSQLSession
    ) async throws(PostgreSQLError) -> SharedSpending {
        let rows = try await session.query(
            "SELECT * FROM hashdrop.spending($1, $2)", [.int(SharedSchema.version), .text(site)])
        guard let row = rows.first else { throw .misuse("no spending was given") }
        return try SharedSpending(row)
    }
}

/// What the shared database says of itself.
package struct SharedOutlook: Hashable, Sendable {
    /// Where its answers come from; nil if it has none and nothing was asked yet.
    package var endpoint: String?
    /// How far its server's clock is ahead of this machine's, give or take half of `roundTrip`.
    package var clockAhead: Duration
    package var roundTrip: Duration
    /// Nil for a site that has not begun, and so is `spending`.
    package var sites: [SiteStatus]?
    package var spending: SharedSpending?
}

extension SiteStatus {
    fileprivate init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        self.init(
            name: try row.get("name", .text), silence: .milliseconds(try row.get("silence", .int)),
            today: try row.get("today", .int), thisMonth: try row.get("this_month", .int),
            requestsInFlight: try row.get("under_way", .int), openHashes: try row.get("open", .int))
        let limits = try row.get("limits", .intArray)
        guard limits.count == 3 else { return }
        self.limits = QuotaLimits(
            requestsPerMinuteLimit: limits[0], requestsPerDayLimit: limits[1],
            requestsPerMonthLimit: limits[2])
    }
}

extension SharedSpending {
    fileprivate init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        var ages: [Duration] = []
        for age in try row.get("ages", .intArray) { ages.append(.milliseconds(age)) }
        self.init(
            quota: QuotaSpending(
                lastMinute: ages, today: try row.get("today", .int),
                thisMonth: try row.get("this_month", .int)),
            keptForSlices: try row.get("kept", .int))
        if let left = try row.optional("pause", .int) {
            pause = SharedPause(left: .milliseconds(left), reason: try row.get("pause_reason", .text))
        }
    }
}
