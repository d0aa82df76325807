/// Says once a minute at most that the kernel's queue ran over, and then how often. Pure; the time is given.
struct OverflowLog {
    static let interval: Duration = .seconds(60)

    private var notBefore: Duration = .zero
    private var untold = 0

    /// Events were lost; returns how often since it was said last, if it is to be said now.
    mutating func note(at now: Duration) -> Int? {
        untold += 1
        guard now >= notBefore else { return nil }
        defer { untold = 0 }
        notBefore = now + Self.interval
        return untold
    }
}
