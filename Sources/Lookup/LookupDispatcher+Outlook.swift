import Foundation
package import Model
import Store

// What the dispatcher tells of its work.
extension LookupDispatcher {
    /// How far each running job is from its end.
    package func outlooks() -> [JobID: JobOutlook] {
        let now = clock.now
        let jobs = queue.jobs
        let isStopped = if case .stopped = mood.mood { true } else { false }
        let pause =
            if case .waiting(let until, _) = mood.mood { max(.zero, until - now.monotonic) } else {
                Duration.zero
            }
        return OutlookEstimator.requestsUntilDone(jobs).mapValues { requests in
            let bySpeed = Duration.seconds(
                answerSeconds * Double(requests) / Double(options.connectionsMax))
            let byQuota = quota.expectedWait(forRequests: requests, at: now) + .seconds(answerSeconds)
            return JobOutlook(
                expectedAt: isStopped ? nil : (now + pause + max(bySpeed, byQuota)).wall,
                waitReason: storeTrouble ?? waitReason)
        }
    }

    package func health() -> LookupHealth {
        LookupHealth(
            waitReason: storeTrouble ?? waitReason, waitsUntil: waitsUntil, limits: quota.limits,
            spentThisMinute: quota.spentThisMinute, spentToday: quota.spentToday,
            spentThisMonth: quota.spentThisMonth, requestsInFlight: inFlight.count,
            openHashes: Dictionary(grouping: queue.jobs, by: \.user).mapValues { jobs in
                jobs.reduce(0) { $0 + $1.openHashes }
            })
    }

    func reason(_ period: QuotaPeriod) -> String {
        let limits = quota.limits
        switch period {
        case .minute:
            if let pace = quota.pace {
                return "another program seems to use the same key: \(pace) instead of "
                    + "\(limits.requestsPerMinuteLimit) requests a minute for now"
            }
            return "within the limit of \(limits.requestsPerMinuteLimit) requests a minute"
        case .day: return "the day's \(limits.requestsPerDayLimit) requests are used up; goes on at 00:00 UTC"
        case .month:
            return "the month's \(limits.requestsPerMonthLimit) requests are used up; "
                + "goes on on the 1st at 00:00 UTC"
        }
    }
}
