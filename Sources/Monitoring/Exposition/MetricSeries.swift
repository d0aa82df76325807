package import MetricNames

/// One series as it stands at a scrape: a metric, the values of its labels, and its value.
package struct MetricSeries: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case number(Double)
        case histogram(HistogramReading)
    }

    package var metric: Metric
    /// In the order of the table's labels.
    package var labelValues: [String]
    package var value: Value

    package init(_ metric: Metric, _ labelValues: [String], _ value: Value) {
        self.metric = metric
        self.labelValues = labelValues
        self.value = value
    }

    /// Of a counter or a gauge.
    package init(_ metric: Metric, _ labelValues: [String], _ number: Double) {
        self.init(metric, labelValues, .number(number))
    }

    /// Of a counter or a gauge without labels.
    package init(_ metric: Metric, _ number: Double) { self.init(metric, [], .number(number)) }
}

/// What a histogram has counted.
package struct HistogramReading: Hashable, Sendable {
    /// The largest value of each bucket, the smallest first.
    package var bounds: [Double]
    /// How many values are in each bucket and in no smaller one; one more than bounds, for the larger values.
    package var counts: [UInt64]
    package var sum: Double

    package init(bounds: [Double], counts: [UInt64], sum: Double) {
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }
}
