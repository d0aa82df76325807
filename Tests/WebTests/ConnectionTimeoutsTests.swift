import Testing

@testable import Web

struct ConnectionTimeoutsTests {
    private let limits = ConnectionLimits(
        headTimeout: .seconds(15), bodyTimeout: .seconds(10), stallTimeout: .seconds(60))

    @Test func eachPhaseHasItsTime() {
        var timeouts = ConnectionTimeouts(limits: limits, openedAt: .seconds(100))
        #expect(timeouts.deadline == .seconds(115))
        timeouts.headArrived(at: .seconds(110))
        #expect(timeouts.deadline == .seconds(120))
        timeouts.requestEnded(at: .seconds(111))
        #expect(timeouts.deadline == nil, "the page's own time is not the client's")
        timeouts.writeBegan(at: .seconds(200))
        #expect(timeouts.deadline == .seconds(260))
        timeouts.writeBegan(at: .seconds(210))
        #expect(timeouts.deadline == .seconds(260), "more to take gives no more time")
        timeouts.writeEnded(at: .seconds(220))
        #expect(timeouts.deadline == .seconds(280))
        timeouts.writeEnded(at: .seconds(221))
        timeouts.answerEnded(at: .seconds(221))
        #expect(timeouts.deadline == .seconds(236))
    }

    @Test func partsOfABodyGiveNoMoreTimeAndTooManyEndIt() {
        var timeouts = ConnectionTimeouts(limits: limits, openedAt: .zero)
        timeouts.headArrived(at: .seconds(1))
        let isAllowed = timeouts.bodyArrived(byteCount: 4 * limits.bodyBytesMax)
        #expect(isAllowed)
        #expect(timeouts.deadline == .seconds(11))
        let isMoreAllowed = timeouts.bodyArrived(byteCount: 1)
        #expect(!isMoreAllowed)
    }

    @Test func anAnswerBeforeTheEndOfTheRequestGivesNoMoreTime() {
        var timeouts = ConnectionTimeouts(limits: limits, openedAt: .zero)
        timeouts.headArrived(at: .seconds(1))
        timeouts.writeBegan(at: .seconds(2))
        timeouts.writeEnded(at: .seconds(3))
        timeouts.answerEnded(at: .seconds(3))
        #expect(timeouts.deadline == .seconds(11))
    }

    @Test func theEndOfThePageIsNotHeldUp() {
        var timeouts = ConnectionTimeouts(limits: limits, openedAt: .zero)
        timeouts.headArrived(at: .zero)
        timeouts.requestEnded(at: .zero)
        timeouts.quiesce(at: .seconds(1))
        #expect(timeouts.deadline == .seconds(6))
        timeouts.writeBegan(at: .seconds(2))
        #expect(timeouts.deadline == .seconds(6))
    }
}
