/// Exponential back-off: waits that double from failure to failure up to a limit.
package struct Backoff: Hashable, Sendable {
    package var first: Duration
    package var limit: Duration

    package init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
    }

    /// The wait after so many failures in a row, at least one.
    package func wait(afterFailures count: Int) -> Duration {
        // Beyond 2^20 every limit is reached.
        min(limit, first * (1 << min(max(count, 1) - 1, 20)))
    }

    /// The same, up to a quarter longer or shorter at random, so that several clients do not come back
    /// together.
    package func jittered(
        afterFailures count: Int, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        wait(afterFailures: count) * Double.random(in: 0.75...1.25, using: &generator)
    }
}
