/// Timeouts of one connection, after which a client that is too slow is disconnected. Pure: the time is
/// given.
///
/// A head, a body and each piece of an answer have a time of their own. What the page itself needs (a
/// password that waits to be checked) has none.
struct ConnectionTimeouts: Sendable {
    private static let quiesceTimeout: Duration = .seconds(5)
    private let limits: ConnectionLimits
    /// Between a request's head and its end.
    private var isReading = false
    private var bodyBytes = 0
    private var answersOpen = 0
    private var writesOpen = 0
    private var waitsUntil: Duration?
    private var latest: Duration?
    /// When the connection is closed, if nothing happens until then.
    var deadline: Duration? {
        guard let latest else { return waitsUntil }
        return min(waitsUntil ?? latest, latest)
    }

    /// Whether a whole request has come that is not wholly answered; otherwise the page waits for the client.
    var isWorkedFor: Bool { answersOpen > 0 && !isReading }

    init(limits: ConnectionLimits, openedAt now: Duration) {
        self.limits = limits
        waitsUntil = now + limits.headTimeout
    }

    mutating func headArrived(at now: Duration) {
        isReading = true
        bodyBytes = 0
        answersOpen += 1
        waitsUntil = now + limits.bodyTimeout
    }

    /// - Returns: whether the body is still within its limit. A part of it gives no more time.
    mutating func bodyArrived(byteCount: Int) -> Bool {
        bodyBytes += byteCount
        // Somewhat more than the page takes, so that it can answer that it is too much.
        return bodyBytes <= 4 * limits.bodyBytesMax
    }

    mutating func requestEnded(at now: Duration) {
        isReading = false
        settle(at: now)
    }

    mutating func writeBegan(at now: Duration) {
        writesOpen += 1
        if writesOpen == 1 && !isReading { waitsUntil = now + limits.stallTimeout }
    }

    mutating func writeEnded(at now: Duration) {
        writesOpen -= 1
        settle(at: now)
    }

    mutating func answerEnded(at now: Duration) {
        answersOpen -= 1
        settle(at: now)
    }

    /// The page is about to end: what is under way has a few seconds more.
    mutating func quiesce(at now: Duration) { latest = now + Self.quiesceTimeout }

    private mutating func settle(at now: Duration) {
        if isReading { return }
        if writesOpen > 0 {
            waitsUntil = now + limits.stallTimeout
        } else {
            waitsUntil = answersOpen > 0 ? nil : now + limits.headTimeout
        }
    }
}
