import Foundation
package import Model
import Store
import Support

// What the dispatcher tells of its work.
extension LookupDispatcher {
    /// How far each running job is from its end. The caller's thread does the arithmetic.
    package nonisolated(nonsending) func estimates() async -> [JobID: JobEstimate] {
        await estimator().estimates()
    }

    private func estimator() -> CompletionEstimator {
        let now = clock.now
        var estimator = CompletionEstimator(
            now: now, jobs: queue.jobs, postponed: postponedHashes(at: now), rateLimiter: rateLimiter,
            connectionsMax: options.connectionsMax, answerSeconds: answerSeconds, pause: .zero,
            // Before the first answer it is not known whether there will be one.
            isForeseeable: lastAnswerAt != nil || inFlight.isEmpty, waitReason: nil)
        switch circuitBreaker.state {
        case .closed: break
        case .open(let until, _, let isOutage):
            estimator.pause = max(.zero, until - now.monotonic)
            if isOutage { estimator.isForeseeable = false }
        case .halfOpen(_, let isOutage): if isOutage { estimator.isForeseeable = false }
        case .disabled: estimator.isForeseeable = false
        }
        if let (wait, until) = ledgerWait {
            estimator.pause = max(estimator.pause, until - now.monotonic)
            if !wait.isForeseeable { estimator.isForeseeable = false }
        }
        if storeTrouble != nil { estimator.isForeseeable = false }
        estimator.waitReason = storeTrouble ?? usersWaitReason.map { "\($0)\(goesOn(at: now))" }
        return estimator
    }

    /// When lookups go on, where the reason itself does not say it.
    private func goesOn(at now: ClockReading) -> String {
        switch circuitBreaker.state {
        case .open(let until, _, _), .disabled(let until, _):
            guard until > now.monotonic else { return "" }
            return " Asked again from \(UTCTime((now + (until - now.monotonic)).wall).clockTime) UTC on."
        case .closed, .halfOpen: return ""
        }
    }

    private func postponedHashes(at now: ClockReading) -> [Int64: PostponedHashes] {
        do {
            return try lookups.postponed(at: now.wall)
        } catch {
            note(storeFailure: error)
            return [:]
        }
    }

    package func health() -> LookupHealth {
        let now = clock.now
        return LookupHealth(
            waitReason: storeTrouble ?? waitReason, usersWaitReason: storeTrouble ?? usersWaitReason,
            needsAttention: storeTrouble != nil || (waitReason != nil && !isWaitRoutine),
            waitsUntil: waitEnd.map { (now + ($0 - now.monotonic)).wall }, minute: rateLimiter.minute,
            day: rateLimiter.day, month: rateLimiter.month, requestsInFlight: inFlight.count,
            openHashes: queue.openHashes, oldestReceivedAt: queue.oldestReceivedAt(),
            usedUpPeriod: usedUpPeriod, isKeyRefused: circuitBreaker.isKeyRefused)
    }

    func reason(_ period: QuotaPeriod) -> String {
        switch period {
        case .minute:
            if let pace = rateLimiter.pace {
                return "another program seems to use the same key: \(pace) instead of "
                    + "\(rateLimiter.minute.limit) requests a minute for now"
            }
            return
                "the minute's \(rateLimiter.minute.limit) requests are used up; goes on within the minute"
        case .day:
            let end =
                rateLimiter.isRolling
                ? "the clock has leapt, so the last 24 hours count" : "goes on at 00:00 UTC"
            return "the day's \(rateLimiter.day.limit) requests are used up; \(end)"
        case .month:
            let end =
                rateLimiter.isRolling
                ? "the clock has leapt, so the last 31 days count" : "goes on on the 1st at 00:00 UTC"
            return "the month's \(rateLimiter.month.limit) requests are used up; \(end)"
        }
    }

    /// Notes what the lookups wait for; nil if they go on.
    ///
    /// - Parameter advice: what the operator is to do with the key; it names files of the server.
    func setWait(
        _ reason: String?, until wait: Duration?, _ now: ClockReading, usedUp period: QuotaPeriod? = nil,
        advice: String? = nil
    ) {
        waitReason = reason.map { reason in advice.map { "\(reason) \($0)" } ?? reason }
        usersWaitReason = reason.map { reason in
            advice == nil ? reason : "\(reason) The administrator has to exchange the key."
        }
        usedUpPeriod = period
        isWaitRoutine = period == .minute && rateLimiter.pace == nil
        waitEnd = wait.map { now.monotonic + $0 }
    }
}
