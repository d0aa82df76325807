import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

@testable import Notifications

struct DeliveryScheduleTests {
    private var generator = SeededGenerator(seed: 3)
    private static let failure = DeliveryOutcome.failed("no", concernsChannel: true)

    private mutating func result(
        _ outcome: DeliveryOutcome = failure, failedBefore attempts: Int, age: Duration
    ) -> OutboxSettlement.Result {
        DeliverySchedule.result(
            of: outcome, failedBefore: attempts, createdAt: Samples.now, at: Samples.now + age.seconds,
            using: &generator)
    }

    @Test mutating func waitsDoubleFromOneMinuteToSixHours() throws {
        for (attempts, seconds) in [(0, 60.0), (1, 120), (5, 1_920), (8, 15_360), (9, 21_600), (40, 21_600)] {
            guard case .postponed(let until, let reason) = result(failedBefore: attempts, age: .zero) else {
                Issue.record("it is given up after \(attempts)")
                continue
            }
            let wait = until.timeIntervalSince(Samples.now)
            #expect((seconds * 0.75...seconds * 1.25).contains(wait))
            #expect(reason == "no")
        }
    }

    @Test mutating func aMessageIsGivenUpAfterThreeDaysAndTenFailures() {
        let days: (Int) -> Duration = { .seconds($0 * 86_400) }
        #expect(result(failedBefore: 9, age: days(3)) == .givenUp(reason: "no"))
        // The clock leapt by a year.
        guard case .postponed = result(failedBefore: 8, age: days(365)) else {
            Issue.record("a leap of the clock loses a message")
            return
        }
        guard case .postponed = result(failedBefore: 30, age: days(3) - .seconds(1)) else {
            Issue.record("it is given up before its time")
            return
        }
        #expect(result(.delivered, failedBefore: 30, age: days(9)) == .delivered)
    }

    @Test mutating func aChannelRestsAfterThreeFailuresInARow() throws {
        var schedule = DeliverySchedule()
        for _ in 0..<2 {
            #expect(!schedule.note(Self.failure, at: .zero, using: &generator))
            #expect(schedule.rest(at: .zero) == nil)
        }
        #expect(!schedule.note(.delivered, at: .zero, using: &generator))
        for _ in 0..<3 { _ = schedule.note(Self.failure, at: .zero, using: &generator) }
        #expect(schedule.isProbing)
        let first = try #require(schedule.rest(at: .zero))
        #expect((.seconds(45) ... .seconds(75)).contains(first))
        #expect(schedule.rest(at: first) == nil)
        for _ in 0..<20 { _ = schedule.note(Self.failure, at: .zero, using: &generator) }
        let last = try #require(schedule.rest(at: .zero))
        #expect((.seconds(675) ... .seconds(1_125)).contains(last))
        #expect(schedule.note(.delivered, at: last, using: &generator), "all that failed is due at once")
        #expect(schedule.rest(at: last) == nil)
        #expect(!schedule.isProbing)
    }

    @Test mutating func whatConcernsOneMessageLetsTheChannelGoOn() {
        var schedule = DeliverySchedule()
        for _ in 0..<10 {
            _ = schedule.note(.failed("no such user", concernsChannel: false), at: .zero, using: &generator)
        }
        #expect(!schedule.isProbing)
        #expect(schedule.rest(at: .zero) == nil)
    }

    @Test func aTroubleOfTheLookupsIsOneADay() {
        let day: TimeInterval = 86_400
        let trouble = LookupTrouble.quota(.day, "It is used up.")
        #expect(trouble.subject(at: Date(timeIntervalSince1970: 20_000 * day)) == "day-2024-10-04")
        #expect(trouble.subject(at: Date(timeIntervalSince1970: 20_001 * day - 1)) == "day-2024-10-04")
        let start = Date(timeIntervalSince1970: 0)
        #expect(LookupTrouble.quota(.month, "no").subject(at: start) == "month-1970-01-01")
        #expect(LookupTrouble.key("no").subject(at: start) == "key-1970-01-01")
        #expect(LookupTrouble.other("no").subject(at: start) == nil)
    }
}
