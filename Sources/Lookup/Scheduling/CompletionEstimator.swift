import Foundation
import Model
import Store
import Support

/// Estimates of when running jobs will be done, from what `LookupDispatcher` knew at one moment.
///
/// The dispatcher's own thread only takes the picture; what costs as much as there are jobs, its reader does.
struct CompletionEstimator: Sendable {
    var now: ClockReading
    var jobs: [RunningJob]
    /// By the job's row id.
    var postponed: [Int64: PostponedHashes]
    var rateLimiter: RateLimiter
    var connectionsMax: Int
    /// How long one answer takes.
    var answerSeconds: Double
    /// How long nothing is asked at all.
    var pause: Duration
    /// False while it cannot be told when lookups go on.
    var isForeseeable: Bool
    /// What all jobs wait for.
    var waitReason: String?

    func estimates() -> [JobID: JobEstimate] {
        let turns = Self.requestsUntilDone(jobs)
        let waits = rateLimiter.expectedWaits(
            forRequests: turns.map { max(0, $0.requests - rateLimiter.inFlight) }, at: now)
        return Dictionary(
            uniqueKeysWithValues: zip(turns, waits).map { turn, byQuota in
                let bySpeed = Duration.seconds(
                    answerSeconds * Double(turn.requests) / Double(connectionsMax))
                let end = (now + pause + max(bySpeed, byQuota + .seconds(answerSeconds))).wall
                let retry = retry(of: turn.job)
                return (
                    turn.job.id,
                    JobEstimate(
                        expectedAt: isForeseeable ? max(end, retry?.nextAttemptAt ?? .distantPast) : nil,
                        waitReason: waitReason ?? retry.map(Self.reason))
                )
            })
    }

    /// The next attempt, for a job of which nothing is left but hashes that wait for theirs.
    private func retry(of job: RunningJob) -> PostponedHashes? {
        postponed[job.rowID].flatMap { $0.count >= job.openHashes ? $0 : nil }
    }

    private static func reason(_ postponed: PostponedHashes) -> String {
        let rest = postponed.count == 1 ? "one hash is" : "\(postponed.count) hashes are"
        let time = UTCTime(postponed.nextAttemptAt).clockTime
        return "\(rest) asked again from \(time) UTC on: \(postponed.reason)"
    }

    /// How many requests will have been sent when each job is done, its own and others', the fewest first: if
    /// users take turns as `FairQueue` lets them.
    ///
    /// In weighted fair queuing the users' own times run alike: a user's job ends when that time has come to
    /// the open hashes of the user's jobs up to it, over the user's weight.
    static func requestsUntilDone(_ jobs: [RunningJob]) -> [(job: RunningJob, requests: Int)] {
        var ends: [(time: Double, job: RunningJob, isUsersLast: Bool)] = []
        var weights = 0.0
        for (_, jobs) in Dictionary(grouping: jobs, by: \.user) {
            let jobs = FairQueue.sorted(jobs)
            let weight = Self.weight(jobs[0])
            weights += weight
            var hashes = 0
            for (index, job) in jobs.enumerated() {
                hashes += min(job.openHashes, job.requestsLeft ?? job.openHashes)
                ends.append((Double(hashes) / weight, job, index == jobs.count - 1))
            }
        }
        ends.sort { ($0.time, $0.job.rowID) < ($1.time, $1.job.rowID) }
        let fractionSent = Self.fractionSent(jobs)
        var (sent, time) = (0.0, 0.0)
        return ends.map { end in
            sent += (end.time - time) * weights
            time = end.time
            if end.isUsersLast { weights -= Self.weight(end.job) }
            // Less than a request is an error of the arithmetic.
            return (end.job, Int((sent * fractionSent - 0.01).rounded(.up)))
        }
    }

    /// How many requests a hash of a job takes on the average: one that several jobs want is asked once.
    private static func fractionSent(_ jobs: [RunningJob]) -> Double {
        let wanted = jobs.reduce(0) { $0 + $1.openHashes }
        let shared = jobs.reduce(0.0) { $0 + Double($1.openHashes) * $1.sharedFraction }
        return wanted > 0 ? 1 - shared / Double(wanted) : 1
    }

    private static func weight(_ job: RunningJob) -> Double { Double(max(1, job.weight)) }
}
