import Foundation
import Model
import Support

/// Forecast of when numbers of requests will have been sent, if nothing but the quota holds them up.
///
/// One walk from month to month serves all numbers; within a month the days are arithmetic. A walk ends at
/// the horizon: of so distant an end nothing more exact can be said.
struct QuotaForecast {
    /// Days in a row of which each has the same allowance, within one month.
    private struct Stretch {
        /// From now to its first day.
        var start: Duration
        var perDay: Int
        var requests: Int
        /// Whether what was sent in the last minute still counts.
        var isToday = false
    }

    private let quota: RateLimiter
    private let now: ClockReading
    /// For today, how long until each place of the minute is free.
    private let places: [Duration]
    /// Requests a minute; nil without a limit.
    private let perMinute: Int?
    private var stretch: Stretch
    /// Requests before the stretch.
    private var sent = 0
    /// The month after the stretch; nil while the stretch is today.
    private var nextMonth: CivilDate?

    /// Ten years.
    static let horizon: Duration = .seconds(3_650 * 86_400)

    init(quota: RateLimiter, now: ClockReading) {
        self.quota = quota
        self.now = now
        let perMinute = quota.minute.limit == 0 ? nil : min(quota.minute.limit, quota.pace ?? .max)
        self.perMinute = perMinute
        let rooms = quota.roomInMinute(at: now)
        places =
            perMinute.map { Array(repeatElement(.zero, count: max(0, $0 - rooms.count)) + rooms.suffix($0)) }
            ?? []
        let today = min(quota.day.left, quota.month.left)
        stretch = Stretch(start: .zero, perDay: today, requests: today, isToday: true)
    }

    /// The waits until the requests of these numbers have left.
    ///
    /// - Parameter counts: the smallest first.
    mutating func waits(forRequests counts: [Int]) -> [Duration] { counts.map { wait(forRequests: $0) } }

    private mutating func wait(forRequests count: Int) -> Duration {
        guard count > 0 else { return .zero }
        while count - sent > stretch.requests {
            guard stretch.start < Self.horizon else { return Self.horizon }
            sent += stretch.requests
            goOn()
        }
        let index = count - sent - 1
        let day = Duration.seconds(86_400) * (index / stretch.perDay)
        return stretch.start + day + paced(index % stretch.perDay)
    }

    /// On to the rest of the month, or to the next one.
    private mutating func goOn() {
        let daily = Quota(used: 0, limit: quota.day.limit).left
        guard let month = nextMonth else {
            let tomorrow = now.wall.daysSince1970 + 1
            let month = CivilDate(now.wall).nextMonthStart
            nextMonth = month
            stretch = Self.stretch(
                start: RateLimiter.untilNextDay(from: now.wall), days: month.daysSince1970 - tomorrow,
                perDay: daily, requestsMax: quota.month.left - sent)
            return
        }
        let next = month.nextMonthStart
        nextMonth = next
        stretch = Self.stretch(
            start: RateLimiter.until(month, from: now.wall), days: next.daysSince1970 - month.daysSince1970,
            perDay: daily, requestsMax: Quota(used: 0, limit: quota.month.limit).left)
    }

    private static func stretch(start: Duration, days: Int, perDay: Int, requestsMax: Int) -> Stretch {
        let (product, isEndless) = days.multipliedReportingOverflow(by: perDay)
        return Stretch(
            start: start, perDay: perDay, requests: max(0, min(isEndless ? .max : product, requestsMax)))
    }

    /// The wait for the request of this index within one day, by the minute's limit alone.
    private func paced(_ index: Int) -> Duration {
        guard let perMinute else { return .zero }
        // Place by place: a request takes that of the one `perMinute` requests before it.
        let place = stretch.isToday ? places[index % perMinute] : .zero
        return place + .seconds(60) * (index / perMinute)
    }
}
