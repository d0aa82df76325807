import Foundation
import Simulator
import Testing

struct QuotaCounterTests {
    // 2026-01-31 23:59:00 UTC.
    private let start = Date(timeIntervalSince1970: 1_769_903_940)

    private func counter(
        _ minute: Int = 0, _ day: Int = 0, _ month: Int = 0,
        window: QuotaCounter.MinuteWindow = .sliding
    ) -> QuotaCounter {
        QuotaCounter(
            limits: SimulatedLimits(
                requestsPerMinute: minute, requestsPerDay: day, requestsPerMonth: month), window: window)
    }

    @Test func theSlidingMinuteOpensSixtySecondsAfterTheOldestRequest() {
        var counter = counter(2)
        counter.record(at: start)
        counter.record(at: start + 30)
        #expect(counter.exhausted(at: start + 59.9) == start + 60)
        #expect(counter.exhausted(at: start + 60) == nil)
        counter.record(at: start + 60)
        #expect(counter.exhausted(at: start + 61) == start + 90)
    }

    @Test func theFixedMinuteOpensWithTheNextMinute() {
        var counter = counter(2, window: .fixed)
        counter.record(at: start + 58)
        counter.record(at: start + 59)
        #expect(counter.exhausted(at: start + 59.5) == start + 60)
        #expect(counter.exhausted(at: start + 60) == nil)
    }

    @Test func theDayOpensAtMidnightUTC() {
        var counter = counter(0, 1)
        counter.record(at: start)
        #expect(counter.exhausted(at: start + 59) == start + 60)
        #expect(counter.exhausted(at: start + 60) == nil)
        #expect(counter.usedInDay(of: start + 60) == 0)
    }

    @Test func theMonthOpensOnTheFirst() {
        var counter = counter(0, 0, 1)
        counter.record(at: start - 86_400)
        #expect(counter.exhausted(at: start) == start + 60)
        #expect(counter.exhausted(at: start + 60) == nil)
        #expect(counter.usedInMonth(of: start) == 1)
    }

    @Test func noLimitIsNeverReached() {
        var counter = counter()
        for second in 0..<1000 { counter.record(at: start + Double(second) / 1000) }
        #expect(counter.exhausted(at: start + 1) == nil)
        #expect(counter.usedInHour(of: start) == 1000)
    }
}
