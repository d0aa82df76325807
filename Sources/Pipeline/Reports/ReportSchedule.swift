import Model

/// Schedule of the reports: each is written a first time at once, again at most every so often, and a last
/// time at once; users take turns. Pure: the time is given, on a clock that never steps.
struct ReportSchedule {
    /// Something to write.
    enum Item: Hashable {
        /// A job's report.
        case job(JobID)
        /// A user's list of jobs.
        case index(UserName)
    }

    private struct Entry {
        let user: UserName
        /// Its place among those that came.
        var number = 0
        var isDirty = true
        var notBefore: Duration = .zero
        /// Nothing comes after it, so it is not held back.
        var isFinal = false
        /// It is a finished one that is written again; those with news come before it.
        var isRenewal = false
        /// What changes meanwhile is written afterwards.
        var isBeingWritten = false
        /// When it is written again although nothing has changed; nil for never.
        var renewal: Duration?

        /// Its place among the same user's reports that are due.
        var rank: Int { isFinal ? 0 : isRenewal ? 2 : 1 }

        /// Nil if there is nothing to write.
        var due: Duration? {
            if isBeingWritten { return nil }
            return isDirty ? (isFinal ? .zero : notBefore) : renewal
        }
    }

    private let interval: Duration
    private var jobs: [JobID: Entry] = [:]
    private var indexes: [UserName: Entry] = [:]
    /// When each user last had a turn, counted in turns.
    private var turns: [UserName: Int] = [:]
    private var turn = 0
    private var entriesMade = 0

    /// - Parameter interval: the least time between two writings of one unfinished report.
    init(interval: Duration) { self.interval = interval }

    /// A job's report is out of date; an `isFinal` one is not held back.
    mutating func jobChanged(_ id: JobID, of user: UserName, isFinal: Bool) {
        entriesMade += 1
        jobs[id, default: Entry(user: user, number: entriesMade)].isDirty = true
        if isFinal { jobs[id]?.isFinal = true }
        jobs[id]?.isRenewal = false
    }

    /// A finished job's last report is to be written again.
    mutating func jobRenewed(_ id: JobID, of user: UserName) {
        if jobs[id]?.isDirty == true { return }
        entriesMade += 1
        jobs[id, default: Entry(user: user, number: entriesMade)].isDirty = true
        jobs[id]?.isRenewal = true
    }

    mutating func userChanged(_ user: UserName) {
        indexes[user, default: Entry(user: user)].isDirty = true
    }

    /// All indexes are out of date.
    mutating func allUsersChanged() {
        for user in indexes.keys { indexes[user]?.isDirty = true }
    }

    /// Only these users' indexes are written again without a change.
    mutating func renewOnly(_ users: Set<UserName>) {
        for user in indexes.keys where !users.contains(user) { indexes[user]?.renewal = nil }
    }

    /// How many of these are jobs' reports.
    func jobs(in items: [Item]) -> Int { items.count { if case .job = $0 { true } else { false } } }

    /// What is to be written now; at the end, everything that is out of date.
    ///
    /// Users take turns, report by report: first the one whose last turn is longest ago. Of one user last
    /// reports come first, then those that have been due for longest, then those that are written again; the
    /// index follows the first of them, and does not wait for the others.
    func due(at now: Duration, isEnd: Bool = false) -> [Item] {
        func isDue(_ entry: Entry) -> Bool { isEnd ? entry.isDirty : entry.due.map { $0 <= now } ?? false }
        // By numbers alone: of thousands of reports that are due, a turn writes a few.
        var places: [UserName: [(rank: Int, notBefore: Duration, number: Int, id: JobID)]] = [:]
        for (id, entry) in jobs where isDue(entry) {
            places[entry.user, default: []].append(
                (entry.rank, entry.notBefore, entry.number, id))
        }
        var items = places.mapValues { places in
            places.sorted { ($0.rank, $0.notBefore, $0.number) < ($1.rank, $1.notBefore, $1.number) }
                .map { Item.job($0.id) }
        }
        for (user, entry) in indexes where isDue(entry) {
            let reports = items[user] ?? []
            items[user] = reports.prefix(1) + [.index(user)] + reports.dropFirst()
        }
        let users = items.keys.sorted { (turns[$0] ?? 0, $0) < (turns[$1] ?? 0, $1) }
        let rounds = items.values.map(\.count).max() ?? 0
        var queues = users.compactMap { items[$0] }
        var due: [Item] = []
        for round in 0..<rounds {
            queues.removeAll { $0.count <= round }
            due += queues.map { $0[round] }
        }
        return due
    }

    /// Whose they are.
    func users(of items: [Item]) -> Set<UserName> {
        Set(
            items.compactMap { item in
                switch item {
                case .job(let id): jobs[id]?.user
                case .index(let user): user
                }
            })
    }

    /// A report's writing begins. It shows what is so at that moment, and not what changes until it is
    /// written.
    mutating func jobBegun(_ id: JobID) {
        guard let user = jobs[id]?.user else { return }
        jobs[id]?.isDirty = false
        jobs[id]?.isFinal = false
        jobs[id]?.isBeingWritten = true
        hadTurn(user)
    }

    private mutating func hadTurn(_ user: UserName) {
        turn += 1
        turns[user] = turn
    }

    /// A report was written, and took so long: the next one waits for at least twenty times that, so that a
    /// large report in the making never takes more than a twentieth of the time. After a job's last report
    /// (`isOver`) there is none, unless something has changed meanwhile; before, it is written again after
    /// `renewal` in any case.
    mutating func jobWritten(
        _ id: JobID, isOver: Bool, at now: Duration, took: Duration, renewal: Duration? = nil
    ) {
        guard var entry = jobs[id], entry.isDirty || !isOver else {
            jobs[id] = nil
            return
        }
        entry.isBeingWritten = false
        entry.notBefore = isOver ? now : now + max(interval, took * 20)
        entry.renewal = isOver ? nil : renewal.map { now + max($0, took * 20) }
        jobs[id] = entry
    }

    /// An index's writing begins; as `jobBegun`.
    mutating func userBegun(_ user: UserName) {
        indexes[user, default: Entry(user: user)].isDirty = false
        indexes[user]?.isBeingWritten = true
        hadTurn(user)
    }

    /// An index was written, and took so long; it is written again after `renewal` in any case.
    mutating func userWritten(_ user: UserName, at now: Duration, took: Duration, renewal: Duration) {
        indexes[user]?.isBeingWritten = false
        indexes[user]?.notBefore = now + max(.seconds(1), took * 20)
        indexes[user]?.renewal = now + renewal
    }

    /// It could not be written (a full disk): again after a while.
    mutating func jobFailed(_ id: JobID, at now: Duration) {
        guard let entry = jobs[id] else { return }
        jobs[id] = Entry(
            user: entry.user, number: entry.number, notBefore: now + Self.retryInterval,
            isRenewal: entry.isRenewal)
    }

    mutating func userFailed(_ user: UserName, at now: Duration) {
        indexes[user] = Entry(user: user, notBefore: now + Self.retryInterval)
    }

    /// When something becomes due next, after `now`.
    func nextDue(after now: Duration) -> Duration? {
        let jobs = jobs.values.lazy.compactMap(\.due).filter { $0 > now }.min()
        let indexes = indexes.values.lazy.compactMap(\.due).filter { $0 > now }.min()
        return jobs.map { min($0, indexes ?? $0) } ?? indexes
    }

    private static let retryInterval: Duration = .seconds(5)
}
