import PostgreSQL
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct PostgreSQLStatementTests {
    @Test func refusalOfTheServerIsTyped() async throws {
        let client = try await makeClient()
        try await client.withSession { try await $0.run(script: "CREATE TABLE file (hash text UNIQUE)") }
        #expect(await client.refusal("SELECT 1/0")?.sqlState == "22012")
        #expect(await client.refusal("SELECT oops")?.sqlState == "42703")
        #expect(await client.refusal("SELECT 1; SELECT 2")?.sqlState == "42601")
        #expect(await client.refusal("SELECT $1", [.text("a\0b")])?.sqlState == "22021")
        _ = try await client.query("INSERT INTO file VALUES ($1)", [.text("a")])
        let duplicate = await client.refusal("INSERT INTO file VALUES ($1)", [.text("a")])
        #expect(duplicate?.sqlState == "23505")
        #expect(duplicate?.detail?.contains("already exists") == true)
        #expect(duplicate?.isRetryable == false)
        let raised = await client.refusal("SELECT pg_catalog.set_config('lock_timeout', 'soon', false)")
        #expect(raised?.sqlState == "22023")
        #expect(try await client.value("SELECT 1 AS value", .int) == 1)
    }

    @Test func changedRowsAreCounted() async throws {
        let client = try await makeClient()
        #expect(try await client.query("CREATE TABLE file (number int8)").isEmpty)
        let numbers = PostgreSQLValue.intArray(Array(1...1_000))
        let added = try await client.query("INSERT INTO file SELECT unnest($1)", [numbers])
        #expect(added.changedCount == 1_000)
        #expect(try await client.query("DELETE FROM file WHERE number > $1", [.int(999)]).changedCount == 1)
    }

    @Test func preparedStatementOutlivesAChangeOfItsTable() async throws {
        let client = try await makeClient()
        try await client.withSession {
            try await $0.run(script: "CREATE TABLE file (a int8); INSERT INTO file VALUES (1)")
        }
        #expect(try await client.query("SELECT * FROM file").first?.get("a", .int) == 1)
        _ = try await client.query("ALTER TABLE file ADD b int8 DEFAULT 2")
        // "cached plan must not change result type": the server says it once.
        #expect(await client.refusal("SELECT * FROM file")?.sqlState == "0A000")
        #expect(try await client.query("SELECT * FROM file").first?.get("b", .int) == 2)
    }

    @Test func moreStatementsThanAreKeptPreparedWork() async throws {
        let client = try await makeClient()
        for number in 0..<300 {
            #expect(try await client.value("SELECT \(number) AS value", .int) == number)
        }
        let prepared = try await client.value("SELECT count(*) AS value FROM pg_prepared_statements", .int)
        #expect(prepared == 256)
    }

    @Test func statementEndsWithItsLimitAndIsGoneFromTheServer() async throws {
        let client = try await makeClient { $0.statementLimit = .seconds(1) }
        let error = await failure {
            try await client.query("SELECT pg_sleep($1) /* the limit's test */", [.double(600)])
        }
        #expect(error == .timedOut(after: .seconds(1)))
        #expect(error?.mayHaveRun == true)
        let other = try await makeClient()
        try await eventually("the server has broken it off") {
            try await other.value(
                """
                SELECT count(*) AS value FROM pg_stat_activity
                WHERE query LIKE '%the limit''s test%' AND state = 'active' AND pid <> pg_backend_pid()
                """, .int) == 0
        }
        try await eventually("the client works again") {
            (try? await client.value("SELECT 1 AS value", .int)) == 1
        }
    }

    @Test func copyIsNotSupportedAndHarmless() async throws {
        let client = try await makeClient()
        let error = await failure { try await client.query("COPY (SELECT 1) TO STDOUT") }
        #expect(error?.isUnreachable == true)
        #expect(try await client.value("SELECT 1 AS value", .int) == 1)
    }

    @Test func closedClientSaysSo() async throws {
        let client = try await makeClient()
        #expect(try await client.value("SELECT 1 AS value", .int) == 1)
        await client.close()
        #expect(await failure { try await client.query("SELECT 1") } == .closed)
        await client.close()
        for await event in client.notifications { Issue.record("\(event)") }
    }

    @Test func closeBreaksOffWhatIsUnderWay() async throws {
        let client = try await makeClient()
        let other = try await makeClient()
        async let error = failure {
            try await client.query("SELECT pg_sleep($1) /* the close's test */", [.double(600)])
        }
        try await eventually("it runs") {
            try await other.value(
                """
                SELECT count(*) AS value FROM pg_stat_activity
                WHERE query LIKE '%the close''s test%' AND state = 'active' AND pid <> pg_backend_pid()
                """, .int) == 1
        }
        await client.close()
        let ended = await error
        #expect(ended == .closed)
    }
}

extension PostgreSQLClient {
    fileprivate func value<Value>(
        _ sql: String, _ type: PostgreSQLType<Value>
    ) async throws -> Value {
        try await value(sql, [], type)
    }
}
