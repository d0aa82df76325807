import GRDB
import MetricNames
import Model
import Support
import Synchronization

/// GRDB's pool, of which it is measured how long each transaction holds the writer.
struct MeteredPool: Sendable {
    let pool: DatabasePool
    private let hold = Metric.writerHold.timer()
    private let longestHold = LongestHold()
    private let answers = LabelledCounter<AnswerSource>(.answers)
    private let clock = SystemClock()

    init(_ pool: DatabasePool) { self.pool = pool }

    func read<Value>(_ value: (Database) throws -> Value) throws -> Value { try pool.read(value) }

    /// One transaction: written when this returns, undone when it throws.
    func write<Value>(_ updates: (Database) throws -> Value) throws -> Value {
        var began: Duration?
        // From when the writer was there, not from when it was asked for, to the end of the commit.
        defer {
            if let began {
                let held = clock.now.monotonic - began
                hold.record(held)
                longestHold.note(held)
            }
        }
        return try pool.write { db in
            began = clock.now.monotonic
            return try updates(db)
        }
    }

    /// Counts answers whose transaction is written.
    func count(_ answered: [AnswerSource: Int]) {
        for (source, rows) in answered { answers.increment(source, by: rows) }
    }

    /// The same of a list that is written to its end.
    func count(import job: Job) { count([.cache: job.requestCost.savedByCache]) }
}

/// The longest hold of the writer since the start: the histogram's last bucket has no upper bound.
private final class LongestHold: Sendable {
    private let gauge = Metric.writerLongestHold.gauge()
    private let longest = Mutex(Duration.zero)

    func note(_ hold: Duration) {
        longest.withLock { longest in
            guard hold > longest else { return }
            longest = hold
            gauge.record(hold)
        }
    }
}
