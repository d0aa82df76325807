import PostgreSQL
import Support
import Testing

@Suite struct PostgreSQLAddressTests {
    private struct Case: Sendable {
        var text: String
        var endpoint: String
        var isProtected: Bool
    }

    private static let cases = [
        Case(
            text: "postgres://site@db.example.org/hashdrop", endpoint: "db.example.org:5432/hashdrop",
            isProtected: true),
        Case(
            text: "postgresql://site@db.example.org:6000/hashdrop?sslmode=require",
            endpoint: "db.example.org:6000/hashdrop", isProtected: false),
        Case(
            text: "postgres://db.example.org/hashdrop?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            endpoint: "db.example.org:5432/hashdrop", isProtected: true),
        Case(text: "postgres:///hashdrop", endpoint: "/var/run/postgresql:5432/hashdrop", isProtected: true),
        Case(text: "postgres://u@%2Frun%2Fpg/h", endpoint: "/run/pg:5432/h", isProtected: true),
        Case(
            text: "postgres://127.8.9.10/h?sslmode=disable", endpoint: "127.8.9.10:5432/h", isProtected: true),
        Case(text: "postgres://[::1]:7/h?sslmode=disable", endpoint: "[::1]:7/h", isProtected: true),
        Case(text: "postgres://[fd00::1]/h?sslmode=prefer", endpoint: "[fd00::1]:5432/h", isProtected: false),
        Case(text: "postgres://a:1,b:2/h", endpoint: "a:1,b:2/h", isProtected: true),
        Case(
            text: "postgres://localhost,b/h?sslmode=allow", endpoint: "localhost:5432,b:5432/h",
            isProtected: false),
        // The name says this machine, the number does not.
        Case(
            text: "postgres://localhost/h?hostaddr=192.0.2.1&sslmode=disable",
            endpoint: "localhost:5432/h", isProtected: false),
        Case(
            text: "postgres:///h?hostaddr=192.0.2.1&sslmode=disable", endpoint: "192.0.2.1:5432/h",
            isProtected: false),
        // A number of this machine, and the name for the certificate.
        Case(
            text: "postgres://db.example.org/h?hostaddr=127.0.0.1&sslmode=disable",
            endpoint: "db.example.org:5432/h", isProtected: false),
        Case(
            text: "postgres://127.0.0.example/h?sslmode=disable", endpoint: "127.0.0.example:5432/h",
            isProtected: false),
    ]

    @Test func endpointAndProtectionFollowFromTheURL() throws {
        for entry in Self.cases {
            let address = try PostgreSQLAddress(entry.text)
            #expect(address.endpoint == entry.endpoint, "\(entry.text)")
            #expect(address.isProtected == entry.isProtected, "\(entry.text)")
        }
    }

    @Test func passwordIsNeverShown() throws {
        let secret = "s3cr3t"
        let addresses = [
            try PostgreSQLAddress("postgres://site:\(secret)@db.example.org/h"),
            try PostgreSQLAddress("postgres://site@db.example.org/h?password=\(secret)"),
            try PostgreSQLAddress("postgres://site@db.example.org/h", password: secret),
            try PostgreSQLAddress("postgres://db.example.org/h?sslkey=/k&sslpassword=\(secret)"),
        ]
        for address in addresses {
            var dumped = ""
            dump(address, to: &dumped)
            for text in ["\(address)", String(reflecting: address), dumped, address.endpoint] {
                #expect(!text.contains(secret))
            }
        }
    }

    @Test(arguments: [
        "db.example.org/hashdrop", "host=db.example.org dbname=hashdrop", "mysql://db.example.org/h", "",
        "postgres://db.example.org", "postgres://db.example.org/", "postgres://db.example.org/h?service=x",
        "postgres://db.example.org/h?sslmod=require", "postgres://[::1/h", "postgres://db/h\0",
        "postgres://site:s3cr3t@[::1/h", "postgres://site:s3cr3t%zz@db.example.org/h",
        "postgres://site:s3cr3t@db.example.org/h?sslmode", "postgres://db/h?password=s3cr3t%00&x",
        "postgres://site:a\"s3cr3t@[::1/h",
    ])
    func whatIsNoAddressIsRefusedWithAdvice(_ text: String) throws {
        let error = try #require(throws: PostgreSQLError.self) { try PostgreSQLAddress(text) }
        guard case .address(let explanation) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(explanation.advice?.contains("postgres://") == true)
        #expect(!explanation.text.contains("s3cr3t"), "\(explanation)")
    }

    @Test func refusalNamesTheUnknownParameter() throws {
        let error = try #require(throws: PostgreSQLError.self) {
            try PostgreSQLAddress("postgres://db.example.org/h?sslmod=require")
        }
        #expect("\(error)".contains("sslmod"), "\(error)")
    }
}
