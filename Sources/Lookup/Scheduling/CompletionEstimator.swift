package import Model
package import Store

/// How many requests will have been sent before each job is done, if users take turns as the queue lets them.
package struct CompletionEstimator: Sendable {
    private struct JobBuffer {
        var id: JobID
        var left: Double
    }

    /// The total number of requests, this job's and the others' before it, by job.
    package static func requestsUntilDone(_ jobs: [RunningJob]) -> [JobID: Int] {
        var buffers = Dictionary(grouping: jobs, by: \.user).mapValues { jobs in
            // Last is first: `popLast` is the cheap end.
            jobs.sorted { FairQueue.isBefore($1, $0) }.map {
                JobBuffer(id: $0.id, left: Double($0.openHashes))
            }
        }
        let weights = Dictionary(jobs.map { ($0.user, Double(max(1, $0.weight))) }) { first, _ in first }
        var sent = 0.0
        var done: [JobID: Int] = [:]
        while !buffers.isEmpty {
            let weightSum = buffers.keys.reduce(0) { $0 + weights[$1]! }
            // Everybody's first job shrinks by the user's share until one of them is done.
            let step = buffers.map { $1.last!.left / weights[$0]! }.min()!
            sent += step * weightSum
            for (user, queue) in buffers {
                var queue = queue
                queue[queue.count - 1].left -= step * weights[user]!
                while let first = queue.last, first.left < 0.5 {
                    done[first.id] = Int(sent.rounded(.up))
                    queue.removeLast()
                }
                buffers[user] = queue.isEmpty ? nil : queue
            }
        }
        return done
    }
}
