import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// Metrics and health of the real daemon.
@Suite(.limited(.daemon))
struct MonitoringTests {
    /// Runs `body` with a daemon that serves alice, and a client of its listener.
    private static func with(
        _ body: (DaemonFixture, SimulatedVirusTotal, RawClient) async throws -> Void
    ) async throws {
        let settings = ["HASHDROP_METRICS_LISTEN": "127.0.0.1:0", "HASHDROP_WEB_LISTEN": "127.0.0.1:0"]
        try await DaemonFixture.with(settings: settings) { place, simulator in
            try await place.serve()
            let port = try await eventually("the metrics' address is logged") {
                try place.daemonLog().components(separatedBy: "metrics=http://127.0.0.1:").dropFirst().first
                    .flatMap { Int($0.prefix { $0.isNumber }) }
            }
            try await body(place, simulator, RawClient(port: port))
        }
    }

    /// The value of a series, by its name and labels as a scrape writes them.
    private static func value(_ series: String, _ client: RawClient) async throws -> Double? {
        let scrape = try await client.send("GET", "/metrics").body
        return scrape.split(separator: "\n").first { $0.hasPrefix(series + " ") }
            .flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    @Test func whatTheDaemonDoesIsCounted() async throws {
        try await Self.with { place, _, client in
            func value(_ series: String) async throws -> Double? { try await Self.value(series, client) }
            let list = (0..<3).map { Samples.hash($0, .md5).hexadecimal + "\n" }.joined()
            for name in ["first", "second"] {
                try Data(list.utf8).write(to: place.folder.url.appending(path: name))
                _ = try await place.shell("mv \(name) spool/alice/\(name).txt")
                _ = try await place.finished("\(name).txt")
            }
            for (series, expected) in [
                ("hashdrop_answers_total{source=\"virustotal\"}", 3),
                ("hashdrop_answers_total{source=\"cache\"}", 3), ("hashdrop_claim_delay_seconds_count", 2),
                ("hashdrop_jobs{state=\"done\"}", 2), ("hashdrop_jobs{state=\"running\"}", 0),
                ("hashdrop_quota_used{period=\"day\"}", 3),
                ("hashdrop_quota_limit{period=\"day\"}", .infinity),
                ("hashdrop_queue_oldest_seconds", 0), ("hashdrop_metric_series_dropped_total", 0),
                ("hashdrop_watch_helper_restarts_total", 0), ("hashdrop_check_ok{check=\"daemon\"}", 1),
            ] {
                #expect(try await value(series) == expected, "\(series)")
            }
            // A report is counted when it is remembered, a moment after it stands there.
            for requests in ["none", "some"] {
                try await eventually("both reports are counted") {
                    try await value("hashdrop_report_delay_seconds_count{requests=\"\(requests)\"}") == 1
                }
            }
            let outcomes = try await client.send("GET", "/metrics").body.split(separator: "\n")
                .filter { $0.hasPrefix("hashdrop_virustotal_requests_total") }
                .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
            #expect(outcomes.count == 9 && outcomes.reduce(0, +) == 3)
            let holds = try await value("hashdrop_database_writer_hold_seconds_count") ?? 0
            let bytes = try await value("hashdrop_database_bytes") ?? 0
            let longest = try await value("hashdrop_database_writer_longest_hold_seconds") ?? 0
            #expect(holds > 4 && bytes > 4_096 && longest > 0)
            let helpers = try place.helpers()
            for helper in helpers { kill(helper, SIGKILL) }
            try await eventually("the helper was started again") {
                try await value("hashdrop_watch_helper_restarts_total") == 1
            }
        }
    }

    @Test func aRefusedLoginIsCounted() async throws {
        try await Self.with { place, _, client in
            let port = try #require(URL(string: try await place.pageAddress())?.port)
            let page = RawClient(port: port)
            let form = try await page.send("GET", "/login")
            let answer = try await page.send(
                "POST", "/login", headers: ["Origin": "null", "Sec-Fetch-Site": "same-origin"],
                cookies: form.cookies, body: "user=alice&password=wrong&token=\(form.formToken ?? "")")
            #expect(answer.status == 200)
            #expect(try await Self.value("hashdrop_logins_refused_total{reason=\"wrong\"}", client) == 1)
        }
    }

    @Test func healthIsThatOfTheSpoolAndNotOfVirusTotal() async throws {
        try await Self.with { place, simulator, client in
            #expect(try await client.send("GET", "/livez").status == 200)
            #expect(try await client.send("GET", "/readyz").status == 200)
            _ = simulator.addFault(FaultRule(.quotaExceeded))
            _ = try await place.shell("echo \(Samples.hash(1).hexadecimal) >spool/alice/a.txt")
            try await eventually("a warning, and ready") {
                let answer = try await client.send("GET", "/readyz")
                return answer.status == 200 && answer.body.contains("lookups: warning: ")
            }
            _ = try await place.shell("mv spool away")
            try await eventually("not ready without a spool") {
                let answer = try await client.send("GET", "/readyz")
                return answer.status == 503 && answer.body.contains("spool: failed: ")
            }
            _ = try await place.shell("mv away spool")
            try await eventually("ready again") { try await client.send("GET", "/readyz").status == 200 }
        }
    }
}
