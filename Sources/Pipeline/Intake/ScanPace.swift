/// Pace of the looks at a folder. Hints can come faster than a folder can be scanned: between two looks there
/// is a rest, in proportion to how long a look takes without what it claims, so that one folder's owner
/// cannot keep the intake busy. Pure; the time is given.
struct ScanPace {
    static let restMin: Duration = .milliseconds(5)
    /// A folder with many names costs at most a fifth of the time.
    static let restsPerLook = 4

    /// When the next look may be.
    private(set) var notBefore: Duration = .zero

    /// A look ended `now` that took so long, its claims apart. While complete files wait for their turn
    /// (`hasWork`) the rest is as long as the look.
    mutating func looked(until now: Duration, lookTook: Duration, hasWork: Bool) {
        notBefore = now + (hasWork ? lookTook : max(Self.restMin, lookTook * Self.restsPerLook))
    }
}
