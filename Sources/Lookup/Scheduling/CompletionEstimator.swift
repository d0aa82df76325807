package import Model
package import Store

/// Estimates how many requests will have been sent before each job is done, if users take turns as
/// `FairQueue` lets them.
package struct CompletionEstimator: Sendable {
    private struct Remainder {
        var id: JobID
        var hashes: Double
    }

    /// The total number of requests, this job's and the others' before it, by job.
    package static func requestsUntilDone(_ jobs: [RunningJob]) -> [JobID: Int] {
        var queues = Dictionary(grouping: jobs, by: \.user).mapValues { jobs in
            // Last is first: `popLast` is the cheap end.
            jobs.sorted { FairQueue.isBefore($1, $0) }.map {
                Remainder(id: $0.id, hashes: Double($0.openHashes))
            }
        }
        let weights = Dictionary(jobs.map { ($0.user, Double(max(1, $0.weight))) }) { first, _ in first }
        var sent = 0.0
        var done: [JobID: Int] = [:]
        while !queues.isEmpty {
            let weightSum = queues.keys.reduce(0) { $0 + weights[$1]! }
            // Every user's first job shrinks by the user's share until one of them is done.
            let step = queues.map { $1.last!.hashes / weights[$0]! }.min()!
            sent += step * weightSum
            for (user, queue) in queues {
                var queue = queue
                queue[queue.count - 1].hashes -= step * weights[user]!
                while let first = queue.last, first.hashes < 0.5 {
                    done[first.id] = Int(sent.rounded(.up))
                    queue.removeLast()
                }
                queues[user] = queue.isEmpty ? nil : queue
            }
        }
        return done
    }
}
