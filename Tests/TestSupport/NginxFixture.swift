import Foundation
import Glibc

/// Real nginx (Debian's package) of a test's own, in front of a server of the test.
///
/// It runs in the foreground, as one process, below a temporary folder; the system's nginx and its
/// configuration are not touched.
package final class NginxFixture {
    /// The ports that its configuration listens on, in the order in which they were asked for.
    package let ports: [Int]
    private let process: ChildProcess
    private let folder: TemporaryFolder

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let program = "/usr/sbin/nginx"
    private static let attemptsMax = 5

    /// Runs `body` with an nginx that is gone afterwards.
    ///
    /// - Parameters:
    ///   - ports: how many it needs.
    ///   - servers: its `server` blocks, given the ports.
    package static func with(
        ports: Int = 1, servers: ([Int]) throws -> String, _ body: (NginxFixture) async throws -> Void
    ) async throws {
        let nginx = try await start(ports: ports, servers: servers)
        do {
            try await body(nginx)
        } catch {
            try await nginx.stop()
            throw error
        }
        try await nginx.stop()
    }

    /// Free ports can be taken by another program before nginx has them: then it is tried again with others.
    private static func start(
        ports count: Int, servers: ([Int]) throws -> String
    ) async throws -> NginxFixture {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(description: "there is no \(program): `make test` installs it")
        }
        var complaint = ""
        for _ in 0..<attemptsMax {
            let nginx = try NginxFixture(ports: freePorts(count), servers: servers)
            if try await nginx.listens() { return nginx }
            complaint = nginx.log
            guard complaint.contains("Address already in use") else { break }
        }
        throw Failure(description: "nginx does not start: \(complaint)")
    }

    /// Held until all of them are known, or the second might be the first.
    private static func freePorts(_ count: Int) -> [Int] {
        let held = (0..<count).map { _ in FreePort() }
        return held.map(\.number)
    }

    private init(ports: [Int], servers: ([Int]) throws -> String) throws {
        self.ports = ports
        folder = TemporaryFolder()
        let configuration = """
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log nginx.log;
            events {}
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                \(try servers(ports))
            }

            """
        try Data(configuration.utf8).write(to: folder.url.appending(path: "nginx.conf"))
        process = try ChildProcess(
            Self.program, ["-p", folder.path(""), "-c", "nginx.conf", "-e", "nginx.log"],
            output: .nullDevice, errors: .nullDevice)
    }

    deinit { process.send(SIGTERM) }

    /// Whether it listens; false if it has ended instead. It writes its process id down when it has all its
    /// ports.
    private func listens() async throws -> Bool {
        try await eventually("nginx listens, or ends: \(log)") {
            let pid = try? String(contentsOfFile: self.folder.path("nginx.pid"), encoding: .utf8)
            if pid?.hasSuffix("\n") == true { return true }
            return self.process.isRunning ? nil : false
        }
    }

    private var log: String {
        (try? String(contentsOfFile: folder.path("nginx.log"), encoding: .utf8)) ?? ""
    }

    private func stop() async throws {
        process.send(SIGTERM)
        try await process.end()
    }
}

extension NginxFixture {
    /// nginx with HTTP/2 and TLS, as VirusTotal's front end has them, in front of a plain HTTP server.
    package static func frontEnd(
        of address: String, _ certificate: TestCertificate,
        _ body: (_ address: String) async throws -> Void
    ) async throws {
        try await with { ports in
            """
            server {
                listen 127.0.0.1:\(ports[0]) ssl http2;
                ssl_certificate \(certificate.chainFile);
                ssl_certificate_key \(certificate.keyFile);
                location / {
                    proxy_pass \(address);
                    proxy_http_version 1.1;
                }
            }
            """
        } _: { nginx in
            try await body("https://127.0.0.1:\(nginx.ports[0])")
        }
    }

    /// nginx by hashdrop's own recipe, `config/nginx.conf`, in front of the page at `port`. The recipe is
    /// taken as it is, but for the ports, the certificate's files and the address of the page.
    ///
    /// - Parameter body: is given the ports for http and for https.
    package static func recipe(
        page port: Int, _ certificate: TestCertificate,
        _ body: (_ http: Int, _ https: Int) async throws -> Void
    ) async throws {
        let recipe = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "config/nginx.conf")
        let text = try String(contentsOf: recipe, encoding: .utf8)
        try await with(ports: 2) { ports in
            try replacing(
                in: text,
                [
                    "listen 80;": "listen 127.0.0.1:\(ports[0]);",
                    "listen 443 ssl http2;": "listen 127.0.0.1:\(ports[1]) ssl http2;",
                    "ssl_certificate /etc/ssl/hashdrop/fullchain.pem;":
                        "ssl_certificate \(certificate.chainFile);",
                    "ssl_certificate_key /etc/ssl/hashdrop/privkey.pem;":
                        "ssl_certificate_key \(certificate.keyFile);",
                    "proxy_pass http://127.0.0.1:8080;": "proxy_pass http://127.0.0.1:\(port);",
                ])
        } _: { nginx in
            try await body(nginx.ports[0], nginx.ports[1])
        }
    }

    /// Each of the texts is there once, or the recipe and its test have drifted apart.
    private static func replacing(in text: String, _ replacements: [String: String]) throws -> String {
        try replacements.reduce(text) { text, pair in
            let parts = text.components(separatedBy: pair.key)
            guard parts.count == 2 else {
                throw Failure(description: "the recipe has '\(pair.key)' \(parts.count - 1) times")
            }
            return parts.joined(separator: pair.value)
        }
    }
}
