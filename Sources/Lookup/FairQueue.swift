package import Model
package import Store

/// Whose hash is asked next. Pure.
///
/// Users take turns hash by hash, by weight; a user who comes in starts even with the others, so that five
/// hashes never wait behind a hundred thousand. Within a user: jobs marked urgent first, then the one with least
/// left, then the oldest. It holds a handful of hashes for each job and asks for more, whatever a list's size.
package struct FairQueue: Sendable {
    package enum Pick: Hashable, Sendable {
        case ask(Reservation)
        /// The job's next hashes after this one are wanted; answer with `supply`.
        case needsHashes(jobRowID: Int64, after: FileHash?)
        /// Nothing can be asked until `wake`.
        case nothing
    }

    /// In a dropped name, puts the job before its user's others.
    package static let urgentMark = "!urgent"

    private struct Lane: Sendable {
        var job: RunningJob
        var isUrgent: Bool
        var buffer: ArraySlice<FileHash> = []
        var cursor: FileHash?
        /// Whether the lap through the list, since its start, has found a hash to ask.
        var isLapFruitful = false
        /// Everything open is in flight or waits for its retry.
        var isDrained = false
    }

    private struct Turn: Sendable {
        /// Virtual time: goes up by 1/weight with each hash. The lowest is next.
        var pass: Double
        var weight: Double
        var jobs: Set<Int64>
    }

    private var lanes: [Int64: Lane] = [:]
    private var turns: [UserName: Turn] = [:]

    package init() {}

    package var jobs: [RunningJob] {
        lanes.values.map(\.job)
    }

    package mutating func add(_ job: RunningJob) {
        guard lanes[job.rowID] == nil else { return }
        lanes[job.rowID] = Lane(job: job, isUrgent: Self.isUrgent(job))
        let start = turns.values.map(\.pass).min() ?? 0
        turns[job.user, default: Turn(pass: start, weight: Double(max(1, job.weight)), jobs: [])]
            .jobs.insert(job.rowID)
    }

    package mutating func remove(jobRowID: Int64) {
        guard let lane = lanes.removeValue(forKey: jobRowID) else { return }
        turns[lane.job.user]?.jobs.remove(jobRowID)
        if turns[lane.job.user]?.jobs.isEmpty == true { turns[lane.job.user] = nil }
    }

    /// A hash that the job paid for has its answer, or the reason why there is none.
    package mutating func settle(jobRowID: Int64) {
        guard let open = lanes[jobRowID]?.job.openHashes else { return }
        lanes[jobRowID]?.job.openHashes = max(0, open - 1)
    }

    /// A job still waits for so many rows: other names of a file may have been answered along.
    package mutating func limit(jobRowID: Int64, toRows rows: Int) {
        guard let open = lanes[jobRowID]?.job.openHashes else { return }
        lanes[jobRowID]?.job.openHashes = min(open, rows)
    }

    /// An answer came, or a retry is due: what was drained may have something again.
    package mutating func wake() {
        for key in lanes.keys { lanes[key]?.isDrained = false }
    }

    /// The next hash by turns, or what is needed to know it.
    package mutating func next() -> Pick {
        var best: (user: UserName, pass: Double, job: Int64)?
        for (user, turn) in turns {
            if let best, (turn.pass, user) >= (best.pass, best.user) { continue }
            guard let job = firstJob(of: turn) else { continue }
            best = (user, turn.pass, job)
        }
        guard let best, var lane = lanes[best.job] else { return .nothing }
        guard let hash = lane.buffer.popFirst() else {
            return .needsHashes(jobRowID: best.job, after: lane.cursor)
        }
        lanes[best.job] = lane
        move(best.user, by: 1)
        return .ask(Reservation(hash: hash, jobRowID: best.job))
    }

    /// What was picked did not have to be asked after all: the turn is given back.
    package mutating func giveBack(_ reservation: Reservation) {
        guard let user = lanes[reservation.jobRowID]?.job.user else { return }
        move(user, by: -1)
    }

    private mutating func move(_ user: UserName, by hashes: Double) {
        guard var turn = turns[user] else { return }
        turn.pass += hashes / turn.weight
        turns[user] = turn
    }

    /// The answer to `needsHashes`: those of `hashes` that are not in flight join the queue.
    ///
    /// An empty supply is the list's end: the next lap begins at its start, where failed hashes may be due again
    /// and followers may have been opened. A lap that found nothing drains the job until `wake`.
    package mutating func supply(
        jobRowID: Int64, hashes: [FileHash], inFlight: Set<FileHash>
    ) {
        guard var lane = lanes[jobRowID] else { return }
        lane.buffer = hashes.filter { !inFlight.contains($0) }[...]
        if !lane.buffer.isEmpty { lane.isLapFruitful = true }
        if hashes.isEmpty {
            lane.isDrained = lane.cursor == nil || !lane.isLapFruitful
            lane.isLapFruitful = false
        }
        lane.cursor = hashes.last
        lanes[jobRowID] = lane
    }

    /// The order of one user's jobs.
    static func isBefore(_ a: RunningJob, _ b: RunningJob) -> Bool {
        (isUrgent(a) ? 0 : 1, a.openHashes, a.rowID) < (isUrgent(b) ? 0 : 1, b.openHashes, b.rowID)
    }

    private static func isUrgent(_ job: RunningJob) -> Bool { job.droppedName.display.contains(urgentMark) }

    private func firstJob(of turn: Turn) -> Int64? {
        turn.jobs.lazy.compactMap { lanes[$0] }.filter { !$0.isDrained }
            .min { a, b in
                (a.isUrgent ? 0 : 1, a.job.openHashes, a.job.rowID)
                    < (b.isUrgent ? 0 : 1, b.job.openHashes, b.job.rowID)
            }?.job.rowID
    }
}
