import Foundation
import Model
import Store
import Support

// What a failed request means for its hash.
extension LookupDispatcher {
    /// What a failure means for its hash: later, or never.
    ///
    /// A bad answer counts against its hash only if VirusTotal has answered something well since the hash
    /// failed last: through an outage of a day no list runs out of attempts.
    func consequence(
        of failure: LookupFailure, for hash: FileHash, _ now: ClockReading
    ) -> LookupOutcome.Result {
        switch failure.disposition {
        case .giveUp: return .failedForGood(reason: failure.reason)
        case .stopAsking, .pause, .unreachable:
            return .failedForNow(reason: failure.reason, notBefore: now.wall, countsAttempt: false)
        case .retryLater, .forbidden: break
        }
        let before: (attempts: Int, failedAt: Date)?
        do {
            before = try lookups.failures(of: hash)
        } catch {
            note(storeFailure: error)
            return .failedForNow(reason: failure.reason, notBefore: now.wall, countsAttempt: false)
        }
        let counts = before.map { failed in lastAnswerAt.map { $0 > failed.failedAt } ?? false } ?? true
        let attempts = (before?.attempts ?? 0) + (counts ? 1 : 0)
        let attemptsMax =
            failure.disposition == .forbidden
            ? min(Self.forbiddenAttemptsMax, options.attemptsMax) : options.attemptsMax
        if attempts >= attemptsMax {
            return .failedForGood(reason: "\(failure.reason) (\(attempts) attempts)")
        }
        var pause = Backoff.hash.jittered(afterFailures: max(1, attempts), using: &generator)
        // The next request is a probe if the circuit breaker is open. Were this hash due by then, it could be
        // every probe, and no other hash would ever be asked.
        switch circuitBreaker.decide(at: now.monotonic) {
        case .wait(let rest, _), .stop(let rest, _): pause = max(pause, rest + .seconds(1))
        case .go, .probe: break
        }
        return .failedForNow(
            reason: failure.reason, notBefore: (now + pause).wall, countsAttempt: counts)
    }

    /// A hash that is forbidden a second time, while others are answered, is to blame itself.
    private static let forbiddenAttemptsMax = 2
}
