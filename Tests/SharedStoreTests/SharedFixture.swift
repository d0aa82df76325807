import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// A shared database on a real server. Its clock stands still until the test moves it, unless it is real.
struct SharedFixture {
    let server: PostgreSQLServer
    let database: String
    let owner: PostgreSQLClient
    /// Of the sites; moved on together with the server's.
    let clock = ManualClock()

    /// - Parameters:
    ///   - server: nil for the one that tests share.
    ///   - hasRealClock: whether the server's own clock counts.
    init(on server: PostgreSQLServer? = nil, hasRealClock: Bool = false) async throws {
        if let server { self.server = server } else { self.server = try await PostgreSQLServer.shared() }
        database = try await self.server.makeDatabase()
        owner = try Self.client(self.server.socketAddress(database))
        try await SharedSchema.migrate(owner)
        guard !hasRealClock else { return }
        try await self.server.run(
            """
            CREATE TABLE public.clock (time bigint NOT NULL);
            INSERT INTO public.clock VALUES (\(Int(Samples.now.timeIntervalSince1970) * 1_000));
            CREATE OR REPLACE FUNCTION hashdrop.now() RETURNS bigint LANGUAGE sql VOLATILE
                AS 'SELECT time FROM public.clock';
            """, in: database)
    }

    static func client(_ address: String, password: String? = nil) throws -> PostgreSQLClient {
        var options = PostgreSQLOptions()
        // For a busy machine.
        options.connectLimit = .seconds(120)
        options.statementLimit = .seconds(120)
        options.retryPause = .milliseconds(1)
        return try PostgreSQLClient(
            address: try PostgreSQLAddress(address, password: password), options: options)
    }

    static let endpoint = "https://virustotal.test/api/v3"

    /// A daemon on a connection of its own, with the owner's role.
    func site(
        _ name: String, key: UInt8 = 1, endpoint: String = Self.endpoint, limits: QuotaLimits = QuotaLimits(),
        clock: (any ServiceClock)? = nil
    ) throws -> SharedDatabase {
        SharedDatabase(
            client: try Self.client(server.socketAddress(database)), site: name,
            keyHash: { [UInt8](repeating: key, count: 32) }, endpoint: endpoint, limits: limits,
            clock: clock ?? self.clock)
    }

    func advance(by duration: Duration) async throws {
        clock.advance(by: duration)
        _ = try await owner.query(
            "UPDATE public.clock SET time = time + $1", [.int(Int(duration / .milliseconds(1)))])
    }

    /// The one number of a statement, which names it `value`.
    func number(_ sql: String) async throws -> Int {
        try #require(try await owner.query(sql).first).get("value", .int)
    }
}

/// Wishes for invented files of these numbers.
func wishes(
    _ numbers: some Sequence<Int>, user: String = "alice", age: Duration = .seconds(86_400)
) -> [SharedWish] {
    numbers.map {
        SharedWish(hash: Samples.hash($0), user: Samples.user(user), known: age, unknown: age)
    }
}

extension SharedDatabase {
    /// Reserves the files, and returns the tickets of those that may be sent, by number.
    func tickets(_ numbers: some Collection<Int>, age: Duration = .seconds(86_400)) async throws -> [Int:
        Int64]
    {
        let grants = try await reserve(wishes(numbers, age: age))
        var tickets: [Int: Int64] = [:]
        for (number, grant) in zip(numbers, grants) {
            if case .send(let ticket) = grant { tickets[number] = ticket }
        }
        return tickets
    }

    /// Records that VirusTotal knows none of these files.
    func recordUnknown(_ tickets: [Int: Int64], at reading: ClockReading) async throws {
        try await record(
            tickets.map {
                SharedEnding(
                    ticket: $0.value, hash: Samples.hash($0.key), outcome: "404", answer: .unknown,
                    endedAt: reading)
            })
    }

    /// What becomes of the wish for one file.
    func grant(_ number: Int, age: Duration = .seconds(86_400)) async throws -> SharedGrant {
        try #require(try await reserve(wishes([number], age: age)).first)
    }
}

func failure<Value>(of body: () async throws -> Value) async -> SharedError? {
    await #expect(throws: SharedError.self) { _ = try await body() }
}
