import Foundation
package import Model
package import Store
package import Support

/// Whether a request may leave now.
package enum QuotaDecision: Hashable, Sendable {
    /// So many may leave at once; `Int.max` without limits.
    case go(Int)
    case wait(Duration, QuotaPeriod)
}

/// Client-side rate limiter: counts requests in the minute, the day and the month, and says when the next may
/// leave. Pure: the time is given.
///
/// The minute is a sliding window over the times at which requests *ended*. VirusTotal counts a request
/// somewhere between its leaving and its end, so a request that leaves 60 s after another's end is never in
/// the same 60 s, however long the network took. Requests in flight count as ending now.
package struct RateLimiter: Sendable {
    /// Beyond the 60 s, for clocks that do not run at the same speed.
    private static let window: Duration = .seconds(60) + .milliseconds(20)

    private var configured: QuotaLimits
    /// Requests a minute that are used at the moment because others seem to use the same key; nil for all.
    package private(set) var pace: Int?
    private var paceSince: Duration = .zero
    /// Requests that have left and not ended.
    package private(set) var inFlight = 0
    /// The limit is what the settings allow, or less if VirusTotal said so.
    package private(set) var day: Quota
    /// As of the day.
    package private(set) var month: Quota
    /// What was used of the periods before when they ended.
    private var usedYesterday = 0
    private var usedLastMonth = 0
    /// What was used already of the periods to come, before the clock was put back.
    private var usedTomorrow: Int
    private var usedNextMonth: Int
    /// After a leap of the wall clock: the last 24 hours and 31 days count, as the ledger has them, and no
    /// midnight gives anything back.
    private var isDayRolling: Bool
    private var isMonthRolling: Bool
    private var endings: [Duration]
    /// Which day and month are counted.
    private var dayNumber: Int
    private var monthStart: CivilDate

    /// - Parameter spending: what the ledger says of the time before.
    package init(limits: QuotaLimits, spending: QuotaSpending, now: ClockReading) {
        configured = limits
        endings = spending.lastMinute.map { now.monotonic - $0 }
        day = Quota(used: spending.today, limit: limits.requestsPerDayLimit)
        month = Quota(used: spending.thisMonth, limit: limits.requestsPerMonthLimit)
        usedTomorrow = spending.afterToday
        usedNextMonth = spending.afterThisMonth
        (isDayRolling, isMonthRolling) = (spending.isDayRolling, spending.isMonthRolling)
        dayNumber = now.wall.daysSince1970
        monthStart = CivilDate(now.wall).monthStart
    }

    /// Whether the ledger must be asked again from time to time, because days and months are not known.
    package var isRolling: Bool { isDayRolling || isMonthRolling }

    /// Counts the day and the month again, by the ledger, in which the requests in flight are.
    package mutating func recount(_ spending: QuotaSpending, at now: ClockReading) {
        rollOverPeriods(at: now)
        day.used = spending.today
        month.used = spending.thisMonth
        (usedYesterday, usedLastMonth) = (0, 0)
        (usedTomorrow, usedNextMonth) = (spending.afterToday, spending.afterThisMonth)
        (isDayRolling, isMonthRolling) = (spending.isDayRolling, spending.isMonthRolling)
        dayNumber = now.wall.daysSince1970
        monthStart = CivilDate(now.wall).monthStart
    }

    /// Takes other limits from now on; what is used stays used. What VirusTotal itself said of them must be
    /// asked for again.
    package mutating func adopt(_ limits: QuotaLimits) {
        configured = limits
        day.limit = limits.requestsPerDayLimit
        month.limit = limits.requestsPerMonthLimit
    }

    /// Counts what a command has asked beside the daemon: the ledger has it too.
    package mutating func takeOver(_ spending: QuotaSpending, at now: ClockReading) {
        rollOverPeriods(at: now)
        day.used = max(day.used, spending.today)
        month.used = max(month.used, spending.thisMonth)
        // What is in flight counts in the ledger as ending now, so it comes last.
        let ended = spending.lastMinute.dropLast(inFlight)
        if minute.limit > 0, ended.count > endings.count { endings = ended.map { now.monotonic - $0 } }
    }

    /// The last minute, requests in flight among it.
    package var minute: Quota {
        Quota(used: endings.count + inFlight, limit: configured.requestsPerMinuteLimit)
    }

    package mutating func decide(at now: ClockReading) -> QuotaDecision {
        rollOverPeriods(at: now)
        if month.left == 0 { return .wait(Self.untilNextMonth(from: now.wall), .month) }
        if day.left == 0 { return .wait(Self.untilNextDay(from: now.wall), .day) }
        let left = min(month.left, day.left)
        let minute = minute
        guard minute.limit > 0 else { return .go(left) }
        let leftThisMinute = min(minute.limit, pace ?? .max) - minute.used
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
        day.used += 1
        month.used += 1
    }

    /// The quota itself is about to be asked for: one of the "requests of any nature" of a minute
    /// (VirusTotal's documentation, "Public vs Premium API"), but no lookup of the day's.
    package mutating func beginCheck(at now: ClockReading) {
        rollOverPeriods(at: now)
        inFlight += 1
    }

    /// A request has ended, however.
    ///
    /// - Parameter wasSent: false if nothing has left this machine: VirusTotal cannot have counted it.
    package mutating func end(at now: ClockReading, wasSent: Bool = true) {
        // First, for a request that was on its way at midnight may count on either day.
        rollOverPeriods(at: now)
        inFlight -= 1
        guard wasSent else {
            day.used = max(0, day.used - 1)
            month.used = max(0, month.used - 1)
            return
        }
        if minute.limit > 0 { endings.append(now.monotonic) }
    }

    /// VirusTotal refused a request for its quota although our own count was not used up: others use the same
    /// key. Half of what was asked a minute is asked from now on, and a tenth of the limit more with each
    /// minute.
    package mutating func slowDown(at now: ClockReading) {
        guard minute.limit > 0 else { return }
        pace = max(1, min(pace ?? .max, minute.limit) / 2)
        paceSince = now.monotonic
    }

    /// What VirusTotal itself says was used and is allowed; the smaller allowance wins. Nil says nothing.
    package mutating func adopt(_ reported: ReportedQuotas, at now: ClockReading) {
        rollOverPeriods(at: now)
        day = Self.stricter(day, configured.requestsPerDayLimit, reported.day)
        month = Self.stricter(month, configured.requestsPerMonthLimit, reported.month)
    }

    /// The larger count, and the smaller of two limits of which 0 is none.
    private static func stricter(_ own: Quota, _ configuredLimit: Int, _ reported: Quota?) -> Quota {
        guard let reported else { return own }
        let limits = [configuredLimit, reported.limit].filter { $0 > 0 }
        return Quota(used: max(own.used, reported.used), limit: limits.min() ?? 0)
    }

    /// When the requests of these numbers, counted from now, should have left, at full use of the allowances.
    ///
    /// - Parameter counts: the smallest first.
    /// - Returns: a wait for each, at most ten years.
    package func expectedWaits(forRequests counts: [Int], at now: ClockReading) -> [Duration] {
        var copy = self
        copy.rollOverPeriods(at: now)
        var forecast = QuotaForecast(quota: copy, now: now)
        return forecast.waits(forRequests: counts)
    }

    /// How long until the minute's window has room, for the forecast: one entry a request that it remembers.
    func roomInMinute(at now: ClockReading) -> [Duration] {
        let flying = [Duration](repeating: Self.window, count: inFlight)
        return endings.map { max(.zero, $0 + Self.window - now.monotonic) } + flying
    }

    private mutating func rollOverPeriods(at now: ClockReading) {
        if let slow = pace, now.monotonic >= paceSince + Self.window {
            let faster = slow + max(1, minute.limit / 10)
            pace = faster >= minute.limit ? nil : faster
            paceSince = now.monotonic
        }
        let old = endings.prefix { $0 + Self.window <= now.monotonic }.count
        if old > 0 { endings.removeFirst(old) }
        let today = now.wall.daysSince1970
        let thisMonth = CivilDate(now.wall).monthStart
        if isDayRolling { dayNumber = today }
        if isMonthRolling { monthStart = thisMonth }
        if today < dayNumber { restorePeriods(today, thisMonth) }
        if today > dayNumber {
            usedYesterday = day.used
            day.used = inFlight + (today == dayNumber + 1 ? usedTomorrow : 0)
            usedTomorrow = 0
            dayNumber = today
        }
        if thisMonth > monthStart {
            usedLastMonth = month.used
            month.used = inFlight + (thisMonth == monthStart.nextMonthStart ? usedNextMonth : 0)
            usedNextMonth = 0
            monthStart = thisMonth
        }
    }

    /// A clock that stepped back does not give back what was spent: the period that it had ended counts as
    /// well, and only a later period is a new one. But a clock that had run ahead by more than a day must not
    /// hold the periods until that day has come.
    private mutating func restorePeriods(_ today: Int, _ thisMonth: CivilDate) {
        day.used += usedYesterday
        usedYesterday = 0
        if thisMonth < monthStart {
            month.used += usedLastMonth
            usedLastMonth = 0
        }
        guard dayNumber > today + 1 else { return }
        dayNumber = today
        monthStart = min(monthStart, thisMonth)
    }

    // Source: VirusTotal's documentation, "consumption quotas": days and months begin at 00:00 UTC.

    static func untilNextDay(from date: Date) -> Duration {
        until(CivilDate(daysSince1970: date.daysSince1970 + 1), from: date)
    }

    static func untilNextMonth(from date: Date) -> Duration {
        until(CivilDate(date).nextMonthStart, from: date)
    }

    static func until(_ day: CivilDate, from date: Date) -> Duration {
        .seconds(day.start.timeIntervalSince(date)) + periodMargin
    }

    /// This machine's clock may be ahead of VirusTotal's: a request in the first second of a new day could be
    /// counted on the old one.
    private static let periodMargin: Duration = .seconds(2)
}
