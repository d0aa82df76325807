import Foundation
import MetricNames

/// What operators copy out of `config/`.
enum MonitoringFiles {
    static let config = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "config", directoryHint: .isDirectory)

    static func path(_ name: String) -> String { config.appending(path: name).path(percentEncoded: false) }

    static func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// The expressions of the alert rules: behind `expr:`, or indented below `expr: |`.
    static func ruleExpressions() throws -> [String] {
        var expressions: [String] = []
        var isWithin = false
        for line in try text("prometheus/hashdrop.rules.yaml").split(separator: "\n") {
            let content = line.drop { $0 == " " }
            let indentation = line.count - content.count
            if content.hasPrefix("expr: ") {
                isWithin = content == "expr: |"
                expressions.append(isWithin ? "" : String(content.dropFirst("expr: ".count)))
            } else if isWithin, indentation > 8 {
                expressions[expressions.count - 1] += content + " "
            } else {
                isWithin = false
            }
        }
        return expressions
    }

    struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Place: Decodable {
                let x: Int
                let y: Int
                let w: Int
                let h: Int
            }

            struct Target: Decodable {
                let expr: String
            }

            let title: String
            let gridPos: Place
            let targets: [Target]?
        }

        let uid: String
        let panels: [Panel]
    }

    static func dashboard() throws -> Dashboard {
        try JSONDecoder().decode(Dashboard.self, from: Data(text("grafana/hashdrop.json").utf8))
    }

    static func dashboardExpressions() throws -> [String] {
        try dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr)
    }
}

/// The metrics and labels that an expression of Prometheus' language names, and which of them do not exist.
struct PromQLNames {
    private(set) var metrics: [String] = []
    private(set) var problems: [String] = []

    /// Prometheus' own.
    private static let foreignMetrics: Set<String> = ["up"]
    /// Those that a scrape adds, and that of a bucket.
    private static let foreignLabels: Set<String> = ["instance", "job", "le"]

    init(_ expression: String) throws {
        for match in expression.matches(of: /\b(up|hashdrop_\w+|process_\w+)(\{[^}]*\})?/) {
            let name = String(match.1)
            metrics.append(name)
            if Self.foreignMetrics.contains(name) { continue }
            guard let metric = Self.metric(name) else {
                problems.append("there is no metric \(name)")
                continue
            }
            for label in (match.2 ?? "").matches(of: /(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/) {
                check(String(label.1), String(label.3), isPattern: label.2.hasSuffix("~"), of: metric)
            }
        }
    }

    /// A histogram is asked for by its parts.
    private static func metric(_ name: String) -> Metric? {
        for metric in Metric.allCases {
            if case .histogram = metric.definition.kind {
                if ["_bucket", "_sum", "_count"].contains(where: { name == metric.rawValue + $0 }) {
                    return metric
                }
            } else if name == metric.rawValue {
                return metric
            }
        }
        return nil
    }

    private mutating func check(_ label: String, _ value: String, isPattern: Bool, of metric: Metric) {
        if Self.foreignLabels.contains(label) { return }
        guard metric.definition.labels.contains(label) else {
            return problems.append("\(metric.rawValue) has no label \(label)")
        }
        guard let known = Metric.knownValues[metric] else { return }
        for value in isPattern ? value.split(separator: "|").map(String.init) : [value]
        where !known.contains(value) {
            problems.append("\(label) is never \(value)")
        }
    }
}
