import CoreMetrics
import Synchronization

/// Histogram of one series, of durations in seconds or of numbers.
final class HistogramSeries: TimerHandler, RecorderHandler {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    // Under one lock, so that a scrape sees a sum and counts of the same values.
    private let state: Mutex<State>

    /// - Parameter bounds: the largest value of each bucket, the smallest first.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    var reading: HistogramReading {
        state.withLock { HistogramReading(bounds: bounds, counts: $0.counts, sum: $0.sum) }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    /// What is no finite number is left out: a sum would be none for ever after it.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }
}
