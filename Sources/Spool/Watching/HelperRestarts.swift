import Support

/// How long to wait before a helper that ended is started again. Pure; the time is given.
///
/// | it lived | … the wait is |
/// | --- | --- |
/// | less than 60 s, for the 1st, 2nd, 3rd … time in a row | 1 s, 2 s, 4 s, 8 s, 16 s, 32 s, then 60 s |
/// | 60 s or more | 1 s |
struct HelperRestarts {
    private static let backoff = Backoff(first: .seconds(1), limit: .seconds(60))
    /// What ends a helper after so long is a new reason.
    private static let longLife: Duration = .seconds(60)

    private var shortLives = 0

    mutating func wait(afterLiving lived: Duration) -> Duration {
        shortLives = lived < Self.longLife ? shortLives + 1 : 1
        return Self.backoff.wait(afterFailures: shortLives)
    }
}
