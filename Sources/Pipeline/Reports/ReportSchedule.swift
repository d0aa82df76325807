import Model

/// Schedule of the reports: each is written a first time at once, again at most every so often, and a last
/// time at once. Pure: the time is given, on a clock that never steps.
struct ReportSchedule {
    private struct Entry {
        var isDirty = true
        var notBefore: Duration = .zero
        /// Nothing comes after it, so it is not held back.
        var isFinal = false
        /// What changes meanwhile is written afterwards.
        var isBeingWritten = false

        /// Nil if there is nothing to write.
        var due: Duration? { isDirty && !isBeingWritten ? (isFinal ? .zero : notBefore) : nil }
    }

    private let interval: Duration
    private var jobs: [JobID: Entry] = [:]
    private var users: [UserName: Entry] = [:]

    /// - Parameter interval: the least time between two writings of one unfinished report.
    init(interval: Duration) { self.interval = interval }

    /// A job's report is out of date; an `isFinal` one is not held back.
    mutating func jobChanged(_ id: JobID, isFinal: Bool) {
        jobs[id, default: Entry()].isDirty = true
        if isFinal { jobs[id]?.isFinal = true }
    }

    mutating func userChanged(_ user: UserName) {
        users[user, default: Entry()].isDirty = true
    }

    /// What is to be written now; at the end, everything that is out of date.
    func due(at now: Duration, isEnd: Bool = false) -> (jobs: [JobID], users: [UserName]) {
        func isDue(_ entry: Entry) -> Bool { isEnd ? entry.isDirty : entry.due.map { $0 <= now } ?? false }
        return (
            jobs.filter { isDue($0.value) }.map(\.key).sorted(),
            users.filter { isDue($0.value) }.map(\.key).sorted()
        )
    }

    /// A report's writing begins. It shows what is so at that moment, and not what changes until it is
    /// written.
    mutating func jobBegun(_ id: JobID) {
        jobs[id, default: Entry()].isDirty = false
        jobs[id]?.isFinal = false
        jobs[id]?.isBeingWritten = true
    }

    /// A report was written, and took so long: the next one waits for at least twenty times that, so that a
    /// large report in the making never takes more than a twentieth of the time. After a job's last report
    /// (`isOver`) there is none, unless something has changed meanwhile.
    mutating func jobWritten(_ id: JobID, isOver: Bool, at now: Duration, took: Duration) {
        guard var entry = jobs[id], entry.isDirty || !isOver else {
            jobs[id] = nil
            return
        }
        entry.isBeingWritten = false
        entry.notBefore = isOver ? now : now + max(interval, took * 20)
        jobs[id] = entry
    }

    mutating func userWritten(_ user: UserName, at now: Duration, took: Duration) {
        users[user] = Entry(isDirty: false, notBefore: now + max(.seconds(1), took * 20))
    }

    /// It could not be written (a full disk): again after a while.
    mutating func jobFailed(_ id: JobID, at now: Duration) {
        jobs[id] = Entry(notBefore: now + Self.retryInterval)
    }

    mutating func userFailed(_ user: UserName, at now: Duration) {
        users[user] = Entry(notBefore: now + Self.retryInterval)
    }

    /// When there is something to write next, if anything is out of date.
    var nextDue: Duration? {
        (jobs.values.compactMap(\.due) + users.values.compactMap(\.due)).min()
    }

    private static let retryInterval: Duration = .seconds(5)
}
