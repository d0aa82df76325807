import Foundation
import Model
import Support

/// Forecast of when a number of requests will have been sent, if nothing but the quota holds them up.
struct QuotaForecast {
    let quota: RateLimiter
    let now: ClockReading

    /// The wait until the `count`-th request has left.
    func wait(forRequests count: Int) -> Duration {
        guard count > 0 else { return .zero }
        var left = count
        var date = now
        var leftToday = quota.day.left
        var leftThisMonth = quota.month.left
        // Day by day: at most what the day and the month still allow, then on to the next.
        while left > min(leftToday, leftThisMonth) {
            left -= min(leftToday, leftThisMonth)
            let isMonthSpent = leftThisMonth <= leftToday
            let month = CivilDate(date.wall).monthStart
            leftThisMonth -= min(leftToday, leftThisMonth)
            let untilNext = isMonthSpent ? RateLimiter.untilNextMonth : RateLimiter.untilNextDay
            date = date + untilNext(date.wall)
            leftToday = Quota(used: 0, limit: quota.day.limit).left
            if CivilDate(date.wall).monthStart != month {
                leftThisMonth = Quota(used: 0, limit: quota.month.limit).left
            }
        }
        return date.monotonic - now.monotonic + paced(left, isToday: date == now)
    }

    /// The wait for `count` requests within one day, by the minute's limit alone.
    private func paced(_ count: Int, isToday: Bool) -> Duration {
        guard quota.minute.limit > 0, count > 0 else { return .zero }
        let limit = min(quota.minute.limit, quota.pace ?? .max)
        // Slot by slot: a request takes the place of the one that `limit` requests before it took.
        var rooms = isToday ? quota.roomInMinute(at: now) : []
        rooms = [Duration](repeating: .zero, count: max(0, limit - rooms.count)) + rooms.suffix(limit)
        let rounds = (count - 1) / limit
        return rooms[(count - 1) % limit] + .seconds(60) * rounds
    }
}
