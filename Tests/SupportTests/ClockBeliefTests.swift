import Foundation
import Support
import TestSupport
import Testing

/// What is believed of a wall clock that leaps, by the table of `ClockBelief`.
struct ClockBeliefTests {
    private static let day: Duration = .seconds(86_400)

    /// A reading `uptime` after the machine's start, by a clock that is `ahead` of the true time.
    private func reading(_ uptime: Duration, ahead: Duration = .zero) -> ClockReading {
        ClockReading(wall: Samples.now + uptime + ahead, monotonic: uptime)
    }

    private func belief(at uptime: Duration = .seconds(100), memory: ClockMemory? = nil) -> ClockBelief {
        ClockBelief(memory: memory, reading: reading(uptime), bootID: "a")
    }

    @Test func aClockThatDriftsIsFollowed() {
        var belief = belief()
        for second in 0..<200 {
            let drifting = reading(.seconds(100 + second), ahead: .milliseconds(5 * second))
            #expect(belief.believe(drifting) == drifting)
        }
        #expect(belief.doubtedOffset == nil)
    }

    @Test(arguments: [Duration.seconds(90), day, day * 400, .seconds(-90), day * -1, day * -4_000])
    func aLeapIsBelievedWhenItHasHeld(offset: Duration) {
        var belief = belief()
        for second in [1, 30, 60] {
            let now = belief.believe(reading(.seconds(100 + second), ahead: offset))
            #expect(now.wall == Samples.now + .seconds(100 + second))
            #expect(now.leap == nil)
            #expect(belief.doubtedOffset == offset)
        }
        let held = belief.believe(reading(.seconds(161), ahead: offset))
        #expect(held.wall == Samples.now + .seconds(161) + offset)
        #expect(held.leap == ClockLeap(offset: offset, believedAt: .seconds(161)))
        #expect(belief.believe(reading(.seconds(162), ahead: offset)).leap == held.leap)
        #expect(belief.doubtedOffset == nil)
    }

    @Test func aLeapThatIsPutRightIsForgotten() {
        var belief = belief()
        _ = belief.believe(reading(.seconds(101), ahead: Self.day))
        #expect(belief.believe(reading(.seconds(150))).wall == Samples.now + .seconds(150))
        // And the next one has to hold by itself.
        #expect(belief.believe(reading(.seconds(170), ahead: Self.day)).leap == nil)
        #expect(belief.believe(reading(.seconds(229), ahead: Self.day)).leap == nil)
        #expect(belief.believe(reading(.seconds(230), ahead: Self.day)).leap != nil)
    }

    @Test func aClockThatGoesOnLeapingIsNotBelieved() {
        var belief = belief()
        for second in 1...500 {
            let now = belief.believe(reading(.seconds(100 + second), ahead: .seconds(100 * second)))
            #expect(now.wall == Samples.now + .seconds(100 + second))
        }
    }

    @Test(arguments: [Duration.seconds(600), day * 40, day * -4_000])
    func aStartOfTheDaemonBelievesNoLeapEither(offset: Duration) {
        let memory = ClockMemory(wall: Samples.now + 90, monotonic: .seconds(90), bootID: "a")
        var belief = ClockBelief(memory: memory, reading: reading(.seconds(500), ahead: offset), bootID: "a")
        #expect(belief.believe(reading(.seconds(500), ahead: offset)).wall == Samples.now + 500)
        #expect(belief.believe(reading(.seconds(560), ahead: offset)).leap?.offset == offset)
    }

    @Test func afterAStartOfTheMachineALaterTimeIsBelieved() {
        let memory = ClockMemory(wall: Samples.now - 3_600, monotonic: .seconds(9_000), bootID: "before")
        var night = belief(memory: memory)
        #expect(night.believe(reading(.seconds(100))) == reading(.seconds(100)))
        // More than a day may be one: nothing is deleted by it.
        let long = ClockMemory(wall: Samples.now - 40 * 86_400, monotonic: .seconds(9_000), bootID: "before")
        var holiday = belief(memory: long)
        let now = holiday.believe(reading(.seconds(100)))
        #expect(now.wall == Samples.now + 100)
        #expect(now.leap?.mayBeTime == true)
    }

    @Test func afterAStartOfTheMachineAnEarlierTimeIsNotBelievedAtOnce() {
        let memory = ClockMemory(wall: Samples.now + 4_000 * 86_400, monotonic: .seconds(9), bootID: "before")
        var belief = belief(memory: memory)
        #expect(belief.believe(reading(.seconds(101))).wall == memory.wall + .seconds(1))
        #expect(belief.believe(reading(.seconds(161))).wall == Samples.now + 161)
    }

    @Test func whatIsRememberedIsWhatWasBelieved() {
        var belief = belief()
        _ = belief.believe(reading(.seconds(130), ahead: Self.day))
        #expect(
            belief.memory == ClockMemory(wall: Samples.now + 130, monotonic: .seconds(130), bootID: "a"))
    }
}
