import Foundation
import Support

/// When a number of requests will have been sent, if nothing but the quota holds them up.
struct QuotaForecast {
    let quota: RateLimiter
    let now: ClockReading

    /// The wait until the `count`-th request has left.
    func wait(forRequests count: Int) -> Duration {
        guard count > 0 else { return .zero }
        var left = count
        var date = now
        var leftToday = allowance(quota.limits.requestsPerDayLimit, quota.spentToday)
        var leftThisMonth = allowance(quota.limits.requestsPerMonthLimit, quota.spentThisMonth)
        // A page is a day: at most what the day and the month still allow, then on to the next.
        while left > min(leftToday, leftThisMonth) {
            left -= min(leftToday, leftThisMonth)
            let isMonthSpent = leftThisMonth <= leftToday
            let pause = isMonthSpent ? UTC.untilNextMonth(from: date.wall) : UTC.untilNextDay(from: date.wall)
            let month = UTC.month(of: date.wall)
            leftThisMonth -= min(leftToday, leftThisMonth)
            date = date + pause
            leftToday = allowance(quota.limits.requestsPerDayLimit, 0)
            if UTC.month(of: date.wall) != month {
                leftThisMonth = allowance(quota.limits.requestsPerMonthLimit, 0)
            }
        }
        return date.monotonic - now.monotonic + paced(left, isToday: date == now)
    }

    private func allowance(_ limit: Int, _ spent: Int) -> Int {
        limit == 0 ? .max : max(0, limit - spent)
    }

    /// The wait for `count` requests within one day, by the minute's limit alone.
    private func paced(_ count: Int, isToday: Bool) -> Duration {
        guard quota.limits.requestsPerMinuteLimit > 0, count > 0 else { return .zero }
        let limit = min(quota.limits.requestsPerMinuteLimit, quota.pace ?? .max)
        // Slot by slot: a request takes the place of the one that `limit` requests before it took.
        var rooms = isToday ? quota.roomInMinute(at: now) : []
        rooms = [Duration](repeating: .zero, count: max(0, limit - rooms.count)) + rooms.suffix(limit)
        let rounds = (count - 1) / limit
        return rooms[(count - 1) % limit] + .seconds(60) * rounds
    }
}
