/// Waits that double from failure to failure up to a limit, each made up to a quarter longer or shorter at
/// random, so that several clients do not come back at the same moment.
///
/// | failures | service (2 s … 5 min) | hash (30 s … 1 h) |
/// | --- | --- | --- |
/// | 1 | 2 s | 30 s |
/// | 2 | 4 s | 1 min |
/// | 3 | 8 s | 2 min |
/// | 4 | 16 s | 4 min |
/// | 8 | 4 min 16 s | 1 h |
/// | 9 and more | 5 min | 1 h |
package struct Backoff: Hashable, Sendable {
    package var first: Duration
    package var limit: Duration

    package init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
    }

    /// For VirusTotal as a whole: it does not answer, or with errors only.
    package static let service = Backoff(first: .seconds(2), limit: .seconds(300))
    /// For one hash whose answer is bad while others are good.
    package static let hash = Backoff(first: .seconds(30), limit: .seconds(3600))
    /// For a quota that is used up although our own count says otherwise.
    package static let foreignQuota = Backoff(first: .seconds(60), limit: .seconds(3600))

    /// The wait after so many failures, at least one, without the jitter.
    package func wait(afterFailures count: Int) -> Duration {
        // Beyond 2^20 every table has reached its limit.
        min(limit, first * (1 << min(max(count, 1) - 1, 20)))
    }

    package func jittered(
        afterFailures count: Int, using generator: inout some RandomNumberGenerator
    ) -> Duration {
        wait(afterFailures: count) * Double.random(in: 0.75...1.25, using: &generator)
    }
}
