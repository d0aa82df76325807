import CoreMetrics
import Foundation
import MetricNames
import Model
import Monitoring
import TestSupport
import Testing

/// Prometheus' own judgement: promtool, of Debian's package prometheus.
@Suite(.limited(.server))
struct PromtoolTests {
    private static let promtool = "/usr/bin/promtool"

    init() throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.promtool),
            "there is no promtool; 'make debian-test' installs Debian's package prometheus")
    }

    private func promtool(_ arguments: String...) async throws {
        let output = try await PythonScript.run(Self.promtool, arguments)
        #expect(output.status == 0, "\(output.text)")
    }

    /// A real one, with all kinds of values in it.
    @Test func aScrapeIsInOrder() async throws {
        var told = MonitoringFixture.Told()
        told.state?.lookups.quotas = [.day: Quota(used: 3, limit: 500), .month: Quota(used: 3, limit: 0)]
        told.state?.lookups.openHashes = [Samples.user("alice"): 3]
        told.state?.lookups.oldestWait = .milliseconds(1_234)
        told.state?.shared = .init(sites: [
            .init(
                name: "lab \"1\"", silence: .milliseconds(2_100), today: 3, thisMonth: 3, requestsInFlight: 1,
                openHashes: 7)
        ])
        try await MonitoringFixture.listening(told) { daemon, client in
            withMetricsFactory(daemon.registry) {
                Metric.claimDelay.timer().record(.milliseconds(7))
                LabelledTimer<RequestsOfList>(.reportDelay).record(.some, .seconds(70))
                Metric.writerHold.timer().record(.microseconds(90))
                Metric.writerLongestHold.gauge().record(Duration.microseconds(90))
                LabelledCounter<RequestOutcome>(.requests).increment(.known, by: 5)
                LabelledCounter<AnswerSource>(.answers).increment(.cache, by: 5)
                LabelledCounter<LoginRefusal>(.loginsRefused).increment(.wrong)
                LabelledCounter<NotificationResult>(.notifications).increment(.delivered)
                Metric.missedEvents.counter().increment()
                Metric.watcherRestarts.counter().increment()
            }
            let scrape = try await client.send("GET", "/metrics").body
            let missing = Metric.allCases.filter { !scrape.contains("# TYPE \($0.rawValue) ") }
            #expect(missing == [], "every metric of the table is served")
            let folder = TemporaryFolder()
            try Data(scrape.utf8).write(to: folder.url.appending(path: "scrape"))
            let output = try await PythonScript.run(
                "/bin/sh", ["-c", "'\(Self.promtool)' check metrics <'\(folder.path("scrape"))'"])
            // It says nothing of what is in order.
            #expect(output.status == 0 && output.text.isEmpty, "\(output.text)")
        }
    }

    @Test func theRulesAreInOrder() async throws {
        try await promtool("check", "rules", MonitoringFiles.path("prometheus/hashdrop.rules.yaml"))
    }

    @Test func theExampleIsInOrder() async throws {
        try await promtool("check", "config", MonitoringFiles.path("prometheus/prometheus.yml"))
    }

    @Test func eachAlertFiresWhenItShouldAndNotOtherwise() async throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "hashdrop.rules.test.yaml").path(percentEncoded: false)
        try await promtool("test", "rules", tests)
        let text = try String(contentsOfFile: tests, encoding: .utf8)
        let alerts = try MonitoringFiles.text("prometheus/hashdrop.rules.yaml")
            .matches(of: /- alert: (\w+)/).map { String($0.1) }
        #expect(alerts.count >= 16)
        #expect(alerts.filter { !text.contains($0) } == [], "each is made to fire")
    }

    /// As rules, which is how promtool reads expressions.
    @Test func theDashboardsExpressionsAreInOrder() async throws {
        let folder = TemporaryFolder()
        let rules = try MonitoringFiles.dashboardExpressions().enumerated().map { index, expression in
            let asked = expression.replacing("$__rate_interval", with: "5m")
                .replacing("$instance", with: ".*")
            return "  - {record: 'panel:\(index)', expr: '\(asked)'}\n"
        }
        let text = "groups:\n- name: dashboard\n  rules:\n" + rules.joined()
        try Data(text.utf8).write(to: folder.url.appending(path: "rules.yaml"))
        try await promtool("check", "rules", folder.path("rules.yaml"))
    }
}
