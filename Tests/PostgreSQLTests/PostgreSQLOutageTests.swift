import Foundation
import PostgreSQL
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct PostgreSQLOutageTests {
    /// Nil for an error that is not of the connection.
    private func mayHaveRun(_ error: PostgreSQLError?) -> Bool? {
        guard case .unreachable(_, let mayHaveRun) = error else { return nil }
        return mayHaveRun
    }

    @Test func serverThatIsRestartedIsUsedAgain() async throws {
        let server = try await PostgreSQLServer.start()
        let client = try makeClient(server.socketAddress("postgres"))
        #expect(try await client.value("SELECT 1 AS value", [], .int) == 1)

        try await server.stop()
        try await eventually("the client knows") {
            // The first may have been sent before the end was seen.
            mayHaveRun(await failure { try await client.query("SELECT 1") }) == false
        }
        #expect(mayHaveRun(await failure { try await client.query("SELECT 1") }) == false)

        try await server.start()
        try await eventually("the client works again") {
            (try? await client.value("SELECT 1 AS value", [], .int)) == 1
        }
        try await server.stop()
    }

    @Test func immediateStopEndsWhatIsUnderWay() async throws {
        let server = try await PostgreSQLServer.start()
        let client = try makeClient(server.socketAddress("postgres"))
        let other = try makeClient(server.socketAddress("postgres"))
        async let error = failure {
            try await client.query("SELECT pg_sleep($1) /* the stop's test */", [.double(600)])
        }
        try await eventually("it runs") {
            try await other.value(
                """
                SELECT count(*) AS value FROM pg_stat_activity
                WHERE query LIKE '%the stop''s test%' AND state = 'active' AND pid <> pg_backend_pid()
                """, [], .int) == 1
        }
        try await server.stop(.immediate)
        let ended = await error
        #expect(mayHaveRun(ended) == true)

        try await server.start()
        try await eventually("both clients work again") {
            let answers = [
                try? await client.value("SELECT 1 AS value", [], .int),
                try? await other.value("SELECT 2 AS value", [], .int),
            ]
            return answers == [1, 2]
        }
        try await server.stop()
    }

    @Test func linkThatIsCutRunsIntoTheLimits() async throws {
        let server = try await PostgreSQLServer.shared()
        let relay = try LoopbackRelay(to: server.port)
        let address = server.address(try await server.makeDatabase(), port: relay.port)
        let client = try makeClient(address, password: PostgreSQLServer.password) {
            $0.connectLimit = .seconds(5)
            $0.statementLimit = .seconds(5)
        }
        try await eventually("the client works") {
            (try? await client.value("SELECT 1 AS value", [], .int)) == 1
        }

        relay.cut()
        #expect(await failure { try await client.query("SELECT 2") } == .timedOut(after: .seconds(5)))
        let error = await failure { try await client.query("SELECT 2") }
        #expect(mayHaveRun(error) == false, "\(String(describing: error))")
        #expect(error.map { "\($0)".contains("no connection within") } == true)

        relay.mend()
        try await eventually("the client works again") {
            (try? await client.value("SELECT 3 AS value", [], .int)) == 3
        }
        // Not released before.
        withExtendedLifetime(relay) {}
    }

    @Test func afterAFailureOthersDoNotWaitForOneEach() async throws {
        let nowhere = try LoopbackRelay(to: 1)
        let client = try makeClient("postgres://127.0.0.1:\(nowhere.port)/h") {
            $0.retryPause = .seconds(3_600)
        }
        let first = await failure { try await client.query("SELECT 1") }
        #expect(first?.isUnreachable == true)
        #expect(await failure { try await client.query("SELECT 1") } == first)
        #expect(first?.isRetryable == true)
    }

    @Test func wrongPasswordIsSaidWithoutIt() async throws {
        let server = try await PostgreSQLServer.shared()
        let client = try makeClient(server.address("postgres"), password: "s3cr3t")
        let error = await failure { try await client.query("SELECT 1") }
        #expect(error.map { "\($0)".contains("password authentication failed") } == true)
        #expect(!String(describing: error).contains("s3cr3t"))

        let right = try makeClient(server.address("postgres"), password: PostgreSQLServer.password)
        #expect(try await right.value("SELECT 1 AS value", [], .int) == 1)
    }

    /// A password that is put right is taken with the next connection.
    @Test func eachConnectionAsksForThePasswordOfTheMoment() async throws {
        struct NoPassword: Error, CustomStringConvertible { let description = "the file is empty" }
        let server = try await PostgreSQLServer.shared()
        let database = try await server.makeDatabase()
        let password = Exchangeable<String?>("wrong")
        let text = server.address(database)
        var options = PostgreSQLOptions()
        options.retryPause = .milliseconds(1)
        let client = try PostgreSQLClient(
            address: try PostgreSQLAddress(text, password: "wrong"),
            renewed: {
                guard let password = password.value else { throw NoPassword() }
                return try PostgreSQLAddress(text, password: password)
            }, options: options)
        func refusal() async throws -> String {
            "\(try #require(await failure { try await client.query("SELECT 1") }))"
        }
        #expect(try await refusal().contains("authentication failed"))
        password.value = nil
        try await eventually("the reason is the file's") {
            try await refusal().contains("the file is empty")
        }
        password.value = PostgreSQLServer.password
        try await eventually("the client works") {
            (try? await client.value("SELECT 1 AS value", [], .int)) == 1
        }
    }
}
