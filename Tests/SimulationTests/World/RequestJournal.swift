import Foundation
import Lookup
import Model
import Store
import Support

/// What VirusTotal itself saw: every request, when it counted it, and whether that was allowed. In true time.
struct RequestJournal {
    struct Entry {
        var hash: FileHash
        var sentAt: Duration
        var countedAt: Duration?
        /// It has reached VirusTotal, or the place where it failed.
        var hasArrived = false
        var endedAt: Duration?
        /// The right answer, and what the daemon's wall clock showed when it came.
        var answer: (answer: LookupAnswer.Answer, at: Date)?
        /// The daemon has heard of the end and recorded it.
        var isSettled = false
        /// The daemon was killed before it could record the end.
        var isLost = false

        var isInFlight: Bool { endedAt == nil && !isLost }
    }

    private(set) var entries: [Entry] = []
    /// The requests that have ended since `settle`.
    private var unsettled: [Int] = []
    /// Breaches of the limits.
    private(set) var complaints: [String] = []

    private let limits: QuotaLimits
    private var counted: [Duration] = []
    private var days: [Int: Int] = [:]
    private var months: [String: Int] = [:]

    init(limits: QuotaLimits) { self.limits = limits }

    var hasUnsettled: Bool { !unsettled.isEmpty }
    /// Requests that VirusTotal has counted.
    var count: Int { counted.count }
    func count(until end: Duration) -> Int { counted.count { $0 <= end } }
    /// Those for a hash.
    var lookupsCount: Int { entries.count { $0.countedAt != nil } }
    var inFlight: Int { entries.count(where: \.isInFlight) }
    var lastActivity: Duration? { entries.last.map { max($0.sentAt, $0.endedAt ?? $0.sentAt) } }

    func counted(day date: Date) -> Int { days[Self.day(date), default: 0] }
    func counted(month date: Date) -> Int { months[Self.month(date), default: 0] }

    mutating func send(_ hash: FileHash, at now: Duration) -> Int {
        if entries.contains(where: { $0.hash == hash && $0.isInFlight }) {
            complaints.append("\(hash) is asked while it is in flight")
        }
        entries.append(Entry(hash: hash, sentAt: now))
        return entries.count - 1
    }

    mutating func arrive(_ number: Int) { entries[number].hasArrived = true }

    /// VirusTotal counts a request, between its sending and its end.
    ///
    /// - Parameter date: the true time.
    mutating func count(_ number: Int?, at now: Duration, _ date: Date) {
        if let number { entries[number].countedAt = now }
        counted.append(now)
        let (day, month) = (Self.day(date), Self.month(date))
        checkMinute(now)
        // The quota's own figures are no lookup.
        guard number != nil else { return }
        days[day, default: 0] += 1
        months[month, default: 0] += 1
        check(days[day]!, limits.requestsPerDayLimit, "UTC day")
        check(months[month]!, limits.requestsPerMonthLimit, "month")
    }

    /// Returns whether the daemon still lives to hear it.
    mutating func end(_ number: Int, at now: Duration, answer: (LookupAnswer.Answer, at: Date)?) -> Bool {
        guard !entries[number].isLost else { return false }
        entries[number].endedAt = now
        unsettled.append(number)
        entries[number].answer = answer.map { ($0.0, $0.at) }
        return true
    }

    /// The daemon has recorded what has ended.
    mutating func settle() {
        for index in unsettled { entries[index].isSettled = true }
        unsettled = []
    }

    /// The daemon was killed.
    ///
    /// - Returns: the requests that were on their way and not counted.
    mutating func lose() -> [Int] {
        let lost = entries.indices.filter { !entries[$0].isSettled && !entries[$0].isLost }
        for index in lost { entries[index].isLost = true }
        return lost.filter { entries[$0].countedAt == nil && entries[$0].endedAt == nil }
    }

    /// When a hash got an answer that the daemon recorded, its own or another name's, and which.
    func lastAnswer(to hash: FileHash) -> (answer: LookupAnswer.Answer, at: Date)? {
        entries.last { entry in
            guard entry.isSettled, !entry.isLost, let answer = entry.answer?.answer else { return false }
            if case .known(let file) = answer { return file.isNamed(hash) }
            return entry.hash == hash
        }?.answer
    }

    private mutating func checkMinute(_ now: Duration) {
        let limit = limits.requestsPerMinuteLimit
        guard limit > 0, counted.count > limit else { return }
        let earlier = counted[counted.count - 1 - limit]
        guard now - earlier < .seconds(60) else { return }
        complaints.append("\(limit + 1) requests within \(now - earlier); the limit is \(limit) a minute")
    }

    private mutating func check(_ count: Int, _ limit: Int, _ period: String) {
        guard limit > 0, count > limit else { return }
        complaints.append("\(count) requests in a \(period); the limit is \(limit)")
    }

    private static func day(_ date: Date) -> Int { Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) }

    private static func month(_ date: Date) -> String {
        let day = CivilDate(daysSince1970: day(date))
        return "\(day.year)-\(day.month)"
    }
}
