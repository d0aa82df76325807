import Foundation
import Model
import Reporting
import Store
import Support
import TestSupport
import Testing
import Web

/// What depends on the client's connection, and the security headers.
@Suite(.limited(.server))
struct TransportTests {
    @Test func besideTheProxyNoClientIsAnsweredInTheClear() async throws {
        // Another spelling of 127.0.0.1, which the page takes for an address of the network.
        let options = WebFixture.options {
            $0.address = ListenAddress("127.1:0")!
            $0.publicHosts = [Self.host]
            $0.trustedProxies = ["192.0.2.9"]
        }
        let secure = ["X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"]
        let site = try await WebFixture.make(options)
        func answer(_ headers: [String: String], peer: String) async throws -> HTTPAnswer {
            try await site.client.send("GET", "/login", host: Self.host, headers: headers, peer: peer)
        }
        for headers in [[:], ["X-Forwarded-Proto": "http"]] {
            let answer = try await answer(headers, peer: "192.0.2.9")
            #expect(answer.status == 403 && !answer.body.contains("<form"))
        }
        let form = try await answer(secure, peer: "192.0.2.9")
        #expect(form.status == 200 && form.body.contains("<form"))
        let direct = try await answer(secure, peer: "203.0.113.7")
        #expect(direct.status == 403, "only a trusted proxy can say that there is TLS")
        #expect(site.log.lines.contains { $0.contains("without TLS was rejected") })
    }

    private static let host = "hashdrop.example.org"

    @Test func aBrowserComesBackOverTLSUnlessTheHostIsItsOwnMachine() async throws {
        let site = try await WebFixture.make(WebFixture.options { $0.trustedProxies = ["127.0.0.1"] })
        for (host, scheme, policy) in [
            ("127.0.0.1", "https", "max-age=31536000"), ("localhost", "https", nil),
            ("127.0.0.1", "http", nil),
        ] {
            let form = try await site.client.send(
                "GET", "/login", host: host, headers: ["X-Forwarded-Proto": scheme])
            #expect(form.status == 200 && form["strict-transport-security"] == policy)
        }
    }

    private static let today = ReportContentPolicy(styles: ["'sha256-style'"], scripts: ["'sha256-script'"])

    @Test func everyAnswerCarriesItsHeaders() async throws {
        let site = try await WebFixture.make(WebFixture.options { $0.reports = Self.today })
        let alice = try await site.session("alice")
        let pages = ["/login", "/jobs", "/jobs/\(site.alicesJob.id)", "/nothing"]
        let files = ["report.html", "status.json", "input"].map { "/jobs/\(site.alicesJob.id)/\($0)" }
        for path in pages + files + ["/style.css", "/page.js"] {
            let answer = try await site.client.send(
                "GET", path, cookies: path == "/login" ? [:] : alice)
            #expect(answer["x-content-type-options"] == "nosniff")
            #expect(answer["referrer-policy"] == "no-referrer")
            #expect(answer["x-frame-options"] == "DENY")
            #expect(answer["cross-origin-opener-policy"] == "same-origin")
            #expect(answer["cross-origin-resource-policy"] == "same-origin")
            #expect(
                answer["permissions-policy"]
                    == "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
            #expect(answer["server"] == nil)
            let isAsset = ["/style.css", "/page.js"].contains(path)
            #expect(
                answer["cache-control"] == (isAsset ? "public, max-age=31536000, immutable" : "no-store"))
        }
    }

    @Test func eachKindOfAnswerHasItsPolicy() async throws {
        let page = [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src data:",
            "form-action 'self'",
            "base-uri 'none'", "frame-ancestors 'none'",
        ]
        let report = [
            "default-src 'none'", "style-src 'sha256-style'", "script-src 'sha256-script'", "img-src data:",
            "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'",
        ]
        let data = ["default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "sandbox"]
        let asset = ["default-src 'none'", "frame-ancestors 'none'"]
        let site = try await WebFixture.make(WebFixture.options { $0.reports = Self.today })
        let alice = try await site.session("alice")
        let job = "/jobs/\(site.alicesJob.id)"
        for (path, policy) in [
            ("/jobs", page), (job, page), ("/operations", page), (job + "/report.html", report),
            (job + "/status.json", data), (job + "/input", data), ("/style.css", asset),
        ] {
            let answer = try await site.client.send("GET", path, cookies: alice)
            let directives = answer["content-security-policy"]?.components(separatedBy: "; ")
            #expect(directives == policy, "\(path)")
        }
    }

    @Test func reportsOfEarlierVersionsGoOnFiltering() async throws {
        let before = WebFixture.options {
            $0.reports = .init(styles: ["'sha256-old'"], scripts: ["'sha256-older'"])
        }
        let site = try await WebFixture.make(before)
        let now = site.clock.now.wall + 1
        let kept = try await site.store {
            try $0.reportDigests.remember(["'sha256-script'"], .script, at: now)
        }
        #expect(kept == ["'sha256-script'", "'sha256-older'"], "the newest first")
        let styles = try await site.store { try $0.reportDigests.remember([], .style, at: now) }
        #expect(styles == ["'sha256-old'"])
        let many = (0..<100).map { "'sha256-\($0)'" }
        let latest = try await site.store { try $0.reportDigests.remember(many, .script, at: now + 1) }
        #expect(latest.count == 64 && latest.allSatisfy { many.contains($0) })
    }

    @Test func whatIsDroppedIsNeverShownByABrowser() async throws {
        let site = try await WebFixture.make()
        let alice = try await site.session("alice")
        let dropped = try await site.client.send(
            "GET", "/jobs/\(site.alicesJob.id)/input", cookies: alice)
        #expect(dropped["content-type"] == "application/octet-stream")
        #expect(
            dropped["content-disposition"]
                == "attachment; filename=\"\(site.alicesJob.droppedName.pathComponent)\"")
    }

    @Test func anAnswerSaysWhenItWasMade() async throws {
        try await WebFixture.listening { site, client in
            let answer = try await client.send("GET", "/login")
            #expect(answer.status == 200)
            #expect(answer.headers["date"] == [UTCTime(site.clock.now.wall).httpDate])
        }
    }
}
