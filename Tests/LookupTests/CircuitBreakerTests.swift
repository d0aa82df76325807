import Model
import Support
import TestSupport
import Testing

@testable import Lookup

struct CircuitBreakerTests {
    private var generator = SystemRandomNumberGenerator()

    private static func failure(_ disposition: FailureDisposition) -> LookupFailure {
        LookupFailure(disposition: disposition, reason: "because", outcome: "x")
    }

    @Test mutating func aQuotaAnswerWithATimeIsObeyedUpToAnHour() {
        var breaker = CircuitBreaker()
        breaker.note(Self.failure(.pause(.seconds(90))), at: .zero, using: &generator)
        #expect(breaker.decide(at: .seconds(1)) == .wait(.seconds(89), reason: "because"))
        #expect(breaker.decide(at: .seconds(90)) == .probe(reason: "because"))
        #expect(breaker.state == .halfOpen(reason: "because", isOutage: false))
        breaker.noteAnswer()
        #expect(breaker.state == .closed)
        #expect(breaker.decide(at: .seconds(91)) == .go)
        breaker.note(Self.failure(.pause(.seconds(1_000_000))), at: .zero, using: &generator)
        #expect(breaker.decide(at: .seconds(3600)) == .probe(reason: "because"))
    }

    @Test mutating func aQuotaAnswerThatSaysAtOnceIsNotBelievedTwice() {
        var breaker = CircuitBreaker()
        var now = Duration.zero
        for seconds in [2, 4, 8, 16] {
            breaker.note(Self.failure(.pause(.zero)), at: now, using: &generator)
            #expect(breaker.decide(at: now) == .wait(.seconds(seconds), reason: "because"))
            now += .seconds(seconds)
        }
    }

    @Test mutating func quotaAnswersWithoutATimeWaitLongerEachTime() {
        var breaker = CircuitBreaker()
        var now = Duration.zero
        var waits: [Duration] = []
        for _ in 0..<8 {
            breaker.note(Self.failure(.pause(nil)), at: now, using: &generator)
            guard case .wait(let wait, _) = breaker.decide(at: now) else { break }
            waits.append(wait)
            now += wait
        }
        #expect(waits.map(\.seconds) == [60, 120, 240, 480, 960, 1920, 3600, 3600])
    }

    @Test mutating func oneBadAnswerHoldsNobodyUpButSeveralInARowDo() {
        var breaker = CircuitBreaker()
        for _ in 0..<CircuitBreaker.badAnswersMax {
            breaker.note(Self.failure(.retryLater), at: .zero, using: &generator)
            #expect(breaker.decide(at: .zero) == .go)
        }
        breaker.note(Self.failure(.retryLater), at: .zero, using: &generator)
        guard case .wait(let wait, _) = breaker.decide(at: .zero) else {
            Issue.record("asked on through an outage")
            return
        }
        #expect(wait >= .seconds(1.5) && wait <= .seconds(2.5))
    }

    @Test mutating func failuresThatWereInFlightTogetherCountOnce() {
        var breaker = CircuitBreaker()
        for _ in 0..<50 { breaker.note(Self.failure(.unreachable), at: .zero, using: &generator) }
        #expect(breaker.decide(at: .seconds(3)) == .probe(reason: "because"))
    }

    @Test mutating func aRefusedKeyStopsEverythingUntilItChanges() {
        var breaker = CircuitBreaker()
        breaker.note(Self.failure(.stopAsking), at: .zero, using: &generator)
        breaker.note(Self.failure(.unreachable), at: .zero, using: &generator)
        breaker.noteAnswer()
        #expect(breaker.decide(at: .seconds(899)) == .stop(.seconds(1), reason: "because"))
        breaker.keyChanged()
        #expect(breaker.decide(at: .seconds(899)) == .go)
    }

    @Test mutating func anotherKeyIsTriedAtOnceAlsoWhileTheOneBeforeIsProbed() {
        var breaker = CircuitBreaker()
        breaker.note(Self.failure(.stopAsking), at: .zero, using: &generator)
        #expect(breaker.decide(at: .seconds(900)) == .probe(reason: "because"))
        #expect(breaker.isKeyRefused)
        breaker.keyChanged()
        #expect(breaker.decide(at: .seconds(900)) == .go)
        #expect(!breaker.isKeyRefused)
        // The wait begins again.
        breaker.note(Self.failure(.stopAsking), at: .seconds(901), using: &generator)
        #expect(breaker.decide(at: .seconds(901)) == .stop(.seconds(900), reason: "because"))
    }

    @Test mutating func anotherKeyDoesNotEndAnOutage() {
        var breaker = CircuitBreaker()
        breaker.note(Self.failure(.pause(.seconds(90))), at: .zero, using: &generator)
        breaker.keyChanged()
        #expect(breaker.decide(at: .seconds(1)) == .wait(.seconds(89), reason: "because"))
        #expect(breaker.decide(at: .seconds(90)) == .probe(reason: "because"))
        breaker.keyChanged()
        #expect(breaker.decide(at: .seconds(90)) == .probe(reason: "because"))
    }

    @Test mutating func forbiddenRequestsOfTheKeyBeforeDoNotCountForTheNext() {
        var breaker = CircuitBreaker()
        for _ in 0...CircuitBreaker.badAnswersMax {
            breaker.note(Self.failure(.forbidden), at: .zero, using: &generator)
        }
        breaker.keyChanged()
        breaker.note(Self.failure(.forbidden), at: .zero, using: &generator)
        #expect(breaker.decide(at: .zero) == .go)
    }

    @Test mutating func aRefusedKeyIsTriedAgainLessAndLessOften() {
        var breaker = CircuitBreaker()
        var now = Duration.zero
        for minutes in [15, 30, 60, 60] {
            // What was in flight together counts once.
            for _ in 0..<4 { breaker.note(Self.failure(.stopAsking), at: now, using: &generator) }
            #expect(breaker.decide(at: now) == .stop(.seconds(minutes * 60), reason: "because"))
            now += .seconds(minutes * 60)
            #expect(breaker.decide(at: now) == .probe(reason: "because"))
        }
        breaker.noteAnswer()
        #expect(breaker.decide(at: now) == .go)
        breaker.note(Self.failure(.stopAsking), at: now, using: &generator)
        #expect(breaker.decide(at: now) == .stop(.seconds(900), reason: "because"))
    }

    @Test mutating func aForbiddenRequestStopsNothingUntilThereAreSeveralInARow() {
        var breaker = CircuitBreaker()
        for _ in 0..<10 {
            for _ in 0..<CircuitBreaker.badAnswersMax {
                breaker.note(Self.failure(.forbidden), at: .zero, using: &generator)
                #expect(breaker.decide(at: .zero) == .go)
            }
            breaker.noteAnswer()
        }
        for _ in 0...CircuitBreaker.badAnswersMax {
            breaker.note(Self.failure(.forbidden), at: .zero, using: &generator)
        }
        #expect(breaker.decide(at: .zero) == .stop(.seconds(900), reason: "because"))
    }

    @Test func theBackoffDoublesToItsLimitAsItsTableSays() {
        #expect(
            (1...9).map { Backoff.service.wait(afterFailures: $0).seconds } == [
                2, 4, 8, 16, 32, 64, 128, 256, 300,
            ])
        #expect(
            [1, 2, 3, 4, 8, 99].map { Backoff.hash.wait(afterFailures: $0).seconds } == [
                30, 60, 120, 240, 3600, 3600,
            ])
    }
}
