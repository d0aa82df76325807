import Foundation
import Reporting
import Simulator
import TestSupport
import Testing

extension RecipeTests {
    /// config/nginx.conf and config/Caddyfile before the page of a real daemon: a user logs in over TLS and
    /// reads a report.
    struct Proxies {
        private static let host = "hashdrop.example.org"
        private static let password = "correct horse battery"

        private func with(_ body: (DaemonFixture, _ page: Int) async throws -> Void) async throws {
            try await DaemonFixture.with(settings: [
                "HASHDROP_WEB_LISTEN": "127.0.0.1:0", "HASHDROP_WEB_PUBLIC_HOSTS": Self.host,
                "HASHDROP_WEB_TRUSTED_PROXIES": "127.0.0.1",
            ]) { place, _ in
                for user in ["alice", "bob"] {
                    _ = try await place.hashdrop(
                        "user", "add", user, "--password-stdin", input: Self.password)
                }
                try await place.serve()
                let page = try await place.pageAddress()
                try await body(place, try #require(URL(string: page)?.port))
            }
        }

        @Test func aReportIsReadThroughNginx() async throws {
            let certificate = try await TestCertificate()
            try await with { place, page in
                try await NginxFixture.recipe(page: page, certificate) { http, https in
                    try await read(place, http: http, https: https)
                }
            }
        }

        @Test(.enabled(if: Full.isOn && Machine.has("/usr/bin/caddy"), "needs Caddy: make test-full"))
        func aReportIsReadThroughCaddy() async throws {
            let certificate = try await TestCertificate()
            try await with { place, page in
                let (http, https) = (try freePort(), try freePort())
                let folder = TemporaryFolder()
                // The name stands in the comment too.
                let own = try replacing(
                    in: file("Caddyfile"),
                    [
                        "\nhashdrop.example.org {\n": """

                        {
                            admin off
                            default_bind 127.0.0.1
                            default_sni hashdrop.example.org
                            http_port \(http)
                            https_port \(https)
                        }
                        hashdrop.example.org {
                            tls \(certificate.chainFile) \(certificate.keyFile)

                        """,
                        "reverse_proxy 127.0.0.1:8080": "reverse_proxy 127.0.0.1:\(page)",
                    ])
                try Data(own.utf8).write(to: folder.url.appending(path: "Caddyfile"))
                let log = TemporaryFolder()
                let caddy = try Program.start(
                    "/usr/bin/caddy", ["run", "--config", folder.path("Caddyfile")],
                    environment: ["HOME": folder.path(""), "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""],
                    in: folder, log: log)
                try await eventually("Caddy answers, or ends") {
                    let client = RawClient(port: https, isTLS: true)
                    let answer = try? await client.send("GET", "/login", host: Self.host)
                    return answer?.status == 200 || !caddy.isRunning
                }
                #expect(caddy.isRunning, "\((try? Program.text(log, "errors")) ?? "")")
                try await read(place, http: http, https: https)
                caddy.send(SIGTERM)
                try await caddy.end()
            }
        }

        private func read(_ place: DaemonFixture, http: Int, https: Int) async throws {
            try Data(list(0).utf8).write(to: place.drop.appending(path: "list.txt"))
            let report = try await place.finished("list.txt")
            let plain = try await RawClient(port: http).send("GET", "/jobs?page=2", host: Self.host)
            #expect([301, 308].contains(plain.status))
            let target = plain["location"] ?? ""
            #expect(target.hasPrefix("https://\(Self.host)") && target.hasSuffix("/jobs?page=2"), "\(target)")
            // Another address than the proxy's own, which is a trusted one.
            let client = RawClient(port: https, isTLS: true, source: "127.0.0.2")
            let cookies = try await logIn(client, as: "alice")
            try await eventually("the login is logged with the client's own address") {
                try place.daemonLog().split(separator: "\n").contains {
                    $0.contains("Logged in.") && $0.contains("address=127.0.0.2")
                }
            }
            #expect(try !place.daemonLog().contains("203.0.113.7"))
            let job = try #require(report.status?.id)
            let path = "/jobs/\(job)/report.csv"
            let table = try await client.send("GET", path, host: Self.host, cookies: cookies)
            #expect(try table.status == 200 && table.body == report.text("report.csv"), "\(table)")
            // A page comes as it is (below), a report compressed by hashdrop to a browser that asks for it.
            let packed = try await client.send(
                "GET", "/jobs/\(job)/report.html", host: Self.host, headers: ["Accept-Encoding": "gzip"],
                cookies: cookies)
            #expect(packed.status == 200 && packed["content-encoding"] == "gzip")
            #expect(packed.bytes.starts(with: [0x1F, 0x8B]))
            let others = try await logIn(client, as: "bob")
            #expect(try await client.send("GET", path, host: Self.host, cookies: others).status == 404)
            #expect(try await client.send("GET", path, host: Self.host).status != 200)
            // Nothing of the page is there under another name.
            let foreign = try await client.send("GET", "/login", host: "evil.example")
            #expect(!foreign.body.contains("password"))
        }

        /// Logs in with headers that a client forges, and asks for compression.
        private func logIn(_ client: RawClient, as user: String) async throws -> [String: String] {
            let forged = [
                "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http",
                "Sec-Fetch-Site": "same-origin", "Origin": "https://\(Self.host)",
                "Accept-Encoding": "gzip",
            ]
            let form = try await client.send("GET", "/login", host: Self.host, headers: forged)
            #expect(form.status == 200 && form["content-encoding"] == nil)
            #expect(form["strict-transport-security"] == "max-age=31536000")
            let password = Self.password.replacing(" ", with: "%20")
            let answer = try await client.send(
                "POST", "/login", host: Self.host, headers: forged, cookies: form.cookies,
                body: "user=\(user)&password=\(password)&token=\(form.formToken ?? "")")
            #expect(answer.status == 303)
            for line in answer.headers["set-cookie"] ?? [] {
                #expect(line.hasPrefix("__Host-hashdrop-") && line.contains("; Secure"), "\(line)")
            }
            return answer.cookies
        }
    }
}
