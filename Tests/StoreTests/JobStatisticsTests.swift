import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

@Suite(.limited(.processor))
struct JobStatisticsTests {
    let folder = TemporaryFolder()
    let database: HashdropDatabase

    init() throws {
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
    }

    /// A job with these answers, the first for the hash number 0; nil stays open.
    private func statistics(_ answers: [LookupAnswer.Answer?]) throws -> JobStatistics {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { writer in
            for number in answers.indices {
                writer.add(HashListEntry(line: number + 1, hashes: [Samples.hash(number)]))
            }
        }
        for (number, answer) in answers.enumerated() {
            guard let answer else { continue }
            let running = try #require(try database.lookups.runningJobs().first)
            let reservation = Reservation(hash: Samples.hash(number), jobRowID: running.rowID)
            let request = try #require(try database.lookups.reserve([reservation], at: Samples.now)[0])
            _ = try database.lookups.record([
                LookupOutcome(
                    request: request, reservation: reservation, result: .answered(answer), outcome: "200",
                    endedAt: Samples.reading(Samples.now))
            ])
        }
        return try database.reportRows.tally(of: job.id).statistics
    }

    private func file(
        _ number: Int, detections: Int, label: String? = nil, type: String? = nil, first: Date? = nil
    ) -> LookupAnswer.Answer {
        var object = Samples.file(number, detections: detections)
        object.threatLabel = label
        object.typeDescription = type
        object.firstSubmissionDate = first
        return .known(object)
    }

    @Test func everyAnsweredRowIsCountedByWhatEnginesSay() throws {
        let statistics = try statistics([
            file(0, detections: 3), file(1, detections: 2), file(2, detections: 0), .unknown, nil,
        ])
        #expect(statistics.files == VerdictTally(malicious: 1, suspicious: 1, others: 1))
        #expect(statistics.files.detected == 2)
        #expect(statistics.types.unnamed == statistics.files)
        #expect(statistics.families.unnamed == statistics.files)
        #expect(statistics.firstSeen.undated == statistics.files)
        #expect(statistics.lastScanned.buckets.map(\.tally) == [statistics.files])
    }

    @Test(arguments: [
        ("trojan.emotet/agent", "emotet"), ("trojan.emotet", "emotet"), ("emotet", "emotet"),
        ("emotet/agent", "emotet"), ("trojan.", "trojan"), ("a.b.c/d/e", "b.c"), (".", nil), ("", nil),
    ])
    func aLabelsFamilyStandsBetweenThePointAndTheStroke(label: String, family: String?) throws {
        let families = try statistics([file(0, detections: 9, label: label)]).families
        #expect(families.top.map(\.name) == [family].compactMap { $0 })
        #expect(families.unnamed.total == (family == nil ? 1 : 0))
    }

    @Test func theMostFrequentNamesComeFirstAndTheOthersAreSummedUp() throws {
        // Type number n is there n + 1 times, from 0 to 9.
        let names = (0..<10).flatMap { repeatElement("type \($0)", count: $0 + 1) }
        let types = try statistics(
            names.enumerated().map { file($0.offset, detections: $0.offset % 2 * 5, type: $0.element) }
        ).types
        #expect(types.top.map(\.name) == (2..<10).reversed().map { "type \($0)" })
        #expect(types.top.map(\.tally.total) == (3...10).reversed())
        #expect(types.valuesTotal == 10)
        #expect(types.rest.total == 3)
        #expect(types.unnamed.total == 0)
    }

    @Test func namesOfOneFrequencyStandInTheirOrder() throws {
        let families = try statistics(
            ["x.c", "x.a", "x.b"].enumerated().map { file($0.offset, detections: 3, label: $0.element) }
        ).families
        #expect(families.top.map(\.name) == ["a", "b", "c"])
    }

    @Test func datesInTheFutureAreNotBelieved() throws {
        let statistics = try statistics([
            file(0, detections: 3, first: Samples.now + 200_000), file(1, detections: 3, first: Samples.now),
        ])
        #expect(statistics.firstSeen.undated.total == 1)
        #expect(statistics.firstSeen.buckets.count == 1)
    }
}

@Suite(.limited(.processor))
struct TimelineTests {
    private static let now = CivilDate(year: 2026, month: 11, day: 25).start

    /// One malicious row on each of these days, in their order.
    private func timeline(_ days: [(Int, Int, Int)]) -> Timeline {
        var builder = TimelineBuilder(now: Self.now)
        for (year, month, day) in days {
            builder.add(
                VerdictTally(malicious: 1), day: CivilDate(year: year, month: month, day: day).daysSince1970
            )
        }
        return builder.timeline
    }

    private func labels(_ timeline: Timeline) -> [String] {
        timeline.buckets.indices.map(timeline.label)
    }

    @Test func daysStandWithoutGaps() {
        let timeline = timeline([(2024, 2, 27), (2024, 2, 27), (2024, 3, 1)])
        #expect(timeline.unit == .day)
        #expect(labels(timeline) == ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01"])
        #expect(timeline.buckets.map(\.tally.malicious) == [2, 0, 0, 1])
        #expect(timeline.largest == 2)
    }

    @Test(arguments: [
        // Forty days are days; one more makes weeks, which begin on Mondays.
        ([(2026, 1, 1), (2026, 2, 9)], Timeline.Unit.day, 40, "2026-01-01"),
        ([(2026, 1, 1), (2026, 2, 10)], .week, 7, "week of 2025-12-29"),
        ([(2026, 1, 5), (2026, 10, 11)], .week, 40, "week of 2026-01-05"),
        ([(2026, 1, 5), (2026, 10, 12)], .month, 10, "2026-01"),
        ([(2023, 8, 31), (2026, 11, 1)], .month, 40, "2023-08"),
        ([(2023, 7, 31), (2026, 11, 1)], .quarter, 14, "2023 Q3"),
        ([(2017, 1, 1), (2026, 11, 1)], .quarter, 40, "2017 Q1"),
        ([(2016, 12, 31), (2026, 11, 1)], .year, 11, "2016"),
        ([(1987, 12, 31), (2026, 11, 1)], .year, 40, "1987"),
        ([(1986, 12, 31), (2026, 11, 1)], .decade, 5, "1980s"),
    ])
    func theUnitIsTheFinestThatFits(
        days: [(Int, Int, Int)], unit: Timeline.Unit, count: Int, first: String
    ) {
        let timeline = timeline(days)
        #expect(timeline.unit == unit)
        #expect(timeline.buckets.count == count)
        #expect(labels(timeline).first == first)
        #expect(timeline.buckets.first?.tally.total == 1 && timeline.buckets.last?.tally.total == 1)
    }

    @Test func everyRowStaysInTheMonthOfItsDayHoweverItWasRegrouped() {
        // A week lies in two months; the rows of both halves must not move.
        let timeline = timeline([(2024, 1, 29), (2024, 2, 2), (2024, 2, 28), (2026, 5, 5)])
        #expect(timeline.unit == .month)
        #expect(timeline.buckets.prefix(2).map(\.tally.total) == [1, 2])
        #expect(timeline.buckets.reduce(0) { $0 + $1.tally.total } == 4)
    }

    @Test func everyDayOfTwoCenturiesIsItself() {
        for day in 0..<73_000 {
            #expect(CivilDate(daysSince1970: day).daysSince1970 == day)
        }
        #expect(CivilDate(daysSince1970: 0) == CivilDate(year: 1970, month: 1, day: 1))
        #expect(CivilDate(daysSince1970: 20_782) == CivilDate(year: 2026, month: 11, day: 25))
    }
}
