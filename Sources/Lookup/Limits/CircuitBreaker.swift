import Model
import Support

/// Circuit breaker for the VirusTotal API. Pure: the time and the chance are given.
///
/// - Closed: everything is sent. A refusal for the quota, a VirusTotal that cannot be reached, or more than
///   `badAnswersMax` bad answers in a row open it; a refused key, or more than `badAnswersMax` forbidden
///   requests in a row, disable it.
/// - Open: nothing is sent. It is half-open when its time is over.
/// - Half-open: one request is sent as a probe. An answer closes it; a failure opens it again, for longer.
/// - Disabled: nothing is sent. Another key closes it; without one it is half-open when its time is over, and
///   another key closes it then too, whatever becomes of the probe.
package struct CircuitBreaker: Sendable {
    package enum State: Hashable, Sendable {
        case closed
        /// Until then, on a clock that never steps. How long an outage will last cannot be told.
        case open(until: Duration, reason: String, isOutage: Bool)
        case halfOpen(reason: String, isOutage: Bool)
        /// Until then, on the same clock.
        case disabled(until: Duration, reason: String)
    }

    package enum Decision: Hashable, Sendable {
        case go
        /// One request, when none is in flight. The reason is that of the open state before.
        case probe(reason: String)
        case wait(Duration, reason: String)
        /// As a wait, for a refused key: another one ends it at once.
        case stop(Duration, reason: String)
    }

    /// The longest wait that an answer's Retry-After can order: an hour. A larger one is a mistake or malice.
    package static let retryAfterMax: Duration = .seconds(3600)

    /// So many bad answers in a row are put down to their hashes; more are an outage.
    package static let badAnswersMax = 2

    package private(set) var state = State.closed
    private var failuresInARow = 0
    private var refusalsInARow = 0

    package init() {}

    /// Whether the key was refused, and no answer or other key has come since.
    package var isKeyRefused: Bool { refusalsInARow > 0 }

    /// `now` is monotonic time.
    package mutating func decide(at now: Duration) -> Decision {
        switch state {
        case .open(let until, let reason, let isOutage) where now >= until:
            state = .halfOpen(reason: reason, isOutage: isOutage)
        case .disabled(let until, let reason) where now >= until:
            // How long a key stays refused cannot be told.
            state = .halfOpen(reason: reason, isOutage: true)
        default: break
        }
        return switch state {
        case .closed: .go
        case .open(let until, let reason, _): .wait(until - now, reason: reason)
        case .halfOpen(let reason, _): .probe(reason: reason)
        case .disabled(let until, let reason): .stop(until - now, reason: reason)
        }
    }

    /// VirusTotal answered properly; "unknown" is such an answer.
    package mutating func noteAnswer() {
        failuresInARow = 0
        // One that was on its way when the key was refused says nothing of the key.
        if case .disabled = state { return }
        refusalsInARow = 0
        state = .closed
    }

    /// A request failed. Failures of requests that were in flight together count as one.
    package mutating func note(
        _ failure: LookupFailure, at now: Duration, using generator: inout some RandomNumberGenerator
    ) {
        switch failure.disposition {
        case .stopAsking: disable(failure.reason, at: now)
        case .forbidden:
            countFailure(at: now)
            if failuresInARow > Self.badAnswersMax { disable(failure.reason, at: now) }
        case .pause(let asked):
            countFailure(at: now)
            let own = Backoff.foreignQuota.wait(afterFailures: failuresInARow)
            // To obey "at once" again and again would be hammering.
            let least = Backoff.service.wait(afterFailures: failuresInARow)
            let pause = min(max(asked ?? own, least), Self.retryAfterMax)
            open(until: now + pause, failure.reason, isOutage: false)
        case .unreachable, .retryLater:
            countFailure(at: now)
            // One bad answer may be one bad hash; several in a row are VirusTotal's trouble.
            let patience = failure.disposition == .retryLater ? Self.badAnswersMax : 0
            guard failuresInARow > patience else { return }
            let pause = Backoff.service.jittered(afterFailures: failuresInARow - patience, using: &generator)
            open(until: now + pause, failure.reason, isOutage: true)
        case .giveUp:
            // An answer all the same: VirusTotal is there and understood the question.
            noteAnswer()
        }
    }

    /// The key has changed, or may be well again: refusals of before say nothing about the next request.
    package mutating func keyChanged() {
        guard isKeyRefused else { return }
        refusalsInARow = 0
        switch state {
        case .disabled, .halfOpen:
            // As many forbidden requests as at the start are put down to their hashes.
            failuresInARow = 0
            state = .closed
        case .closed, .open: break
        }
    }

    private mutating func disable(_ reason: String, at now: Duration) {
        // Refusals of requests that were in flight together count as one.
        if case .disabled(let until, _) = state, now < until { return }
        refusalsInARow += 1
        state = .disabled(until: now + Backoff.key.wait(afterFailures: refusalsInARow), reason: reason)
    }

    private mutating func countFailure(at now: Duration) {
        if case .open(let until, _, _) = state, now < until { return }
        failuresInARow += 1
    }

    private mutating func open(until: Duration, _ reason: String, isOutage: Bool) {
        switch state {
        case .disabled: return
        case .open(let earlier, _, _) where earlier > until: return
        default: state = .open(until: until, reason: reason, isOutage: isOutage)
        }
    }
}
