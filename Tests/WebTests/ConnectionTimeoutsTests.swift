import Testing

@testable import Web

struct ConnectionTimeoutsTests {
    private let limits = ConnectionLimits(
        headTimeout: .seconds(15), bodyTimeout: .seconds(10), stallTimeout: .seconds(60))

    @Test func eachPhaseHasItsTime() {
        var pace = ConnectionTimeouts(limits: limits, openedAt: .seconds(100))
        #expect(pace.deadline == .seconds(115))
        pace.headArrived(at: .seconds(110))
        #expect(pace.deadline == .seconds(120))
        pace.requestEnded(at: .seconds(111))
        #expect(pace.deadline == nil, "the page's own time is not the visitor's")
        pace.writeBegan(at: .seconds(200))
        #expect(pace.deadline == .seconds(260))
        pace.writeBegan(at: .seconds(210))
        #expect(pace.deadline == .seconds(260), "more to take gives no more time")
        pace.writeEnded(at: .seconds(220))
        #expect(pace.deadline == .seconds(280))
        pace.writeEnded(at: .seconds(221))
        pace.answerEnded(at: .seconds(221))
        #expect(pace.deadline == .seconds(236))
    }

    @Test func partsOfABodyGiveNoMoreTimeAndTooManyEndIt() {
        var pace = ConnectionTimeouts(limits: limits, openedAt: .zero)
        pace.headArrived(at: .seconds(1))
        let isAllowed = pace.bodyArrived(byteCount: 4 * limits.bodyBytesMax)
        #expect(isAllowed)
        #expect(pace.deadline == .seconds(11))
        let isMoreAllowed = pace.bodyArrived(byteCount: 1)
        #expect(!isMoreAllowed)
    }

    @Test func anAnswerBeforeTheEndOfTheRequestGivesNoMoreTime() {
        var pace = ConnectionTimeouts(limits: limits, openedAt: .zero)
        pace.headArrived(at: .seconds(1))
        pace.writeBegan(at: .seconds(2))
        pace.writeEnded(at: .seconds(3))
        pace.answerEnded(at: .seconds(3))
        #expect(pace.deadline == .seconds(11))
    }

    @Test func theEndOfThePageIsNotHeldUp() {
        var pace = ConnectionTimeouts(limits: limits, openedAt: .zero)
        pace.headArrived(at: .zero)
        pace.requestEnded(at: .zero)
        pace.quiesce(at: .seconds(1))
        #expect(pace.deadline == .seconds(6))
        pace.writeBegan(at: .seconds(2))
        #expect(pace.deadline == .seconds(6))
    }
}
