import Model

/// When which report is written: a first time at once, again at most every so often, and a last time at once.
/// Pure: the time is given, on a clock that never steps.
struct ReportSchedule {
    private struct Entry {
        var isDirty: Bool
        var notBefore: Duration
    }

    private let interval: Duration
    private var jobs: [JobID: Entry] = [:]
    private var users: [UserName: Entry] = [:]

    /// - Parameter interval: the least time between two writings of one unfinished report.
    init(interval: Duration) { self.interval = interval }

    /// A job's report is out of date; an `isFinal` one is not held back.
    mutating func jobChanged(_ id: JobID, isFinal: Bool) {
        var entry = jobs[id] ?? Entry(isDirty: true, notBefore: .zero)
        entry.isDirty = true
        if isFinal { entry.notBefore = .zero }
        jobs[id] = entry
    }

    mutating func userChanged(_ user: UserName) {
        users[user, default: Entry(isDirty: true, notBefore: .zero)].isDirty = true
    }

    /// What is to be written now; at the end, everything that is out of date.
    func due(at now: Duration, isEnd: Bool = false) -> (jobs: [JobID], users: [UserName]) {
        func isDue(_ entry: Entry) -> Bool { entry.isDirty && (isEnd || entry.notBefore <= now) }
        return (
            jobs.filter { isDue($0.value) }.map(\.key).sorted(),
            users.filter { isDue($0.value) }.map(\.key).sorted()
        )
    }

    /// A report was written, and took so long: the next one waits for at least twenty times that, so that a
    /// large report in the making never takes more than a twentieth of the time.
    mutating func jobWritten(_ id: JobID, isFinal: Bool, at now: Duration, took: Duration) {
        jobs[id] = isFinal ? nil : Entry(isDirty: false, notBefore: now + max(interval, took * 20))
    }

    mutating func userWritten(_ user: UserName, at now: Duration, took: Duration) {
        users[user] = Entry(isDirty: false, notBefore: now + max(.seconds(1), took * 20))
    }

    /// It could not be written (a full disk): again after a while.
    mutating func jobFailed(_ id: JobID, at now: Duration) {
        jobs[id] = Entry(isDirty: true, notBefore: now + Self.retryInterval)
    }

    mutating func userFailed(_ user: UserName, at now: Duration) {
        users[user] = Entry(isDirty: true, notBefore: now + Self.retryInterval)
    }

    /// A job that is no longer there.
    mutating func forget(_ id: JobID) { jobs[id] = nil }

    /// When there is something to write next, if anything is out of date.
    var nextDue: Duration? {
        (jobs.values.filter(\.isDirty).map(\.notBefore) + users.values.filter(\.isDirty).map(\.notBefore))
            .min()
    }

    private static let retryInterval: Duration = .seconds(5)
}
