/// Rate limiter for log lines of one kind: so many a period, and the next line says how many were left out.
///
/// A flood of events (requests of strangers, overflows of a queue) must not become a flood of the log. Pure:
/// the time is given. A period begins with its first line.
package struct LogRateLimiter: Sendable {
    private let linesMax: Int
    private let period: Duration
    private var periodStart: Duration?
    private var written = 0
    private var leftOut = 0

    /// - Parameters:
    ///   - linesMax: lines in one period; default 10.
    ///   - period: default 60 s.
    package init(linesMax: Int = 10, period: Duration = .seconds(60)) {
        self.linesMax = linesMax
        self.period = period
    }

    /// Decides about one line.
    ///
    /// - Parameter now: by a clock that never goes back.
    /// - Returns: how many lines were left out since the last one that was written; nil to leave this one
    ///   out, too.
    package mutating func admit(at now: Duration) -> Int? {
        if periodStart.map({ now - $0 >= period }) ?? true {
            periodStart = now
            written = 0
        }
        guard written < linesMax else {
            leftOut += 1
            return nil
        }
        written += 1
        defer { leftOut = 0 }
        return leftOut
    }
}
