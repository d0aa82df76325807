import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// The page under wapiti, an independent scanner of web pages, over TLS through nginx: `make test-full`.
@Suite(.limited(.daemon))
struct ScannerTests {
    private static let password = "correct horse battery"
    /// Everything that needs no list from the network and no server outside. Not `ldap`: it takes two
    /// pages that differ for an injection, and these differ with the clock, the free disk space and the
    /// seconds to wait.
    private static let modules = [
        "backup", "cookieflags", "crlf", "csp", "csrf", "exec", "file", "htaccess", "http_headers",
        "https_redirect", "methods", "permanentxss", "redirect", "shellshock", "sql", "timesql",
        "upload", "xss",
    ]

    @Test(.enabled(if: Full.isOn)) func aScannerFindsNothingNeitherLoggedInNorNot() async throws {
        try await DaemonFixture.with(settings: [
            "HASHDROP_WEB_LISTEN": "127.0.0.1:0", "HASHDROP_WEB_TRUSTED_PROXIES": "127.0.0.1",
        ]) { place, _ in
            _ = try await place.hashdrop(
                "user", "add", "alice", "--administrator", "--password-stdin", input: Self.password)
            try await place.serve()
            try Data(Samples.hash(1).hexadecimal.utf8).write(to: place.drop.appending(path: "list.txt"))
            _ = try await place.finished("list.txt")
            let port = try #require(URL(string: try await place.pageAddress())?.port)
            let folder = TemporaryFolder()
            let certificate = try await TestCertificate()
            try await NginxFixture.recipe(page: port, certificate) { _, https in
                let page = "https://127.0.0.1:\(https)/"
                // The form, and the pages that it leads to; style sheet and script are no pages.
                try await scan(page, cookie: nil, pagesMin: 2, folder)
                try await scan(page, cookie: try await session(port: https), pagesMin: 6, folder)
            }
        }
    }

    private func session(port: Int) async throws -> String {
        let client = RawClient(port: port, isTLS: true)
        let headers = ["Origin": "null", "Sec-Fetch-Site": "same-origin"]
        let form = try await client.send("GET", "/login", headers: headers)
        let password = Self.password.replacing(" ", with: "+")
        let answer = try await client.send(
            "POST", "/login", headers: headers, cookies: form.cookies,
            body: "user=alice&password=\(password)&token=\(form.formToken ?? "")")
        let session = try #require(answer.cookies.first { $0.key.hasSuffix("hashdrop-session") })
        return "\(session.key)=\(session.value)"
    }

    private func scan(
        _ page: String, cookie: String?, pagesMin: Int, _ folder: TemporaryFolder
    ) async throws {
        let report = folder.path("wapiti-\(cookie == nil ? "anonymous" : "user").json")
        var arguments = [
            "--url", page, "--module", Self.modules.joined(separator: ","), "--flush-session",
            "--store-session", folder.path("sessions"), "--no-bugreport", "--max-scan-time", "120",
            "--max-attack-time", "60", "--format", "json", "--output", report, "--verbose", "0",
            "--exclude", page + "logout",
            // As if a page of ours sent the forms, or all attacks would end at the first door.
            "--header", "Sec-Fetch-Site: same-origin",
        ]
        if let cookie { arguments += ["--cookie-value", cookie] }
        let ended = try await Program.run(Self.wapiti, arguments, in: folder)
        let found = try JSONDecoder().decode(
            Findings.self, from: try Data(contentsOf: URL(filePath: report)))
        #expect(ended.exitCode == 0, "\(ended.errors)")
        // A scan that saw nothing has found nothing.
        #expect(found.infos.crawledPages >= pagesMin)
        for (kind, findings) in found.vulnerabilities.merging(found.anomalies, uniquingKeysWith: +) {
            for finding in findings where finding.level > 0 {
                Issue.record("\(kind): \(finding.info) (\(finding.method) \(finding.path))")
            }
        }
    }

    /// Lies beside the Python that the tests are given.
    private static var wapiti: String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python =
            ProcessInfo.processInfo.environment["HASHDROP_PYTHON"]
            ?? root.appending(path: ".venv/bin/python").path(percentEncoded: false)
        return URL(filePath: python).deletingLastPathComponent().appending(path: "wapiti")
            .path(percentEncoded: false)
    }

    /// wapiti's report.
    private struct Findings: Decodable {
        struct Finding: Decodable {
            var method: String
            var path: String
            var info: String
            /// 0 informational, 1 low … 4 critical.
            var level: Int
        }

        struct Infos: Decodable {
            var crawledPages: Int
            enum CodingKeys: String, CodingKey { case crawledPages = "crawled_pages_nbr" }
        }

        var vulnerabilities: [String: [Finding]]
        var anomalies: [String: [Finding]]
        var infos: Infos
    }
}
