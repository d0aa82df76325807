package import CoreMetrics
import MetricNames
import Synchronization

/// Registry of the daemon's series: swift-metrics' factory, whose instruments count into it.
///
/// Bounded: a series beyond the limit, or one whose name, labels or kind are not those of the table
/// (`Metric`), is not kept. Its instrument does nothing, and that it was wanted is counted.
package final class MetricsRegistry: MetricsFactory {
    private struct Key: Hashable {
        var metric: Metric
        var labelValues: [String]
    }

    private enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)

        init(_ kind: MetricDefinition.Kind) {
            switch kind {
            case .counter: self = .counter(CounterSeries())
            case .gauge: self = .gauge(GaugeSeries())
            case .histogram(let bounds): self = .histogram(HistogramSeries(bounds: bounds))
            }
        }

        var value: MetricSeries.Value {
            switch self {
            case .counter(let series): .number(series.value)
            case .gauge(let series): .number(series.value)
            case .histogram(let series): .histogram(series.reading)
            }
        }

        func isHandled(by handler: AnyObject) -> Bool {
            switch self {
            case .counter(let series): series === handler
            case .gauge(let series): series === handler
            case .histogram(let series): series === handler
            }
        }
    }

    private let seriesMax: Int
    private let kept = Mutex<[Key: Series]>([:])
    private let dropped = CounterSeries()

    /// - Parameter seriesMax: default 500, some ten times what the table makes.
    package init(seriesMax: Int = 500) { self.seriesMax = seriesMax }

    /// All series as they stand now.
    package func series() -> [MetricSeries] {
        let all = kept.withLock { $0 }
        return all.map { MetricSeries($0.key.metric, $0.key.labelValues, $0.value.value) }
            + [MetricSeries(.seriesDropped, dropped.value)]
    }

    /// The series of this name and these labels, which is new or was there; nil if it is not kept.
    private func series<Handler>(
        _ name: String, _ dimensions: [(String, String)], _ handler: (Series) -> Handler?
    ) -> Handler? {
        guard let metric = Metric(rawValue: name), let values = Self.values(dimensions, of: metric),
            // One that is not of the kind is not made.
            handler(Series(metric.definition.kind)) != nil
        else { return nil }
        let key = Key(metric: metric, labelValues: values)
        let series = kept.withLock { kept -> Series? in
            if let series = kept[key] { return series }
            guard kept.count < seriesMax else { return nil }
            let series = Series(metric.definition.kind)
            kept[key] = series
            return series
        }
        return series.flatMap(handler)
    }

    /// The labels' values in the order of the table; nil if other labels are named.
    private static func values(_ dimensions: [(String, String)], of metric: Metric) -> [String]? {
        let labels = metric.definition.labels
        guard dimensions.count == labels.count else { return nil }
        let values = labels.compactMap { label in dimensions.first { $0.0 == label }?.1 }
        return values.count == labels.count ? values : nil
    }

    private func remove(_ handler: AnyObject) {
        kept.withLock { kept in
            if let key = kept.first(where: { $0.value.isHandled(by: handler) })?.key { kept[key] = nil }
        }
    }

    private func orNone<Handler>(_ handler: Handler?, _ none: Handler) -> Handler {
        if handler == nil { dropped.increment(by: 1) }
        return handler ?? none
    }

    // MARK: swift-metrics' factory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let counter: CounterSeries? = series(label, dimensions) { series in
            if case .counter(let counter) = series { counter } else { nil }
        }
        return orNone(counter, NOOPMetricsHandler.instance)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let recorder: (any RecorderHandler)? = series(label, dimensions) { series in
            switch series {
            case .gauge(let gauge) where !aggregate: gauge
            case .histogram(let histogram) where aggregate: histogram
            default: nil
            }
        }
        return orNone(recorder, NOOPMetricsHandler.instance)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let timer: HistogramSeries? = series(label, dimensions) { series in
            if case .histogram(let histogram) = series { histogram } else { nil }
        }
        return orNone(timer, NOOPMetricsHandler.instance)
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
