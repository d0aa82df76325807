import Foundation
import Model
import Store
import Support
import TestSupport
import Testing

/// What `cache.freshness` saves, and what it costs in time: by the ages that `config/hashdrop.yaml`
/// recommends, against a day for all.
///
/// `make year` runs a year and prints both as a table in Markdown.
@Suite(.limited(.processor))
struct RecurringListsTests {
    private static let runsYear = ProcessInfo.processInfo.environment["HASHDROP_YEAR"] != nil

    private static let day: Duration = .seconds(86_400)
    private static let recommended = CacheAges(
        byKind: [
            .unknown: day, .new: .seconds(6 * 3_600), .suspicious: day, .settledMalicious: day * 30,
            .settledClean: day * 14,
        ])

    @Test func twoMonthsOfRecurringListsCostLess() async throws { try await live(days: 60) }

    @Test(.enabled(if: runsYear, "make year runs it")) func aYearOfRecurringListsCostsLess() async throws {
        let (all, byKind) = try await live(days: 365)
        print(Self.table(all, byKind))
    }

    /// What came of one run.
    private struct Life: Sendable {
        var figures: RecurringLists.Figures
        var oldestHidden: Duration

        init(days: Int, ages: CacheAges) throws {
            let lists = try RecurringLists(days: days, ages: ages)
            try lists.run()
            figures = lists.figures
            oldestHidden = lists.oldestHidden
        }
    }

    @discardableResult
    private func live(days: Int) async throws -> (RecurringLists.Figures, RecurringLists.Figures) {
        let all = try await blocking { try Life(days: days, ages: CacheAges()) }
        let byKind = try await blocking { try Life(days: days, ages: Self.recommended) }
        for (life, oldest) in [(all, Self.day), (byKind, Self.day * 30)] {
            // In the first report that is begun when the answer is too old; it takes some hours at most.
            let bound = oldest + RecurringLists.longestPause + .seconds(12 * 3_600)
            #expect(life.figures.longestDelay <= bound)
            #expect(life.oldestHidden <= bound)
            #expect(!life.figures.delays.isEmpty)
        }
        let requests = (all: all.figures.requests, byKind: byKind.figures.requests)
        #expect(all.figures.reports == byKind.figures.reports)
        #expect(requests.byKind * 3 < requests.all * 2, "\(requests)")
        return (all.figures, byKind.figures)
    }

    private static func table(_ all: RecurringLists.Figures, _ byKind: RecurringLists.Figures) -> String {
        func hours(_ delay: Duration) -> String { String(format: "%.1f", delay.seconds / 3_600) }
        let rows = [("a day for all", all), ("`cache.freshness` as recommended", byKind)].map {
            name, figures in
            let delays = [
                figures.meanDelay, figures.delay(ofPercent: 50), figures.delay(ofPercent: 90),
                figures.longestDelay,
            ]
            return "| \(name) | \(figures.reports) | \(figures.requests) | \(figures.delays.count) | "
                + delays.map(hours).joined(separator: " | ") + " |"
        }
        return """
            | ages | reports | requests | changes of verdict | noticed after, mean, h | half | nine of ten | all |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            \(rows.joined(separator: "\n"))
            """
    }
}
