import MetricNames

/// Text of a scrape in Prometheus' format.
///
/// Ours because there is no Swift package at hand that writes it; promtool judges it in `PromtoolTests`.
/// Source: prometheus.io, "Exposition formats", text format 0.0.4.
enum ExpositionText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The series by metric, in the order of the table, and by label values; a metric without a series is
    /// left out.
    static func text(of series: [MetricSeries]) -> String {
        let families = Dictionary(grouping: series, by: \.metric)
        var text = ""
        for metric in Metric.allCases {
            guard let family = families[metric] else { continue }
            text += "# HELP \(metric.rawValue) \(escapedHelp(metric.definition.meaning))\n"
            text += "# TYPE \(metric.rawValue) \(word(metric.definition.kind))\n"
            for series in family.sorted(by: { $0.labelValues.lexicographicallyPrecedes($1.labelValues) }) {
                append(series, to: &text)
            }
        }
        return text
    }

    private static func word(_ kind: MetricDefinition.Kind) -> String {
        switch kind {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    private static func append(_ series: MetricSeries, to text: inout String) {
        let name = series.metric.rawValue
        let labels = Array(zip(series.metric.definition.labels, series.labelValues))
        switch series.value {
        case .number(let number): text += "\(name)\(braces(labels)) \(word(number))\n"
        case .histogram(let reading):
            // A bucket counts what is in the smaller ones too.
            var count: UInt64 = 0
            for (bound, own) in zip(reading.bounds + [.infinity], reading.counts) {
                count += own
                text += "\(name)_bucket\(braces(labels + [("le", word(bound))])) \(count)\n"
            }
            text += "\(name)_sum\(braces(labels)) \(word(reading.sum))\n"
            text += "\(name)_count\(braces(labels)) \(count)\n"
        }
    }

    private static func braces(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    /// A number as Go's `ParseFloat` reads it; whole ones without a fraction.
    static func word(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        // Beyond that not every whole number is one.
        return number == number.rounded() && number.magnitude < 0x1p53 ? "\(Int64(number))" : "\(number)"
    }

    private static func escapedHelp(_ text: String) -> String { escaped(text, quotes: false) }

    /// Scalar by scalar: a line's end may be one `Character` with what stands before it.
    static func escaped(_ text: String, quotes: Bool = true) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
