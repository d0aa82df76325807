/// How long to wait before a process that ended is started again.
///
/// | it lived | … the wait is |
/// | --- | --- |
/// | less than 60 s, for the 1st, 2nd, 3rd … time in a row | 1 s, 2 s, 4 s, 8 s, 16 s, 32 s, then 60 s |
/// | 60 s or more | 1 s |
package struct RestartBackOff: Sendable {
    package var first: Duration = .seconds(1)
    package var most: Duration = .seconds(60)
    /// Whoever lived so long is well, and what ended it is a new reason.
    package var isWellAfter: Duration = .seconds(60)
    private var last: Duration?

    package init() {}

    package mutating func wait(afterLiving lived: Duration) -> Duration {
        let wait = lived >= isWellAfter ? first : last.map { min($0 * 2, most) } ?? first
        last = wait
        return wait
    }
}
