import PostgreSQL
import TestSupport
import Testing

/// Names lead to 127.0.0.1 by `hostaddr`, so that no name server is asked.
@Suite(.limited(.daemon)) struct PostgreSQLTLSTests {
    private func client(
        _ host: String, _ parameters: String
    ) async throws -> (PostgreSQLClient, PostgreSQLServer) {
        let server = try await PostgreSQLServer.shared()
        let address = server.address("postgres", host: host, parameters: "hostaddr=127.0.0.1&\(parameters)")
        return (try makeClient(address, password: PostgreSQLServer.password), server)
    }

    @Test func serverThatProvesItsNameIsUsed() async throws {
        let authority = try await PostgreSQLServer.shared().authorityFile
        let (client, _) = try await client(PostgreSQLServer.certifiedHost, "sslrootcert=\(authority)")
        #expect(client.address.isProtected)
        let rows = try await client.query(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        #expect(try rows.first?.get("ssl", .bool) == true)
        #expect(try rows.first?.get("version", .text).hasPrefix("TLSv1.") == true)
    }

    @Test func otherNameIsRefused() async throws {
        let authority = try await PostgreSQLServer.shared().authorityFile
        let (client, _) = try await client("other.hashdrop.test", "sslrootcert=\(authority)")
        let error = await failure { try await client.query("SELECT 1") }
        #expect(error?.isUnreachable == true)
        #expect(
            error.map { "\($0)".contains("does not match host name") } == true, "\(String(describing: error))"
        )
    }

    @Test func unknownAuthorityIsRefused() async throws {
        let stranger = try await PostgreSQLServer.shared().strangerFile
        let (client, _) = try await client(PostgreSQLServer.certifiedHost, "sslrootcert=\(stranger)")
        let error = await failure { try await client.query("SELECT 1") }
        #expect(error?.isUnreachable == true)
        #expect(
            error.map { "\($0)".contains("certificate verify failed") } == true,
            "\(String(describing: error))")
    }
}
