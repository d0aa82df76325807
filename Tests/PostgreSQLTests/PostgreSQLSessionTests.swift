import PostgreSQL
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct PostgreSQLSessionTests {
    private struct Oops: Error {}

    private func makeCounter() async throws -> (address: String, client: PostgreSQLClient) {
        let server = try await PostgreSQLServer.shared()
        let address = server.socketAddress(try await server.makeDatabase())
        let client = try makeClient(address)
        try await client.withSession {
            try await $0.run(script: "CREATE TABLE counter (n int8 NOT NULL); INSERT INTO counter VALUES (0)")
        }
        return (address, client)
    }

    private func add(_ client: PostgreSQLClient) async throws {
        try await client.withSession { session in
            _ = try await session.query("BEGIN")
            let row = try #require(try await session.query("SELECT n FROM counter FOR UPDATE").first)
            _ = try await session.query("UPDATE counter SET n = $1", [.int(try row.get("n", .int) + 1)])
            _ = try await session.query("COMMIT")
        }
    }

    private func count(_ client: PostgreSQLClient) async throws -> Int {
        try await client.value("SELECT n AS value FROM counter", [], .int)
    }

    @Test func sessionsOfOneClientDoNotMix() async throws {
        let (_, client) = try await makeCounter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await add(client) } }
            try await group.waitForAll()
        }
        #expect(try await count(client) == 20)
    }

    @Test func twoClientsWorkAtOnce() async throws {
        let (address, client) = try await makeCounter()
        let other = try makeClient(address)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in [client, other] {
                for _ in 0..<20 { group.addTask { try await add(client) } }
            }
            try await group.waitForAll()
        }
        #expect(try await count(client) == 40)
        #expect(try await count(other) == 40)
    }

    @Test func whatIsNotCommittedIsRolledBack() async throws {
        let (_, client) = try await makeCounter()
        await #expect(throws: Oops.self) {
            try await client.withSession { session in
                _ = try await session.query("BEGIN")
                _ = try await session.query("UPDATE counter SET n = 7")
                throw Oops()
            }
        }
        #expect(try await count(client) == 0)
        // A transaction that the server has given up is ended too.
        try await client.withSession { session in
            _ = try await session.query("BEGIN")
            _ = await failure { try await session.query("SELECT 1/0") }
        }
        _ = try await client.query("BEGIN")
        #expect(try await count(client) == 0)
    }

    @Test func sessionThatHasEndedIsOfNoUse() async throws {
        let (_, client) = try await makeCounter()
        let kept = try await client.withSession { $0 }
        guard case .misuse = await failure(of: { try await kept.query("SELECT 1") }) else {
            Issue.record("it works")
            return
        }
    }

    @Test func cancelledWaitForATurnSendsNothing() async throws {
        let (_, client) = try await makeCounter()
        try await client.withSession { session in
            let waiting = Task {
                await failure { try await client.query("UPDATE counter SET n = 9") }
            }
            waiting.cancel()
            #expect(await waiting.value == .cancelled)
            _ = try await session.query("SELECT 1")
        }
        #expect(try await count(client) == 0)
    }

    @Test func sessionEndsWithItsConnection() async throws {
        let (address, client) = try await makeCounter()
        let other = try makeClient(address)
        try await client.withSession { session in
            _ = try await session.query("BEGIN")
            let row = try #require(
                try await session.query("UPDATE counter SET n = 5 RETURNING pg_backend_pid() AS id").first)
            _ = try await other.query(
                "SELECT pg_terminate_backend($1::int4)", [.text("\(try row.get("id", .int))")])
            // None of them may run on a new connection, where each would be a transaction of its own.
            for _ in 0..<3 {
                let error = await failure { try await session.query("UPDATE counter SET n = 6") }
                #expect(error?.isUnreachable == true, "\(String(describing: error))")
            }
        }
        #expect(try await count(client) == 0)
    }
}
