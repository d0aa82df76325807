import Foundation
import Model
import PostgreSQL
import SharedStore
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.daemon)) struct SharedSchemaTests {
    @Test func migratingAgainDoesNothing() async throws {
        let fixture = try await SharedFixture()
        #expect(try await !SharedSchema.migrate(fixture.owner))
    }

    @Test func ofManyWhoMigrateOneDoes() async throws {
        let server = try await PostgreSQLServer.shared()
        let address = server.socketAddress(try await server.makeDatabase())
        let migrated = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { try await SharedSchema.migrate(try SharedFixture.client(address)) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(migrated == 1)
    }

    @Test func schemaOfAnotherVersionIsSaid() async throws {
        let fixture = try await SharedFixture()
        let site = try fixture.site("a")
        try await site.closeEarlierRun()
        for (version, error) in [
            (SharedSchema.version + 1, SharedError.newerSchema(version: nil)),
            (SharedSchema.version - 1, .olderSchema),
        ] {
            _ = try await fixture.owner.query(
                "UPDATE hashdrop.meta SET value = $1 WHERE key = 'version'", [.text("\(version)")])
            #expect(await failure { try await site.reserve(wishes(1...1)) } == error)
            #expect(await failure { try await site.spending() } == error)
            #expect(await failure { try await fixture.site("b").closeEarlierRun() } == error)
        }
        _ = try await fixture.owner.query("UPDATE hashdrop.meta SET value = '7' WHERE key = 'version'")
        let error = await failure { try await SharedSchema.migrate(fixture.owner) }
        #expect(error == .newerSchema(version: 7))
        #expect(error.map { "\($0)".contains("version 7") } == true)
    }

    @Test func databaseWithoutSchemaIsSaid() async throws {
        let fixture = try await SharedFixture()
        try await fixture.server.run("DROP SCHEMA hashdrop CASCADE", in: fixture.database)
        #expect(await failure { try await fixture.site("a").closeEarlierRun() } == .noSchema)
    }

    @Test func firstAnswersEndpointIsEveryones() async throws {
        let fixture = try await SharedFixture()
        let first = try fixture.site("a", endpoint: "https://first.test")
        try await first.closeEarlierRun()
        // Nothing has come from there yet.
        let site = try fixture.site("b", endpoint: "https://second.test")
        _ = try await site.tickets(1...1)
        let error = await failure {
            try await fixture.site("c", endpoint: "https://third.test").closeEarlierRun()
        }
        // The first has to begin anew, and learns of it.
        #expect(await failure { try await first.reserve(wishes(2...2)) } == .forgotten)
        guard case .wrongEndpoint = await failure(of: { try await first.reserve(wishes(2...2)) }) else {
            Issue.record("two endpoints are asked")
            return
        }
        guard case .wrongEndpoint(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("https://second.test") && reason.contains("https://third.test"))
        try await fixture.site("c", endpoint: "https://second.test").closeEarlierRun()
    }

    // MARK: Roles

    /// A site with a role of its own. Roles are of the whole server, hence the database's name in it.
    private func makeSite(
        _ name: String, role: String, in fixture: SharedFixture
    ) async throws -> SharedDatabase {
        let address = "postgres://\(role)@127.0.0.1:\(fixture.server.port)/\(fixture.database)"
        return SharedDatabase(
            client: try SharedFixture.client(address, password: "s3cr3t"), site: name,
            keyHash: { [UInt8](repeating: 1, count: 32) }, endpoint: SharedFixture.endpoint,
            limits: QuotaLimits(), clock: fixture.clock)
    }

    @Test func roleOfASiteUsesTheFunctionsAndNothingElse() async throws {
        let fixture = try await SharedFixture()
        let role = "a-site of \(fixture.database)".replacing(" ", with: "_")
        #expect(try await SharedSchema.addSite(role: role, password: "s3cr3t", by: fixture.owner))
        #expect(try await !SharedSchema.addSite(role: role, password: "another", by: fixture.owner))
        #expect(try await SharedSchema.siteRoles(fixture.owner) == [role])

        let site = try await makeSite("a", role: role, in: fixture)
        try await site.heartbeat([Samples.user(): SharedDemand(open: 3, weight: 1)])
        try await site.recordUnknown(try await site.tickets(1...2), at: fixture.clock.now)
        #expect(
            try await site.answers(to: [Samples.hash(1)], ages: .upTo(.seconds(9))).count == 1
        )
        #expect(try await site.spending().quota.today == 2)
        #expect(try await site.sites().map(\.name) == ["a"])
        #expect(try await site.takeSlice(share: 0.5, goodFor: .seconds(3_600)) != nil)

        let tables = try await fixture.owner.query(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'hashdrop'::regnamespace AND relkind IN ('r', 'S')
            """
        ).map { try $0.get("relname", .text) }
        #expect(tables.count > 10)
        let functions = try await fixture.owner.query(
            """
            SELECT oid::regprocedure::text AS name FROM pg_proc
            WHERE pronamespace = 'hashdrop'::regnamespace AND NOT prosecdef
                AND has_function_privilege($1, oid, 'EXECUTE')
            """, [.text(role)])
        #expect(functions.isEmpty, "no inner function")
        for table in tables {
            for statement in [
                "SELECT * FROM hashdrop.\(table)", "DELETE FROM hashdrop.\(table)",
                "INSERT INTO hashdrop.\(table) DEFAULT VALUES", "DROP TABLE hashdrop.\(table)",
            ] {
                let error = await #expect(throws: PostgreSQLError.self) {
                    try await site.client.query(statement)
                }
                guard case .server = error else {
                    Issue.record("\(statement): \(String(describing: error))")
                    continue
                }
            }
        }
        #expect(try await fixture.number("SELECT count(*) AS value FROM hashdrop.request") == 2)
    }

    @Test func anyOtherRoleMayDoNothing() async throws {
        let fixture = try await SharedFixture()
        let role = "other_\(fixture.database)"
        try await fixture.server.run("CREATE ROLE \(role) LOGIN PASSWORD 's3cr3t'", in: fixture.database)
        let site = try await makeSite("a", role: role, in: fixture)
        #expect(await failure { try await site.closeEarlierRun() } == .notAdmitted)
    }

    @Test func siteBelongsToTheRoleThatHasBegunIt() async throws {
        let fixture = try await SharedFixture()
        try await fixture.site("a").closeEarlierRun()
        let role = "thief_\(fixture.database)"
        try await SharedSchema.addSite(role: role, password: "s3cr3t", by: fixture.owner)
        let thief = try await makeSite("a", role: role, in: fixture)
        guard case .foreignSite = await failure(of: { try await thief.reserve(wishes(1...1)) }) else {
            Issue.record("it has begun")
            return
        }
        #expect(try await fixture.number("SELECT run AS value FROM hashdrop.site WHERE name = 'a'") == 1)
    }
}
