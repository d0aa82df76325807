package import Foundation
package import Model
package import Store

/// Weighted fair queuing (stride scheduling) of hashes: decides which is asked next. Pure.
///
/// Users take turns hash by hash, by weight; five hashes never wait behind a hundred thousand. A user who
/// comes in, or has something to ask again, starts even with the others: turns that were not taken are not
/// saved up, and coming back with many short lists brings no advantage. Within a user: jobs marked urgent
/// first and those of low priority last, then the one with least left, then the oldest; a job whose last
/// request failed stands behind the others until VirusTotal has answered again. A job with a budget is not
/// asked for beyond it. Each job has a buffer of a handful of hashes, whatever its
/// list's size; an empty one is refilled.
///
/// Source: Waldspurger and Weihl, "Stride Scheduling", 1995.
package struct FairQueue: Sendable {
    package enum Pick: Hashable, Sendable {
        case ask(Reservation)
        /// The job's next hashes after this one are wanted; answer with `refill`.
        case needsHashes(jobRowID: Int64, after: FileHash?)
        /// Nothing can be asked until `add` or `resume`.
        case nothing
    }

    /// The order of one user's jobs.
    private struct Rank: Comparable, Sendable {
        /// Which failure since VirusTotal's last answer was the job's latest; 0 for none.
        var failure = 0
        var priority: JobOptions.Priority
        var openHashes: Int
        var rowID: Int64

        private var place: Int {
            switch priority {
            case .urgent: 0
            case .normal: 1
            case .low: 2
            }
        }

        static func < (a: Rank, b: Rank) -> Bool {
            (a.failure, a.place, a.openHashes, a.rowID) < (b.failure, b.place, b.openHashes, b.rowID)
        }
    }

    private struct JobBuffer: Sendable {
        var job: RunningJob
        var rank: Rank
        var hashes: ArraySlice<FileHash> = []
        var cursor: FileHash?
        /// Whether the scan through the list, since its start, has found a hash to ask.
        var hasScanFoundHashes = false
    }

    private struct Turn: Sendable {
        /// Virtual time: goes up by 1/weight with each hash. The lowest is next.
        var pass: Double
        var weight: Double
        /// The jobs with something to ask, kept in their order, because a user may have thousands.
        var ready: [Rank] = []
        /// All of the user's jobs, and the open hashes of all of them.
        var jobs = 0
        var openHashes = 0
    }

    private struct Age: Sendable {
        var receivedAt: Date
        var rowID: Int64
    }

    private var buffers: [Int64: JobBuffer] = [:]
    private var rowIDs: [JobID: Int64] = [:]
    /// Everything open in these jobs is in flight or waits for its retry.
    private var drained: Set<Int64> = []
    /// The jobs with a failure since VirusTotal's last answer, and how many failures there were.
    private var failed: Set<Int64> = []
    private var failures = 0
    /// The jobs that have sent all the requests of their budgets.
    private var spent: Set<Int64> = []
    /// Requests that were picked and have not ended, by the job that pays; they outlast a reload.
    private var inFlight: [Int64: Int] = [:]
    /// A turn outlasts its user's jobs: a user who comes back goes on from there.
    private var turns: [UserName: Turn] = [:]
    /// The jobs, the oldest first, and jobs that are gone: `oldestReceivedAt` leaves them behind.
    private var ages: ArraySlice<Age> = []
    /// The turn that was served last.
    private var time = 0.0

    package init() {}

    package var jobs: [RunningJob] {
        buffers.values.map(\.job)
    }

    package var isEmpty: Bool { buffers.isEmpty }

    /// Open hashes by user; a user without a job is not in it. Asked often, so no job is looked at.
    package var openHashes: [UserName: Int] {
        turns.compactMapValues { $0.jobs > 0 ? $0.openHashes : nil }
    }

    /// When the oldest job with open hashes came in; nil if there is none.
    package mutating func oldestReceivedAt() -> Date? {
        // What has nothing open never has again, unless it is added once more.
        while let oldest = ages.first, (buffers[oldest.rowID]?.job.openHashes ?? 0) == 0 {
            _ = ages.popFirst()
        }
        return ages.first?.receivedAt
    }

    package mutating func add(_ job: RunningJob) {
        guard buffers[job.rowID] == nil else { return }
        buffers[job.rowID] = JobBuffer(job: job, rank: Self.rank(job))
        rowIDs[job.id] = job.rowID
        turns[job.user, default: Turn(pass: time, weight: 1)].weight = Double(max(1, job.weight))
        turns[job.user]?.jobs += 1
        turns[job.user]?.openHashes += job.openHashes
        ages.insert(
            Age(receivedAt: job.receivedAt, rowID: job.rowID),
            at: ages.partitioningIndex { $0.receivedAt > job.receivedAt })
        if job.requestsLeft == 0 { spent.insert(job.rowID) } else { makeReady(job.rowID) }
    }

    /// Forgets all jobs, but not whose turn it is.
    package mutating func removeAllJobs() {
        buffers = [:]
        rowIDs = [:]
        drained = []
        spent = []
        failed = []
        ages = []
        for user in turns.keys {
            turns[user]?.ready = []
            turns[user]?.jobs = 0
            turns[user]?.openHashes = 0
        }
    }

    package mutating func remove(_ id: JobID) {
        guard let rowID = rowIDs.removeValue(forKey: id) else { return }
        makeUnready(rowID)
        if let job = buffers.removeValue(forKey: rowID)?.job {
            turns[job.user]?.jobs -= 1
            turns[job.user]?.openHashes -= job.openHashes
        }
        drained.remove(rowID)
        spent.remove(rowID)
        failed.remove(rowID)
        // Behind an old job there may be any number that are gone.
        if ages.count > 2 * buffers.count + Self.goneMax {
            ages.removeAll { [buffers] age in buffers[age.rowID] == nil }
        }
    }

    private static let goneMax = 64

    /// A request of the job failed. While VirusTotal answers nothing, one request at a time is sent as a
    /// probe: were the next again one of this job, and the job's hashes the reason, then no other job of its
    /// user would ever be asked.
    package mutating func noteFailure(jobRowID: Int64) {
        guard buffers[jobRowID] != nil else { return }
        failures += 1
        failed.insert(jobRowID)
        changeRank(jobRowID) { [failures] in $0.failure = failures }
    }

    /// VirusTotal has answered: failures before say nothing any more.
    package mutating func noteAnswer() {
        for rowID in failed { changeRank(rowID) { $0.failure = 0 } }
        failed = []
        failures = 0
    }

    /// A hash that the job paid for has its answer, or the reason why there is none.
    package mutating func settle(jobRowID: Int64) {
        guard let open = buffers[jobRowID]?.job.openHashes else { return }
        setOpen(max(0, open - 1), jobRowID)
    }

    /// A job still waits for so many rows: other names of a file may have been answered along, and others may
    /// have to be asked after all.
    package mutating func limit(_ id: JobID, toRows rows: Int) {
        guard let rowID = rowIDs[id], let open = buffers[rowID]?.job.openHashes else { return }
        setOpen(min(open, rows), rowID)
        resume(jobRowID: rowID)
    }

    /// The job may have something to ask again.
    package mutating func resume(jobRowID: Int64) {
        guard drained.remove(jobRowID) != nil else { return }
        makeReady(jobRowID)
    }

    /// A retry is due: any job may have something to ask again.
    package mutating func resumeAll() {
        for rowID in drained { makeReady(rowID) }
        drained = []
    }

    /// The next hash by turns, or what is needed to know it.
    package mutating func next() -> Pick {
        var best: (user: UserName, pass: Double, job: Int64)?
        for (user, turn) in turns {
            guard let first = turn.ready.first else { continue }
            if let best, (turn.pass, user) >= (best.pass, best.user) { continue }
            best = (user, turn.pass, first.rowID)
        }
        guard let best else { return .nothing }
        guard let hash = buffers[best.job]?.hashes.popFirst() else {
            return .needsHashes(jobRowID: best.job, after: buffers[best.job]?.cursor)
        }
        time = max(time, best.pass)
        move(best.user, by: 1)
        inFlight[best.job, default: 0] += 1
        spendRequest(of: best.job)
        return .ask(Reservation(hash: hash, jobRowID: best.job))
    }

    /// What was picked did not have to be asked after all: the user gets the turn back.
    package mutating func refund(_ reservation: Reservation) {
        requestEnded(jobRowID: reservation.jobRowID, wasSent: false)
        guard let user = buffers[reservation.jobRowID]?.job.user else { return }
        move(user, by: -1)
    }

    /// What was picked may not be asked yet: it is its job's next hash again.
    package mutating func putBack(_ reservation: Reservation) {
        refund(reservation)
        guard var buffer = buffers[reservation.jobRowID] else { return }
        buffer.hashes.insert(reservation.hash, at: buffer.hashes.startIndex)
        buffers[reservation.jobRowID] = buffer
        resume(jobRowID: reservation.jobRowID)
    }

    /// A request that was picked has ended.
    ///
    /// - Parameter wasSent: whether it counts for the job's budget.
    package mutating func requestEnded(jobRowID: Int64, wasSent: Bool) {
        let left = (inFlight[jobRowID] ?? 1) - 1
        inFlight[jobRowID] = left > 0 ? left : nil
        guard !wasSent, let requests = buffers[jobRowID]?.job.requestsLeft else { return }
        buffers[jobRowID]?.job.requestsLeft = requests + 1
        if spent.remove(jobRowID) != nil { makeReady(jobRowID) }
    }

    /// The jobs that have sent all the requests of their budgets, and wait for none of them.
    package var spentJobs: [Int64] { spent.filter { inFlight[$0] == nil }.sorted() }

    /// The end of jobs that have spent their budgets is recorded.
    package mutating func forgetSpent(_ jobs: [Int64]) { spent.subtract(jobs) }

    /// Takes a request from a job's budget; after the last one nothing of it is ready.
    private mutating func spendRequest(of rowID: Int64) {
        guard let requests = buffers[rowID]?.job.requestsLeft else { return }
        buffers[rowID]?.job.requestsLeft = requests - 1
        guard requests <= 1 else { return }
        makeUnready(rowID)
        spent.insert(rowID)
    }

    /// The answer to `needsHashes`: those of `hashes` that are not in flight join the queue.
    ///
    /// An empty refill is the list's end: the next scan begins at its start, where failed hashes may be due
    /// again, and hashes may be open that waited for a primary. A scan that found nothing drains the job
    /// until `resume`.
    package mutating func refill(
        jobRowID: Int64, hashes: [FileHash], inFlight: Set<FileHash>
    ) {
        guard var buffer = buffers[jobRowID] else { return }
        buffer.hashes = hashes.filter { !inFlight.contains($0) }[...]
        if !buffer.hashes.isEmpty { buffer.hasScanFoundHashes = true }
        let isDrained = hashes.isEmpty && (buffer.cursor == nil || !buffer.hasScanFoundHashes)
        if hashes.isEmpty { buffer.hasScanFoundHashes = false }
        buffer.cursor = hashes.last
        buffers[jobRowID] = buffer
        guard isDrained else { return }
        makeUnready(jobRowID)
        drained.insert(jobRowID)
    }

    /// The order of one user's jobs.
    static func sorted(_ jobs: [RunningJob]) -> [RunningJob] {
        jobs.map { (rank: rank($0), job: $0) }.sorted { $0.rank < $1.rank }.map(\.job)
    }

    private static func rank(_ job: RunningJob) -> Rank {
        Rank(
            priority: job.priority, openHashes: job.openHashes, rowID: job.rowID)
    }

    private mutating func move(_ user: UserName, by hashes: Double) {
        guard let turn = turns[user] else { return }
        turns[user]?.pass += hashes / turn.weight
    }

    private mutating func setOpen(_ open: Int, _ rowID: Int64) {
        guard let job = buffers[rowID]?.job else { return }
        turns[job.user]?.openHashes += open - job.openHashes
        buffers[rowID]?.job.openHashes = open
        changeRank(rowID) { $0.openHashes = open }
    }

    private mutating func changeRank(_ rowID: Int64, _ change: (inout Rank) -> Void) {
        guard let before = buffers[rowID]?.rank else { return }
        var rank = before
        change(&rank)
        guard rank != before else { return }
        let wasReady = makeUnready(rowID)
        buffers[rowID]?.rank = rank
        if wasReady { makeReady(rowID) }
    }

    private mutating func makeReady(_ rowID: Int64) {
        guard let buffer = buffers[rowID], var turn = turns[buffer.job.user] else { return }
        if turn.ready.isEmpty { turn.pass = max(turn.pass, time) }
        turns[buffer.job.user] = nil
        turn.ready.insert(buffer.rank, at: turn.ready.partitioningIndex { $0 > buffer.rank })
        turns[buffer.job.user] = turn
    }

    /// Returns whether it was ready.
    @discardableResult
    private mutating func makeUnready(_ rowID: Int64) -> Bool {
        guard let buffer = buffers[rowID], let ready = turns[buffer.job.user]?.ready else { return false }
        let index = ready.partitioningIndex { $0 >= buffer.rank }
        guard index < ready.count, ready[index] == buffer.rank else { return false }
        turns[buffer.job.user]?.ready.remove(at: index)
        return true
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index of a sorted collection whose element is past the border, by halving.
    package func partitioningIndex(_ isPast: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if isPast(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
