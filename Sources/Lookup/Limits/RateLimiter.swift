import Foundation
package import Store
package import Support

/// What a key may spend; 0 means no limit.
package struct QuotaLimits: Hashable, Sendable {
    /// In any 60 seconds; default 4, a public key's.
    package var requestsPerMinuteLimit: Int
    /// From 00:00 to 24:00 UTC; default 500.
    package var requestsPerDayLimit: Int
    /// In a calendar month, UTC; default 15,500.
    package var requestsPerMonthLimit: Int

    package init(
        requestsPerMinuteLimit: Int = 4, requestsPerDayLimit: Int = 500, requestsPerMonthLimit: Int = 15_500
    ) {
        self.requestsPerMinuteLimit = requestsPerMinuteLimit
        self.requestsPerDayLimit = requestsPerDayLimit
        self.requestsPerMonthLimit = requestsPerMonthLimit
    }
}

/// Which of the three allowances is used up.
package enum QuotaPeriod: String, Hashable, Sendable {
    case minute, day, month
}

/// Whether a request may leave now.
package enum QuotaDecision: Hashable, Sendable {
    /// So many may leave at once; `Int.max` without limits.
    case go(Int)
    case wait(Duration, QuotaPeriod)
}

/// Counts requests and says when the next may leave. Pure: the time is given.
///
/// The minute is a sliding window over the moments at which requests *ended*. VirusTotal counts a request
/// somewhere between its leaving and its end, so a request that leaves 60 s after another's end is never in
/// the same 60 s, however long the network took. Requests in flight count as ending now.
package struct RateLimiter: Sendable {
    /// Beyond the 60 s, for clocks that do not run at the same speed.
    private static let window: Duration = .seconds(60) + .milliseconds(20)

    /// What the settings allow, or less if VirusTotal said so.
    package private(set) var limits: QuotaLimits
    private let configured: QuotaLimits
    /// Requests a minute that are used at the moment because others seem to use the same key; nil for all.
    package private(set) var pace: Int?
    private var paceSince: Duration = .zero
    /// Requests that have left and not ended.
    package private(set) var inFlight = 0
    package private(set) var spentToday: Int
    package private(set) var spentThisMonth: Int
    /// What the pages before had when they were turned.
    private var spentYesterday = 0
    private var spentLastMonth = 0
    private var endings: [Duration]
    private var day: Int
    private var month: Int

    /// - Parameter spending: what the ledger says of the time before.
    package init(limits: QuotaLimits, spending: QuotaSpending, now: ClockReading) {
        self.limits = limits
        configured = limits
        endings = spending.lastMinute.map { ended in
            now.monotonic - .seconds(max(0, now.wall.timeIntervalSince(ended)))
        }
        spentToday = spending.today
        spentThisMonth = spending.thisMonth
        day = UTC.day(of: now.wall)
        month = UTC.month(of: now.wall)
    }

    /// Requests of the last minute, those in flight among them.
    package var spentThisMinute: Int { endings.count + inFlight }

    package mutating func decide(at now: ClockReading) -> QuotaDecision {
        rollOverPeriods(at: now)
        if limits.requestsPerMonthLimit > 0, spentThisMonth >= limits.requestsPerMonthLimit {
            return .wait(UTC.untilNextMonth(from: now.wall), .month)
        }
        if limits.requestsPerDayLimit > 0, spentToday >= limits.requestsPerDayLimit {
            return .wait(UTC.untilNextDay(from: now.wall), .day)
        }
        var left = Int.max
        if limits.requestsPerMonthLimit > 0 { left = limits.requestsPerMonthLimit - spentThisMonth }
        if limits.requestsPerDayLimit > 0 { left = min(left, limits.requestsPerDayLimit - spentToday) }
        guard limits.requestsPerMinuteLimit > 0 else { return .go(left) }
        let limit = min(limits.requestsPerMinuteLimit, pace ?? .max)
        let leftThisMinute = limit - spentThisMinute
        if leftThisMinute > 0 { return .go(min(left, leftThisMinute)) }
        // The next may leave when so many have left the window that there is room under the limit. Without an
        // ending everything is in flight: the first answer starts the count.
        let blocking = endings.isEmpty ? now.monotonic : endings[min(-leftThisMinute, endings.count - 1)]
        return .wait(blocking + Self.window - now.monotonic, .minute)
    }

    /// A request is about to leave.
    package mutating func spend(at now: ClockReading) {
        rollOverPeriods(at: now)
        inFlight += 1
        spentToday += 1
        spentThisMonth += 1
    }

    /// The quota itself is about to be asked for: one of the "requests of any nature" of a minute
    /// (VirusTotal's documentation, "Public vs Premium API"), but no lookup of the day's.
    package mutating func beginCheck(at now: ClockReading) {
        rollOverPeriods(at: now)
        inFlight += 1
    }

    /// A request has ended, however.
    ///
    /// - Parameter wasSent: false if nothing has left this machine: nobody can have counted it.
    package mutating func end(at now: ClockReading, wasSent: Bool = true) {
        inFlight -= 1
        guard wasSent else {
            spentToday = max(0, spentToday - 1)
            spentThisMonth = max(0, spentThisMonth - 1)
            return
        }
        guard limits.requestsPerMinuteLimit > 0 else { return }
        endings.append(now.monotonic)
    }

    /// VirusTotal refused a request for its quota although our own count was not used up: others use the same
    /// key. Half of what was asked a minute is asked from now on, and a tenth of the limit more with each
    /// minute.
    package mutating func slowDown(at now: ClockReading) {
        guard limits.requestsPerMinuteLimit > 0 else { return }
        pace = max(1, min(pace ?? .max, limits.requestsPerMinuteLimit) / 2)
        paceSince = now.monotonic
    }

    /// What VirusTotal itself says was used and is allowed; the smaller allowance wins. Nil says nothing.
    package mutating func adopt(
        day: (used: Int, allowed: Int)?, month: (used: Int, allowed: Int)?, at now: ClockReading
    ) {
        rollOverPeriods(at: now)
        if let day {
            spentToday = max(spentToday, day.used)
            limits.requestsPerDayLimit = Self.smaller(configured.requestsPerDayLimit, day.allowed)
        }
        if let month {
            spentThisMonth = max(spentThisMonth, month.used)
            limits.requestsPerMonthLimit = Self.smaller(configured.requestsPerMonthLimit, month.allowed)
        }
    }

    /// The smaller of two limits of which 0 is none.
    private static func smaller(_ ours: Int, _ theirs: Int) -> Int {
        if theirs <= 0 { return ours }
        return ours == 0 ? theirs : min(ours, theirs)
    }

    /// When the `count`-th request from now on should have been answered, at full use of the allowances.
    package func expectedWait(forRequests count: Int, at now: ClockReading) -> Duration {
        var copy = self
        copy.rollOverPeriods(at: now)
        return QuotaForecast(quota: copy, now: now).wait(forRequests: count)
    }

    /// How long until the minute's window has room, for the forecast: one entry a request that it remembers.
    func roomInMinute(at now: ClockReading) -> [Duration] {
        let flying = [Duration](repeating: Self.window, count: inFlight)
        return endings.map { max(.zero, $0 + Self.window - now.monotonic) } + flying
    }

    private mutating func rollOverPeriods(at now: ClockReading) {
        if let slow = pace, now.monotonic >= paceSince + Self.window {
            let faster = slow + max(1, limits.requestsPerMinuteLimit / 10)
            pace = faster >= limits.requestsPerMinuteLimit ? nil : faster
            paceSince = now.monotonic
        }
        let old = endings.prefix { $0 + Self.window <= now.monotonic }.count
        if old > 0 { endings.removeFirst(old) }
        let today = UTC.day(of: now.wall)
        let thisMonth = UTC.month(of: now.wall)
        if today < day { restorePeriods(today, thisMonth) }
        if today > day {
            day = today
            spentYesterday = spentToday
            spentToday = inFlight
        }
        if thisMonth > month {
            month = thisMonth
            spentLastMonth = spentThisMonth
            spentThisMonth = inFlight
        }
    }

    /// A clock that stepped back does not give back what was spent: the page that it had turned counts as
    /// well, and only a later page is a new one. But a clock that had run ahead by more than a day must not
    /// hold the pages until that day has come.
    private mutating func restorePeriods(_ today: Int, _ thisMonth: Int) {
        spentToday += spentYesterday
        spentYesterday = 0
        if thisMonth < month {
            spentThisMonth += spentLastMonth
            spentLastMonth = 0
        }
        guard day > today + 1 else { return }
        day = today
        month = min(month, thisMonth)
    }
}

/// The pages on which VirusTotal counts: days and months begin at 00:00 UTC (its documentation, "consumption
/// quotas").
enum UTC {
    static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// Days since 1970-01-01.
    static func day(of date: Date) -> Int { Int((date.timeIntervalSince1970 / 86_400).rounded(.down)) }

    /// Months since year 0.
    static func month(of date: Date) -> Int {
        let parts = calendar.dateComponents([.year, .month], from: date)
        return (parts.year ?? 0) * 12 + (parts.month ?? 1) - 1
    }

    /// `17:05:09`.
    static func clockTime(_ date: Date) -> String {
        let parts = calendar.dateComponents([.hour, .minute, .second], from: date)
        return [parts.hour, parts.minute, parts.second].map { part in
            let digits = String(part ?? 0)
            return digits.count < 2 ? "0" + digits : digits
        }.joined(separator: ":")
    }

    static func untilNextDay(from date: Date) -> Duration {
        let next = Double(day(of: date) + 1) * 86_400
        return .seconds(next - date.timeIntervalSince1970 + pageMarginSeconds)
    }

    static func untilNextMonth(from date: Date) -> Duration {
        let interval = calendar.dateInterval(of: .month, for: date)
        return .seconds((interval?.end ?? date).timeIntervalSince(date) + pageMarginSeconds)
    }

    // Our clock may be ahead of VirusTotal's: a request in the first second of our new day could be counted
    // on its old one.
    private static let pageMarginSeconds = 2.0
}
