import Foundation
import Model
import TestSupport
import Testing
import Web

/// The recipe for nginx, `config/nginx.conf`, as operators copy it: a real nginx before the page.
@Suite(.limited(.server))
struct ProxyRecipeTests {
    private static let host = "hashdrop.example.org"

    private static let options = WebFixture.options {
        $0.publicHosts = [host]
        $0.trustedProxies = ["127.0.0.1"]
    }

    @Test func overTheRecipesTLSALoginWorksAndAForgedAddressIsNotBelieved() async throws {
        let certificate = try await TestCertificate()
        try await WebFixture.listening(Self.options) { site, page in
            try await NginxFixture.recipe(page: page.port, certificate) { http, https in
                try await redirects(port: http)
                // Another address than nginx's own, which is a trusted one.
                let client = RawClient(port: https, isTLS: true, source: "127.0.0.2")
                let cookies = try await logIn(client)
                let jobs = try await client.send("GET", "/jobs", host: Self.host, cookies: cookies)
                #expect(jobs.status == 200 && jobs.body.contains("\(site.alicesJob.id)"))
                let logins = site.log.lines.filter { $0.contains("Logged in.") }
                #expect(logins.count == 1 && logins[0].contains("address=127.0.0.2"), "\(logins)")
                let foreign = try await client.send("GET", "/login", host: "evil.example")
                #expect(foreign.status == 421)
            }
        }
    }

    private func redirects(port: Int) async throws {
        let plain = try await RawClient(port: port).send("GET", "/jobs?page=2", host: Self.host)
        #expect(plain.status == 301)
        #expect(plain["location"] == "https://\(Self.host)/jobs?page=2")
    }

    /// Logs in with headers that a client forges.
    private func logIn(_ client: RawClient) async throws -> [String: String] {
        let forged = [
            "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http", "Sec-Fetch-Site": "same-origin",
            "Origin": "https://\(Self.host)",
        ]
        let form = try await client.send("GET", "/login", host: Self.host, headers: forged)
        #expect(form.status == 200)
        #expect(form["strict-transport-security"] == "max-age=31536000")
        let answer = try await client.send(
            "POST", "/login", host: Self.host, headers: forged, cookies: form.cookies,
            body: WebFixture.form("alice", WebFixture.password, token: form.formToken))
        #expect(answer.status == 303)
        for line in (form.headers["set-cookie"] ?? []) + (answer.headers["set-cookie"] ?? []) {
            #expect(line.hasPrefix("__Host-hashdrop-") && line.contains("; Secure"), "\(line)")
        }
        return answer.cookies
    }
}
