import Support
import Testing

struct LogRateLimiterTests {
    @Test func soManyLinesAPeriodAndTheNextOneCountsTheRest() {
        var limiter = LogRateLimiter(linesMax: 2, period: .seconds(60))
        let seconds = [0, 1, 2, 59, 60, 61, 62, 200]
        let decisions = seconds.map { limiter.admit(at: .seconds($0)) }
        #expect(decisions == [0, 0, nil, nil, 2, 0, nil, 1])
    }

    @Test func aPeriodBeginsWithItsFirstLine() {
        var limiter = LogRateLimiter(linesMax: 1, period: .seconds(60))
        let seconds = [50, 100, 109, 110, 300, 359, 360]
        let decisions = seconds.map { limiter.admit(at: .seconds($0)) }
        #expect(decisions == [0, nil, nil, 2, 0, nil, 1])
    }

    @Test func withoutEventsNothingIsLeftOut() {
        var limiter = LogRateLimiter()
        let decisions = (0..<100).map { limiter.admit(at: .seconds(7 * $0)) }
        #expect(decisions.allSatisfy { $0 == 0 })
    }
}
