import Foundation
import MetricNames
import Testing

/// The table of metrics against Prometheus' rules and against all that names metrics.
struct MetricTableTests {
    @Test(arguments: Metric.allCases) func namesFollowPrometheusRules(metric: Metric) {
        let (name, definition) = (metric.rawValue, metric.definition)
        #expect(name.wholeMatch(of: /(hashdrop|process)_[a-z_]+/) != nil)
        #expect(name.hasSuffix("_total") == (definition.kind == .counter))
        let base = name.hasSuffix("_total") ? String(name.dropLast("_total".count)) : name
        #expect((definition.unit == .seconds) == (base.hasSuffix("_seconds") && definition.unit != .time))
        #expect((definition.unit == .bytes) == base.hasSuffix("_bytes"))
        #expect(definition.meaning.hasSuffix(".") && !definition.meaning.contains("\n"))
        #expect(definition.labels.allSatisfy { $0.wholeMatch(of: /[a-z]+/) != nil && $0 != "le" })
        #expect(Metric.knownValues[metric] == nil || definition.labels.count == 1)
        if case .histogram(let bounds) = definition.kind {
            #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count && bounds[0] > 0)
        }
    }

    @Test func theDocumentedTableIsTheTable() throws {
        let documented = try MonitoringFiles.text("prometheus/README.md").split(separator: "\n")
            .filter { $0.hasPrefix("| `hashdrop_") || $0.hasPrefix("| `process_") }.map(String.init)
        let expected = Metric.allCases.map { metric in
            let definition = metric.definition
            let kind =
                switch definition.kind {
                case .counter: "counter"
                case .gauge: "gauge"
                case .histogram: "histogram"
                }
            let values = Metric.knownValues[metric].map { ": " + $0.joined(separator: ", ") } ?? ""
            let labels = definition.labels.map { "`\($0)`\(values)" }.joined()
            return "| `\(metric.rawValue)` | \(kind) | \(definition.unit.rawValue) | \(labels) | "
                + "\(definition.meaning) |"
        }
        #expect(documented == expected)
    }

    @Test func rulesAndDashboardUseMetricsThatExistWithTheirLabels() throws {
        let rules = try MonitoringFiles.ruleExpressions()
        let panels = try MonitoringFiles.dashboardExpressions()
        #expect(rules.count >= 16 && panels.count >= 20)
        for expression in rules + panels {
            let used = try PromQLNames(expression)
            #expect(!used.metrics.isEmpty, "\(expression)")
            #expect(used.problems == [], "\(expression)")
        }
    }

    @Test func everyMetricIsOnTheDashboardOrInARule() throws {
        let all = (try MonitoringFiles.ruleExpressions() + MonitoringFiles.dashboardExpressions())
            .joined(separator: "\n")
        let unused = Metric.allCases.filter { !all.contains($0.rawValue) }
        #expect(unused == [.seriesDropped, .processVirtual], "of use to the curious alone")
    }

    @Test func panelsDoNotCoverEachOther() throws {
        let places = try MonitoringFiles.dashboard().panels.map(\.gridPos)
        for (index, a) in places.enumerated() {
            #expect(a.x >= 0 && a.x + a.w <= 24)
            for b in places[..<index] {
                let isApart =
                    a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
                #expect(isApart, "\(a) \(b)")
            }
        }
    }

    @Test(arguments: [
        ("hashdrop_invented_total", 1), ("hashdrop_claim_delay_seconds", 1), ("hashdrop_jobs_bucket", 1),
        ("hashdrop_jobs{stage=\"done\"}", 1), ("hashdrop_jobs{state=\"finished\"}", 1),
        ("rate(hashdrop_answers_total{source=~\"cache|known\"}[5m])", 1),
        ("hashdrop_jobs{state=\"done\", instance=\"a\"}", 0),
        ("hashdrop_claim_delay_seconds_bucket{le=\"60\"} and up == 1", 0),
    ])
    func aNameThatDoesNotExistIsFound(expression: String, problems: Int) throws {
        #expect(try PromQLNames(expression).problems.count == problems, "\(expression)")
    }
}
