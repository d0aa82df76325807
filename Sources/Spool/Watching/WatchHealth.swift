/// Health of a folder's watch: whether its events can be relied on. Pure; the time is given.
///
/// On a network mount, behind some containers, or with a helper that hangs, files come and no event tells.
/// Such a file is first seen by a scan that no news called for. One scan may have been a little faster than
/// the event, so news within `grace` excuses it; what is left was missed. A folder where that happened in
/// `scansMax` scans within `window` is to be polled until as many as `goodScansMax` scans in a row were
/// called for by news.
package struct WatchHealth: Sendable {
    static let grace: Duration = .seconds(2)
    static let scansMax = 3
    static let window: Duration = .seconds(3600)
    static let goodScansMax = 20

    /// Files that events missed, since the start.
    package private(set) var missedFiles = 0
    /// Whether events have been missed so often that the folder must be polled.
    package private(set) var isLost = false

    private var pending: (files: Int, until: Duration)?
    // What was there before the watch could not be told.
    private var hasNews = true
    private var missedAt: [Duration] = []
    private var goodScans = 0

    package init() {}

    /// An event said that something came or was written.
    package mutating func noteNews() {
        hasNews = true
        pending = nil
    }

    /// The folder has a new watch: what comes from now on should be told.
    package mutating func noteNewWatch() {
        noteNews()
        missedAt = []
        isLost = false
    }

    /// A scan saw so many files for the first time.
    package mutating func noteScan(newFiles: Int, at now: Duration) {
        settle(at: now)
        defer { hasNews = false }
        guard newFiles > 0 else { return }
        if hasNews {
            goodScans += 1
            if isLost, goodScans >= Self.goodScansMax { noteNewWatch() }
        } else {
            pending = ((pending?.files ?? 0) + newFiles, pending?.until ?? now + Self.grace)
        }
    }

    private mutating func settle(at now: Duration) {
        guard let found = pending, now >= found.until else { return }
        pending = nil
        missedFiles += found.files
        goodScans = 0
        missedAt = missedAt.filter { now - $0 < Self.window } + [now]
        if missedAt.count >= Self.scansMax { isLost = true }
    }
}
