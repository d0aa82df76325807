import Foundation
package import Model
package import PostgreSQL
package import SharedStore
package import Support

/// A shared database on a real server. Its clock stands still until the test moves it, unless it is real.
package struct SharedFixture: Sendable {
    package let server: PostgreSQLServer
    package let database: String
    package let owner: PostgreSQLClient
    /// Of the sites; moved on together with the server's.
    package let clock: ManualClock
    /// What the server's clock showed when the sites' began, in milliseconds since 1970.
    private let start: Int

    /// - Parameters:
    ///   - server: nil for the one that tests share.
    ///   - hasRealClock: whether the server's own clock counts.
    package init(
        on server: PostgreSQLServer? = nil, clock: ManualClock = ManualClock(), hasRealClock: Bool = false
    ) async throws {
        if let server { self.server = server } else { self.server = try await PostgreSQLServer.shared() }
        self.clock = clock
        start =
            Int((clock.trueTime.timeIntervalSince1970 * 1_000).rounded())
            - Int(clock.passed.wholeMilliseconds)
        database = try await self.server.makeDatabase()
        owner = try Self.client(self.server.socketAddress(database))
        try await SharedSchema.migrate(owner)
        guard !hasRealClock else { return }
        try await self.server.run(
            """
            CREATE TABLE public.clock (time bigint NOT NULL);
            INSERT INTO public.clock VALUES (\(start + Int(clock.passed.wholeMilliseconds)));
            CREATE OR REPLACE FUNCTION hashdrop.now() RETURNS bigint LANGUAGE sql VOLATILE
                AS 'SELECT time FROM public.clock';
            """, in: database)
    }

    package static func client(_ address: String, password: String? = nil) throws -> PostgreSQLClient {
        var options = PostgreSQLOptions()
        // For a busy machine.
        options.connectLimit = .seconds(120)
        options.statementLimit = .seconds(120)
        options.retryPause = .milliseconds(1)
        return try PostgreSQLClient(
            address: try PostgreSQLAddress(address, password: password), options: options)
    }

    package static let endpoint = "https://virustotal.test/api/v3"

    /// A daemon on a connection of its own, with the owner's role.
    package func site(
        _ name: String, key: UInt8 = 1, endpoint: String = Self.endpoint, limits: QuotaLimits = QuotaLimits(),
        localRequests: @escaping @Sendable () throws -> LocalRequests = { LocalRequests() },
        clock: (any ServiceClock)? = nil
    ) throws -> SharedDatabase {
        SharedDatabase(
            client: try Self.client(server.socketAddress(database)), site: name,
            keyHash: { [UInt8](repeating: key, count: 32) }, endpoint: endpoint, limits: limits,
            localRequests: localRequests, clock: clock ?? self.clock)
    }

    package func advance(by duration: Duration) async throws {
        clock.advance(by: duration)
        try await followClock()
    }

    /// Moves the server's clock on to where the sites' is. It does not follow steps of the sites' wall clock.
    package func followClock() async throws {
        _ = try await owner.query(
            "UPDATE public.clock SET time = $1", [.int(start + Int(clock.passed.wholeMilliseconds))])
    }
}
