/// Pace of a folder's scans. Hints can come faster than a folder can be scanned: between two scans there is a
/// rest, in proportion to how long a scan takes, so that one folder's owner cannot keep the intake busy.
/// Pure; the time is given.
struct ScanPace {
    static let restMin: Duration = .milliseconds(5)
    /// A folder with many names costs at most a fifth of the time.
    static let restsPerScan = 4

    /// When the next look may be.
    private(set) var notBefore: Duration = .zero

    /// A look ended `now` whose scan took so long. While complete files wait for their turn (`hasWork`) the
    /// rest is as long as the scan.
    mutating func looked(until now: Duration, scanTook: Duration, hasWork: Bool) {
        notBefore = now + (hasWork ? scanTook : max(Self.restMin, scanTook * Self.restsPerScan))
    }
}
