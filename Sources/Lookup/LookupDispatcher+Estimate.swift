import Foundation
package import Model
import Store
import Support

// What the dispatcher tells of its work.
extension LookupDispatcher {
    /// How far each running job is from its end.
    package func estimates() -> [JobID: JobEstimate] {
        let now = clock.now
        let jobs = queue.jobs
        let postponed = postponedJobs(jobs, at: now)
        var pause = Duration.zero
        var isForeseeable = storeTrouble == nil
        switch circuitBreaker.state {
        case .closed: break
        case .open(let until, _, let isOutage):
            pause = max(.zero, until - now.monotonic)
            isForeseeable = isForeseeable && !isOutage
        case .halfOpen(_, let isOutage): isForeseeable = isForeseeable && !isOutage
        case .disabled: isForeseeable = false
        }
        let requestsUntilDone = CompletionEstimator.requestsUntilDone(jobs)
        return Dictionary(
            uniqueKeysWithValues: requestsUntilDone.map { id, requests in
                let toSend = max(0, requests - inFlight.count)
                let bySpeed = Duration.seconds(
                    answerSeconds * Double(requests) / Double(options.connectionsMax))
                let byQuota = rateLimiter.expectedWait(forRequests: toSend, at: now) + .seconds(answerSeconds)
                let retry = postponed[id]
                let expected = max(
                    (now + pause + max(bySpeed, byQuota)).wall, retry?.nextAttemptAt ?? .distantPast)
                return (
                    id,
                    JobEstimate(
                        expectedAt: isForeseeable ? expected : nil,
                        waitReason: storeTrouble ?? waitReason ?? retry.map(Self.reason))
                )
            })
    }

    /// The jobs of which nothing is left but hashes that wait for their next attempt.
    private func postponedJobs(_ jobs: [RunningJob], at now: ClockReading) -> [JobID: PostponedHashes] {
        do {
            let postponed = try lookups.postponed(at: now.wall)
            guard !postponed.isEmpty else { return [:] }
            return Dictionary(
                uniqueKeysWithValues: jobs.compactMap { job in
                    postponed[job.rowID].flatMap { $0.count >= job.openHashes ? (job.id, $0) : nil }
                })
        } catch {
            note(storeFailure: error)
            return [:]
        }
    }

    private static func reason(_ postponed: PostponedHashes) -> String {
        let rest = postponed.count == 1 ? "one hash is" : "\(postponed.count) hashes are"
        let time = UTCTime(postponed.nextAttemptAt).clockTime
        return "\(rest) asked again from \(time) UTC on: \(postponed.reason)"
    }

    package func health() -> LookupHealth {
        let now = clock.now
        return LookupHealth(
            waitReason: storeTrouble ?? waitReason,
            needsAttention: storeTrouble != nil || (waitReason != nil && !isWaitRoutine),
            waitsUntil: waitEnd.map { (now + ($0 - now.monotonic)).wall }, minute: rateLimiter.minute,
            day: rateLimiter.day, month: rateLimiter.month, requestsInFlight: inFlight.count,
            openHashes: Dictionary(grouping: queue.jobs, by: \.user).mapValues { jobs in
                jobs.reduce(0) { $0 + $1.openHashes }
            })
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
        case .day: return "the day's \(rateLimiter.day.limit) requests are used up; goes on at 00:00 UTC"
        case .month:
            return "the month's \(rateLimiter.month.limit) requests are used up; "
                + "goes on on the 1st at 00:00 UTC"
        }
    }

    /// Notes what the lookups wait for; nil if they go on.
    func setWait(
        _ reason: String?, until wait: Duration?, _ now: ClockReading, isRoutine: Bool = false
    ) {
        waitReason = reason
        isWaitRoutine = isRoutine
        waitEnd = wait.map { now.monotonic + $0 }
    }
}
