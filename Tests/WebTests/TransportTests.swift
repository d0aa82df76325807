import Foundation
import Model
import Reporting
import Store
import TestSupport
import Testing
import Web

/// TLS, the proxy before the page, and the headers that make a browser an ally.
struct TransportTests {
    @Test func besideTheProxyNobodyIsAnsweredInTheClear() async throws {
        // Another spelling of 127.0.0.1, which the page takes for an address of the network.
        let exposed = { (proxies: [String]) in
            WebFixture.options {
                $0.address = ListenAddress("127.1:0")!
                $0.publicHosts = ["hashdrop.example.org"]
                $0.trustedProxies = proxies
            }
        }
        let secure = ["X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"]
        try await WebFixture.with(exposed(["127.0.0.1"])) { site in
            for headers in [[:], ["X-Forwarded-Proto": "http"]] {
                let answer = try await site.client.send(
                    "GET", "/login", host: "hashdrop.example.org", headers: headers)
                #expect(answer.status == 403 && !answer.body.contains("<form"))
            }
            let answer = try await site.logIn(
                "alice", WebFixture.password, headers: WebFixture.sameOrigin.merging(secure) { $1 },
                host: "hashdrop.example.org")
            #expect(answer.status == 303)
            #expect(answer["strict-transport-security"] != nil)
        }
        try await WebFixture.with(exposed(["192.0.2.9"])) { site in
            let answer = try await site.client.send(
                "GET", "/login", host: "hashdrop.example.org", headers: secure)
            #expect(answer.status == 403, "whoever is no proxy cannot say that there is TLS")
        }
    }

    private static let today = ReportContentPolicy(styles: ["'sha256-style'"], scripts: ["'sha256-script'"])

    @Test func everyAnswerCarriesItsHeaders() async throws {
        try await WebFixture.with(WebFixture.options { $0.reports = Self.today }) { site in
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
        try await WebFixture.with(WebFixture.options { $0.reports = Self.today }) { site in
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
    }

    @Test func reportsOfEarlierVersionsGoOnFiltering() async throws {
        let before = WebFixture.options {
            $0.reports = .init(styles: ["'sha256-old'"], scripts: ["'sha256-older'"])
        }
        try await WebFixture.with(before) { site in
            let now = site.time.clock.wall() + 1
            let kept = try site.database.reportDigests.remember(["'sha256-script'"], .script, at: now)
            #expect(kept == ["'sha256-script'", "'sha256-older'"], "the newest first")
            #expect(try site.database.reportDigests.remember([], .style, at: now) == ["'sha256-old'"])
            let many = (0..<100).map { "'sha256-\($0)'" }
            let latest = try site.database.reportDigests.remember(many, .script, at: now + 1)
            #expect(latest.count == 64 && latest.allSatisfy { many.contains($0) })
        }
    }

    @Test func whatIsDroppedIsNeverShownByABrowser() async throws {
        try await WebFixture.with { site in
            let alice = try await site.session("alice")
            let dropped = try await site.client.send(
                "GET", "/jobs/\(site.alicesJob.id)/input", cookies: alice)
            #expect(dropped["content-type"] == "application/octet-stream")
            #expect(
                dropped["content-disposition"]
                    == "attachment; filename=\"\(site.alicesJob.droppedName.pathComponent)\"")
        }
    }
}
