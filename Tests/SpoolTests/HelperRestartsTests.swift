import Testing

@testable import Spool

struct HelperRestartsTests {
    @Test func theWaitDoublesUpToAMinuteAndStartsOverAfterALongLife() {
        var restarts = HelperRestarts()
        let waits = (0..<8).map { _ in restarts.wait(afterLiving: .seconds(1)) }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(restarts.wait(afterLiving: .seconds(60)) == .seconds(1))
        #expect(restarts.wait(afterLiving: .seconds(1)) == .seconds(2))
    }
}
