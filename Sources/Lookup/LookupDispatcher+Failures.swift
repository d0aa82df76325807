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
        case .retryLater: break
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
        if attempts >= options.attemptsMax {
            return .failedForGood(reason: "\(failure.reason) (\(attempts) attempts)")
        }
        var pause = Backoff.hash.jittered(afterFailures: max(1, attempts), using: &generator)
        // The next request is a probe if the circuit breaker is open. Were this hash due by then, it could be
        // every probe, and no other hash would ever be asked.
        if case .wait(let rest, _) = circuitBreaker.decide(at: now.monotonic) {
            pause = max(pause, rest + .seconds(1))
        }
        return .failedForNow(
            reason: failure.reason, notBefore: (now + pause).wall, countsAttempt: counts)
    }
}
