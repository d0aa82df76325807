import Foundation
import Lookup
import Model
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.processor))
struct RateLimiterTests {
    /// Sends whatever is allowed for `span`, each request taking `latency`, and returns when they were sent.
    private func run(
        _ quota: inout RateLimiter, from start: ClockReading, for span: Duration, latency: Duration
    ) -> [Duration] {
        var now = start
        var sent: [Duration] = []
        var ending: [Duration] = []
        while now.monotonic < start.monotonic + span {
            while let first = ending.first, first <= now.monotonic {
                ending.removeFirst()
                quota.end(at: ClockReading(wall: now.wall, monotonic: first))
            }
            var next: Duration
            switch quota.decide(at: now) {
            case .go:
                quota.spend(at: now)
                sent.append(now.monotonic)
                ending.append(now.monotonic + latency)
                continue
            case .wait(let wait, _):
                next = now.monotonic + wait
            }
            if let first = ending.first { next = min(next, first) }
            now = now + (next - now.monotonic)
        }
        return sent
    }

    /// The clock leaps over midnights and a month's end; the ledger counts the last 24 hours.
    @Test func afterALeapNoMidnightGivesAnythingBack() {
        let limits = QuotaLimits(
            requestsPerMinuteLimit: 0, requestsPerDayLimit: 10, requestsPerMonthLimit: 100)
        var quota = RateLimiter(limits: limits, spending: .init(today: 10, thisMonth: 30), now: Self.start)
        var now = Self.start + .seconds(60)
        now.wall += 40 * 86_400
        quota.recount(
            .init(today: 10, thisMonth: 30, isDayRolling: true, isMonthRolling: true), at: now)
        #expect(quota.isRolling)
        for _ in 0..<3 {
            now.wall += 86_400
            guard case .wait(_, .day) = quota.decide(at: now) else {
                Issue.record("The day is not given again.")
                return
            }
        }
        quota.recount(.init(today: 4, thisMonth: 30, isMonthRolling: true), at: now)
        #expect(quota.decide(at: now) == .go(6))
    }

    private static let start = ClockReading(wall: Samples.now, monotonic: .seconds(1000))

    @Test(arguments: [Duration.milliseconds(1), .milliseconds(600), .seconds(29)])
    func noMinuteIsOverTheLimitWhateverTheNetworkDoes(latency: Duration) {
        var quota = RateLimiter(
            limits: QuotaLimits(requestsPerMinuteLimit: 4, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
            spending: QuotaSpending(), now: Self.start)
        let sent = run(&quota, from: Self.start, for: .seconds(3600), latency: latency)
        // The worst case: the first of five was counted when it ended and the fifth when it left.
        for (first, fifth) in zip(sent, sent.dropFirst(4)) {
            #expect(fifth - (first + latency) >= .seconds(60))
        }
        #expect(sent.count > 100)
    }

    @Test func theAllowanceIsUsedToTheFull() {
        var quota = RateLimiter(
            limits: QuotaLimits(
                requestsPerMinuteLimit: 240, requestsPerDayLimit: 0, requestsPerMonthLimit: 0),
            spending: QuotaSpending(), now: Self.start)
        let sent = run(&quota, from: Self.start, for: .seconds(3600), latency: .milliseconds(50))
        #expect(Double(sent.count) >= 0.98 * 240 * 60)
    }

    @Test func aRestartRemembersTheLastMinute() {
        let spending = QuotaSpending(
            lastMinute: [.seconds(50), .seconds(40), .seconds(30), .seconds(10)], today: 4, thisMonth: 4)
        var quota = RateLimiter(limits: QuotaLimits(), spending: spending, now: Self.start)
        guard case .wait(let wait, .minute) = quota.decide(at: Self.start) else {
            Issue.record("a fifth request within the minute")
            return
        }
        #expect(wait >= .seconds(10) && wait < .seconds(11))
        #expect(quota.decide(at: Self.start + wait) == .go(1))
    }

    @Test func aUsedUpDayWaitsForMidnightUTCAndAMonthForTheFirst() {
        // 2026-11-30 23:00:00 UTC.
        let evening = ClockReading(wall: Date(timeIntervalSince1970: 1_796_079_600), monotonic: .zero)
        var day = RateLimiter(
            limits: QuotaLimits(), spending: QuotaSpending(today: 500, thisMonth: 600), now: evening)
        #expect(day.decide(at: evening) == .wait(.seconds(3602), .day))
        #expect(day.decide(at: evening + .seconds(3602)) == .go(4))
        var month = RateLimiter(
            limits: QuotaLimits(), spending: QuotaSpending(today: 0, thisMonth: 15_500), now: evening)
        #expect(month.decide(at: evening) == .wait(.seconds(3602), .month))
        #expect(month.decide(at: evening + .seconds(3602)) == .go(4))
    }

    @Test func aClockThatStepsBackGivesNothingBack() {
        var quota = RateLimiter(
            limits: QuotaLimits(), spending: QuotaSpending(today: 500, thisMonth: 500), now: Self.start)
        let yesterday = ClockReading(wall: Samples.now - 86_400, monotonic: .seconds(1001))
        guard case .wait(_, .day) = quota.decide(at: yesterday) else {
            Issue.record("yesterday's allowance was given out again")
            return
        }
    }

    @Test func aClockThatRanAheadOverMidnightAndCameBackCountsBothPages() {
        var quota = RateLimiter(
            limits: QuotaLimits(requestsPerMinuteLimit: 0),
            spending: QuotaSpending(today: 499, thisMonth: 499),
            now: Self.start)
        let ahead = ClockReading(wall: Samples.now + 86_400 * 400, monotonic: .seconds(1010))
        #expect(quota.decide(at: ahead) == .go(500))
        quota.spend(at: ahead)
        quota.end(at: ahead)
        let back = ClockReading(wall: Samples.now, monotonic: .seconds(1020))
        guard case .wait(_, .day) = quota.decide(at: back) else {
            Issue.record("the day's allowance was given out again")
            return
        }
        #expect((quota.day.used, quota.month.used) == (500, 500))
        // The real next day is a new page, although the clock has shown a later one.
        #expect(quota.decide(at: back + .seconds(86_400)) == .go(500))
    }

    @Test func aRequestThatIsOnItsWayAtMidnightCountsOnBothDays() {
        var quota = RateLimiter(
            limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 1), spending: QuotaSpending(),
            now: Self.start)
        // 2026-11-30 23:59:59 UTC.
        let lastSecond = ClockReading(
            wall: Date(timeIntervalSince1970: 1_796_083_199), monotonic: .seconds(2_000))
        quota.spend(at: lastSecond)
        quota.end(at: lastSecond + .seconds(2))
        #expect((quota.day.used, quota.month.used) == (1, 1))
        guard case .wait(_, .day) = quota.decide(at: lastSecond + .seconds(2)) else {
            Issue.record("VirusTotal may have counted it in the new day")
            return
        }
    }

    @Test func aRestartWhileTheClockIsSlowRemembersTheDayToCome() {
        // 2026-11-30 23:00:00 UTC, on a clock that was put back over midnight.
        let evening = ClockReading(wall: Date(timeIntervalSince1970: 1_796_079_600), monotonic: .zero)
        let spending = QuotaSpending(today: 7, thisMonth: 7, afterToday: 5, afterThisMonth: 5)
        var quota = RateLimiter(
            limits: QuotaLimits(requestsPerMinuteLimit: 0, requestsPerDayLimit: 5), spending: spending,
            now: evening)
        let morning = evening + .seconds(3_700)
        guard case .wait(_, .day) = quota.decide(at: morning) else {
            Issue.record("the day's requests were sent a second time")
            return
        }
        #expect((quota.day.used, quota.month.used) == (5, 5))
        #expect(quota.decide(at: morning + .seconds(86_400)) == .go(5))
    }

    @Test func askingForTheQuotaTakesAPlaceInTheMinute() {
        var quota = RateLimiter(limits: QuotaLimits(), spending: QuotaSpending(), now: Self.start)
        quota.beginCheck(at: Self.start)
        #expect(quota.decide(at: Self.start) == .go(3))
        quota.end(at: Self.start)
        #expect(quota.decide(at: Self.start) == .go(3))
        #expect((quota.day.used, quota.month.used) == (0, 0))
    }

    @Test func aReportedLimitThatRisesAgainIsBelieved() {
        var quota = RateLimiter(limits: QuotaLimits(), spending: QuotaSpending(), now: Self.start)
        for (reported, believed) in [(1, 1), (400, 400), (1000, 500)] {
            quota.adopt(ReportedQuotas(day: Quota(used: 1, limit: reported)), at: Self.start)
            #expect(quota.day == Quota(used: 1, limit: believed))
        }
    }

    /// The number of requests, and the limits of the day and the month.
    @Test(arguments: [
        (1, 0, 0), (4, 0, 0), (5, 0, 0), (100, 0, 0), (401, 0, 0), (100, 30, 0), (61, 30, 0), (90, 30, 100),
        (101, 30, 100), (250, 30, 100), (250, 0, 100), (40, 1, 20),
    ])
    func theForecastIsWhenTheRequestsReallyLeave(count: Int, perDay: Int, perMonth: Int) {
        let limits = QuotaLimits(
            requestsPerMinuteLimit: 4, requestsPerDayLimit: perDay, requestsPerMonthLimit: perMonth)
        var quota = RateLimiter(limits: limits, spending: QuotaSpending(), now: Self.start)
        let expected = quota.expectedWaits(forRequests: [1, count, count], at: Self.start)
        #expect(expected[0] == .zero && expected[1] == expected[2])
        let days = perDay + perMonth > 0 ? 100 : 5
        let sent = run(&quota, from: Self.start, for: .seconds(86_400 * days), latency: .milliseconds(1))
        let real = sent[count - 1] - Self.start.monotonic
        #expect(abs((expected[1] - real).seconds) <= 3 + real.seconds * 0.02)
    }

    @Test func theForecastEndsAtItsHorizon() {
        let quota = RateLimiter(limits: QuotaLimits(), spending: QuotaSpending(), now: Self.start)
        let waits = quota.expectedWaits(forRequests: [0, 500, 1_000_000, 5_000_000, .max], at: Self.start)
        #expect(waits[0] == .zero)
        // 500 a day are 125 minutes of each day.
        #expect(abs(waits[1].seconds - 124 * 60) < 1)
        #expect(waits[2] > .seconds(1_998 * 86_400) && waits[2] < .seconds(2_000 * 86_400))
        #expect(waits[3...] == [.seconds(3_650 * 86_400), .seconds(3_650 * 86_400)])
    }
}
