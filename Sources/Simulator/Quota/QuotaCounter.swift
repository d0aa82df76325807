package import Foundation
import Support

/// Quota counter of one account. Pure: the time is given.
///
/// The day begins at 00:00 UTC, the month at 00:00 UTC on the 1st (VirusTotal, "consumption quotas handled").
/// Whether the minute slides or is fixed is not documented, so it is a setting.
package struct QuotaCounter: Sendable {
    /// What counts as a minute.
    package enum MinuteWindow: String, CaseIterable, Sendable {
        /// At most the limit in any 60 s.
        case sliding
        /// At most the limit from one full minute to the next.
        case fixed
    }

    /// In force from the next request on.
    package var limits: SimulatedLimits
    private let window: MinuteWindow
    private var recentTimes: [Date] = []
    private var hour = (index: 0, used: 0)
    private var month = (index: 0, used: 0)
    private var usedByDay: [Int: Int] = [:]

    /// How many days of use are remembered; VirusTotal's own limit.
    static let daysKept = 60

    /// A counter that has counted nothing.
    package init(limits: SimulatedLimits, window: MinuteWindow) {
        self.limits = limits
        self.window = window
    }

    /// When the next request fits; nil if one fits at `date`.
    package func exhausted(at date: Date) -> Date? {
        if limits.requestsPerMonth > 0, usedInMonth(of: date) >= limits.requestsPerMonth {
            return CivilDate(date).nextMonthStart.start
        }
        if limits.requestsPerDay > 0, usedInDay(of: date) >= limits.requestsPerDay {
            return CivilDate(daysSince1970: date.daysSince1970 + 1).start
        }
        let inWindow = recentTimes.filter { isInWindow($0, at: date) }
        guard limits.requestsPerMinute > 0, inWindow.count >= limits.requestsPerMinute else { return nil }
        switch window {
        case .sliding: return inWindow[inWindow.count - limits.requestsPerMinute].addingTimeInterval(60)
        case .fixed: return Date(timeIntervalSince1970: Double(Self.minute(date) + 1) * 60)
        }
    }

    /// Counts a request.
    package mutating func record(at date: Date) {
        if limits.requestsPerMinute > 0 {
            recentTimes = recentTimes.filter { isInWindow($0, at: date) } + [date]
        }
        let hourIndex = Self.hour(date)
        hour = (hourIndex, (hour.index == hourIndex ? hour.used : 0) + 1)
        let monthIndex = Self.month(date)
        month = (monthIndex, (month.index == monthIndex ? month.used : 0) + 1)
        let day = Self.day(date)
        if usedByDay[day] == nil { usedByDay = usedByDay.filter { $0.key > day - Self.daysKept } }
        usedByDay[day, default: 0] += 1
    }

    /// Forgets everything that was counted.
    package mutating func reset() { self = QuotaCounter(limits: limits, window: window) }

    /// Requests in the full UTC hour of `date`, which must be the newest hour counted or later.
    package func usedInHour(of date: Date) -> Int { hour.index == Self.hour(date) ? hour.used : 0 }
    /// Requests on the UTC day of `date`, at most 60 days back.
    package func usedInDay(of date: Date) -> Int { usedByDay[Self.day(date)] ?? 0 }
    /// Requests in the UTC month of `date`, which must be the newest month counted or later.
    package func usedInMonth(of date: Date) -> Int { month.index == Self.month(date) ? month.used : 0 }

    /// Requests by day, the days counted from 1970-01-01; days without any are missing.
    func used(inDays days: ClosedRange<Int>) -> [(day: Int, used: Int)] {
        usedByDay.filter { days.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The UTC day of `date`, counted from 1970-01-01.
    static func day(_ date: Date) -> Int { date.daysSince1970 }

    private func isInWindow(_ time: Date, at date: Date) -> Bool {
        switch window {
        case .sliding: date.timeIntervalSince(time) < 60
        case .fixed: Self.minute(time) == Self.minute(date)
        }
    }

    private static func minute(_ date: Date) -> Int { index(date, seconds: 60) }
    private static func hour(_ date: Date) -> Int { index(date, seconds: 3600) }

    private static func index(_ date: Date, seconds: Double) -> Int {
        Int((date.timeIntervalSince1970 / seconds).rounded(.down))
    }

    /// `YYYYMM` of the UTC month.
    private static func month(_ date: Date) -> Int {
        Int(String(decoding: EngineTable.digits(ofDay: day(date)), as: UTF8.self))! / 100
    }
}
