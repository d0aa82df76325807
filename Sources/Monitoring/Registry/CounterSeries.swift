import CoreMetrics
import Synchronization

/// Counter of one series: one atomic addition each time.
final class CounterSeries: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Double { Double(count.load(ordering: .relaxed)) }

    /// A counter does not go down: what is no increase is left out.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() { count.store(0, ordering: .relaxed) }
}
