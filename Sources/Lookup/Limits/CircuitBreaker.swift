import Support

/// How VirusTotal treats us, and therefore whether to ask. Pure: the time and the chance are given.
package struct CircuitBreaker: Sendable {
    package enum Mood: Hashable, Sendable {
        case well
        /// Nothing is sent until then; the next request is a probe, alone. In an outage nobody knows how it
        /// will end.
        case waiting(until: Duration, reason: String, isOutage: Bool)
        /// The key does not work; nothing is sent until it changes.
        case stopped(reason: String)
    }

    package enum Decision: Hashable, Sendable {
        case go
        /// One request, when none is in flight: its outcome decides. The reason is that of the wait before.
        case probe(reason: String)
        case wait(Duration, reason: String)
        case stop(reason: String)
    }

    /// The longest wait that an answer's Retry-After can order: an hour. A larger one is a mistake or malice.
    package static let retryAfterMax: Duration = .seconds(3600)

    /// So many bad answers in a row are put down to their hashes.
    package static let badAnswersMax = 2

    package private(set) var mood = Mood.well
    private var failuresInARow = 0

    package init() {}

    /// `now` is monotonic time.
    package func decide(at now: Duration) -> Decision {
        switch mood {
        case .well: .go
        case .waiting(let until, let reason, _):
            now >= until ? .probe(reason: reason) : .wait(until - now, reason: reason)
        case .stopped(let reason): .stop(reason: reason)
        }
    }

    /// VirusTotal answered properly, be it "unknown".
    package mutating func noteAnswer() {
        failuresInARow = 0
        if case .waiting = mood { mood = .well }
    }

    /// A request failed. Failures of requests that were in flight together count as one.
    package mutating func note(
        _ failure: LookupFailure, at now: Duration, using generator: inout some RandomNumberGenerator
    ) {
        switch failure.disposition {
        case .stopAsking:
            mood = .stopped(reason: failure.reason)
        case .pause(let asked):
            countFailure(at: now)
            let own = Backoff.foreignQuota.wait(afterFailures: failuresInARow)
            // "At once", again and again, would be hammering.
            let least = Backoff.service.wait(afterFailures: failuresInARow)
            wait(
                until: now + min(max(asked ?? own, least), Self.retryAfterMax), failure.reason,
                isOutage: false)
        case .unreachable, .retryLater:
            countFailure(at: now)
            // One bad answer may be one bad hash; several in a row are VirusTotal's trouble.
            let patience = failure.disposition == .retryLater ? Self.badAnswersMax : 0
            guard failuresInARow > patience else { return }
            let pause = Backoff.service.jittered(afterFailures: failuresInARow - patience, using: &generator)
            wait(until: now + pause, failure.reason, isOutage: true)
        case .giveUp:
            // An answer all the same: VirusTotal is there and understood the question.
            noteAnswer()
        }
    }

    /// The key has changed: a key that was refused says nothing about the next.
    package mutating func keyChanged() {
        if case .stopped = mood { mood = .well }
    }

    private mutating func countFailure(at now: Duration) {
        if case .waiting(let until, _, _) = mood, now < until { return }
        failuresInARow += 1
    }

    private mutating func wait(until: Duration, _ reason: String, isOutage: Bool) {
        switch mood {
        case .stopped: return
        case .waiting(let earlier, _, _) where earlier > until: return
        default: mood = .waiting(until: until, reason: reason, isOutage: isOutage)
        }
    }
}
