package import CoreMetrics

// An instrument writes to the metrics factory of the moment at which it is made: the registry of
// `Monitoring`, or one that does nothing.
extension Metric {
    /// A new handle for a counter without labels.
    package func counter() -> Counter { Counter(label: rawValue) }

    /// A new handle for a gauge without labels.
    package func gauge() -> Gauge { Gauge(label: rawValue) }

    /// A new handle for a histogram of durations without labels.
    package func timer() -> CoreMetrics.Timer { CoreMetrics.Timer(label: rawValue) }

    /// Values of its labels, in the order of the table, as swift-metrics takes them.
    fileprivate func dimensions(_ values: String...) -> [(String, String)] {
        Array(zip(definition.labels, values))
    }
}

/// Counter with a label of a few values: one series each, which are there from the start.
package struct LabelledCounter<Label: MetricLabel>: Sendable {
    private let counters: [Label: Counter]

    package init(_ metric: Metric) {
        counters = Dictionary(
            uniqueKeysWithValues: Label.allCases.map { label in
                (label, Counter(label: metric.rawValue, dimensions: metric.dimensions(label.rawValue)))
            })
    }

    package func increment(_ label: Label, by amount: Int = 1) {
        if amount > 0 { counters[label]?.increment(by: amount) }
    }
}

/// Histogram of durations with a label of a few values: one series each, which are there from the start.
package struct LabelledTimer<Label: MetricLabel>: Sendable {
    private let timers: [Label: CoreMetrics.Timer]

    package init(_ metric: Metric) {
        timers = Dictionary(
            uniqueKeysWithValues: Label.allCases.map { label in
                (
                    label,
                    CoreMetrics.Timer(label: metric.rawValue, dimensions: metric.dimensions(label.rawValue))
                )
            })
    }

    package func record(_ label: Label, _ duration: Duration) { timers[label]?.record(duration) }
}

extension CoreMetrics.Timer {
    /// Records a duration; one below zero, which a step of the clock makes, as none.
    package func record(_ duration: Duration) {
        recordNanoseconds(Int64(min(max(0, duration / .nanoseconds(1)), Self.nanosecondsMax)))
    }

    /// 285 years.
    private static let nanosecondsMax = 9e18
}

extension Gauge {
    /// Sets it to a duration, in seconds.
    package func record(_ duration: Duration) {
        let seconds: Double = duration / .seconds(1)
        record(seconds)
    }
}
