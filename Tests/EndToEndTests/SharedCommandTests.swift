import Foundation
import Model
import TestSupport
import Testing

/// `hashdrop shared …` with a real PostgreSQL server.
@Suite(.limited(.daemon))
struct SharedCommandTests {
    private struct Overview: Decodable {
        struct Site: Decodable {
            var name: String
            var isThisSite: Bool
            var silentSeconds, openHashes: Int
            var today, thisMonth, inFlight: Int
        }

        struct Quota: Decodable {
            var used, limit: Int
        }

        var database, site: String
        var minute, day, month: Quota
        var keptForSlices: Int
        var sites: [Site]
    }

    private static let password = "a site's password"

    /// Makes the daemon a site, by a role whose password stands in a file.
    private func join(_ place: DaemonFixture, _ server: PostgreSQLServer, _ database: String, role: String) {
        try? Data("\(Self.password)\n".utf8).write(to: place.folder.url.appending(path: "password"))
        place.environment["HASHDROP_SHARED_DATABASE"] =
            "postgres://\(role)@127.0.0.1:\(server.port)/\(database)"
        place.environment["HASHDROP_SHARED_PASSWORD_FILE"] = place.folder.path("password")
        place.environment["HASHDROP_SHARED_SITE"] = "here"
    }

    @Test func aSiteIsAdmittedServesAndIsSeen() async throws {
        let server = try await PostgreSQLServer.shared()
        let database = try await server.makeDatabase()
        let owner = server.socketAddress(database)
        let role = "site-\(database)"
        try await DaemonFixture.with { place, _ in
            let first = try await place.hashdrop(
                "shared", "init", "--database", owner, "--site", role, "--site-password-stdin",
                input: "\(Self.password)\n")
            #expect(first.exitCode == 0, "\(first.errors)")
            #expect(first.output.contains("now has hashdrop's tables of version "), "\(first.output)")
            #expect(first.output.contains("Made the role \(role) with its password"), "\(first.output)")
            #expect(first.output.hasSuffix("Sites' roles: \(role).\n"), "\(first.output)")
            let again = try await place.hashdrop("shared", "init", "--database", owner, "--site", role)
            #expect(again.exitCode == 0, "\(again.errors)")
            #expect(again.output.contains(" has hashdrop's tables"), "\(again.output)")
            #expect(again.output.contains("was there and keeps its password"), "\(again.output)")

            join(place, server, database, role: role)
            let before = try await place.hashdrop("shared", "status")
            #expect(before.exitCode == 78 && before.errors.contains("has no site 'here'"), "\(before.errors)")
            try await place.serve()
            try Data("\(Samples.hash(90_101).hexadecimal)\n".utf8)
                .write(to: place.folder.url.appending(path: "list.src"))
            _ = try await place.shell("mv list.src spool/alice/list.txt")
            _ = try await place.finished("list.txt")

            let status = try await place.hashdrop("shared", "status")
            #expect(status.exitCode == 0, "\(status.errors)")
            #expect(status.output.contains("1 (no limit) today"), "\(status.output)")
            #expect(status.output.contains("  here (this one): seen "), "\(status.output)")
            let json = try await place.hashdrop("shared", "status", "--json").output
            #expect(json.contains("\"pause\" : null"), "\(json)")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let overview = try decoder.decode(Overview.self, from: Data(json.utf8))
            #expect(overview.site == "here" && overview.database.hasSuffix("/\(database)"))
            #expect((overview.day.used, overview.month.used) == (1, 1))
            let site = try #require(overview.sites.first)
            #expect(site.isThisSite && site.name == "here" && overview.sites.count == 1)
            #expect((site.today, site.thisMonth, site.inFlight) == (1, 1, 0))

            let runs = try await server.run("SELECT run FROM hashdrop.site", in: database)
            #expect(runs == "1\n", "the status begins no run")
        }
    }

    @Test func aDaemonMovesInAndOutWhileItIsStopped() async throws {
        let server = try await PostgreSQLServer.shared()
        let database = try await server.makeDatabase()
        let owner = server.socketAddress(database)
        let role = "mover-\(database)"
        try await DaemonFixture.with { place, _ in
            let alone = try await place.hashdrop("shared", "migrate", "--to", "postgres", "--database", owner)
            #expect(alone.exitCode == 78, "\(alone.errors)")
            _ = try await place.hashdrop(
                "shared", "init", "--database", owner, "--site", role, "--site-password-stdin",
                input: "\(Self.password)\n")
            join(place, server, database, role: role)
            try await place.serve()
            let running = try await place.hashdrop("shared", "migrate", "--to", "sqlite", "--database", owner)
            #expect(running.exitCode == 69, "\(running.errors)")
            try await place.stop()
            // The site's own role may not.
            let refused = try await place.hashdrop("shared", "migrate", "--to", "postgres")
            #expect(refused.exitCode == 77 && refused.errors.contains("--database"), "\(refused.errors)")
            let into = try await place.hashdrop("shared", "migrate", "--to", "postgres", "--database", owner)
            #expect(into.exitCode == 0 && into.output.contains(" 0 answers "), "\(into.output)\(into.errors)")

            try await server.run(
                """
                INSERT INTO hashdrop.site (name, role, ledger_id, run, seen_at)
                    SELECT 'there', role, ledger_id, 1, hashdrop.now() FROM hashdrop.site;
                INSERT INTO hashdrop.request_day (ledger_id, day, site_id, requests)
                    SELECT ledger_id, hashdrop.day_of(hashdrop.now()), id, 7 FROM hashdrop.site
                    WHERE name = 'there';
                INSERT INTO hashdrop.answer (hash, asked_at)
                    VALUES (decode(repeat('ab', 32), 'hex'), hashdrop.now() - 60000);
                """, in: database)
            let early = try await place.hashdrop("shared", "migrate", "--to", "sqlite", "--database", owner)
            #expect(early.exitCode == 75 && early.errors.contains("there"), "\(early.errors)")
            try await server.run(
                "UPDATE hashdrop.site SET seen_at = seen_at - 100000 WHERE name = 'there'", in: database)
            for _ in 0..<2 {
                let out = try await place.hashdrop("shared", "migrate", "--to", "sqlite", "--database", owner)
                #expect(out.exitCode == 0 && out.output.contains(" 1 answer "), "\(out.output)\(out.errors)")
            }
            let cache = try await place.hashdrop("cache", "stats")
            #expect(cache.output.contains("1, 1 of them unknown"), "\(cache.output)")
            let status = try await place.hashdrop("status")
            #expect(status.output.contains("7 (no limit) today"), "\(status.output)")
        }
    }

    @Test func whatCannotBeDoneIsSaidAndChangesNothing() async throws {
        let server = try await PostgreSQLServer.shared()
        let database = try await server.makeDatabase()
        let owner = server.socketAddress(database)
        let role = "stranger-\(database)"
        try await server.run(
            "CREATE ROLE \"\(role)\" LOGIN PASSWORD '\(Self.password.replacing("'", with: "''"))'",
            in: database)
        try await DaemonFixture.with { place, _ in
            let mistakes: [[String]] = [
                [], ["--password-file", "password"], ["--database", "mysql://a@localhost/b"],
                ["--database", "postgres://a@db.example.org/b?sslmode=require"],
                ["--database", owner, "--site", ""], ["--database", owner, "--site", "a", "--site", "a"],
                ["--database", owner, "--site", "a", "--site-password-file", "missing"],
                ["--database", owner, "--site-password-file", "missing"],
            ]
            for arguments in mistakes {
                let refused = try await Program.run(
                    place.program, ["shared", "init"] + arguments, environment: place.environment,
                    in: place.folder)
                #expect(refused.exitCode == 64, "\(arguments): \(refused.errors)")
            }
            let short = try await place.hashdrop(
                "shared", "init", "--database", owner, "--site", "a", "--site-password-stdin", input: "x\n")
            #expect(short.exitCode == 64, "\(short.errors)")
            let alone = try await place.hashdrop("shared", "status")
            #expect(alone.exitCode == 78 && alone.errors.contains("shared.database"), "\(alone.errors)")

            join(place, server, database, role: role)
            let noSchema = try await place.hashdrop("shared", "status")
            #expect(noSchema.exitCode == 78, "\(noSchema.errors)")
            #expect(noSchema.errors.contains("hashdrop shared init"), "\(noSchema.errors)")
            // The role of a site, or of none, makes nothing.
            let stranger = try await place.hashdrop("shared", "init")
            #expect(stranger.exitCode == 77 && stranger.errors.contains("--database"), "\(stranger.errors)")
            place.environment["HASHDROP_SHARED_DATABASE"] = "postgres://a@127.0.0.1:1/b"
            let away = try await place.hashdrop("shared", "status")
            #expect(away.exitCode == 69, "\(away.errors)")
            let schemas = try await server.run(
                "SELECT count(*) FROM pg_namespace WHERE nspname = 'hashdrop'", in: database)
            #expect(schemas == "0\n")
        }
    }
}
