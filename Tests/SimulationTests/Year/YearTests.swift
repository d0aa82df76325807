import Foundation
import TestSupport
import Testing

/// A long life of the pipeline: what a setting bounds does not grow, no list is lost, and no request is sent
/// beyond the quota.
///
/// `make year` runs a year and prints its figures as a table in Markdown. How long a start takes is shown
/// there and not judged: that is the machine's as much as hashdrop's.
@Suite(.limited(.processor))
struct YearTests {
    /// `HASHDROP_YEAR=1` runs the year.
    private static let runsYear = ProcessInfo.processInfo.environment["HASHDROP_YEAR"] != nil

    @Test func nothingGrowsForThreeWeeks() async throws {
        try await live(.threeWeeks, isAlone: false)
    }

    @Test(.enabled(if: runsYear, "make year runs it")) func nothingGrowsForAYear() async throws {
        try await live(.year, isAlone: true)
    }

    /// - Parameter isAlone: whether this process does nothing else, so that its memory is the simulation's.
    private func live(_ plan: YearPlan, isAlone: Bool) async throws {
        let life = try await blocking {
            let simulation = try YearSimulation(plan)
            try simulation.run()
            return Life(simulation)
        }
        if isAlone { print(YearFigures.table(life.figures), life.summary, separator: "\n\n") }
        for complaint in YearBounds(plan: plan, figures: life.figures).complaints(withMemory: isAlone) {
            Issue.record("\(complaint)")
        }
        #expect(life.unreported == [])
        #expect(life.quotaComplaints == [])
        #expect(life.errors == [])
        #expect(life.refusedCount > 0)
    }

    /// What is left of a simulation.
    private struct Life: Sendable {
        var figures: [YearFigures]
        var unreported: [String]
        var refusedCount: Int
        var quotaComplaints: [String]
        var errors: [String]
        var summary: String

        init(_ simulation: YearSimulation) {
            let (lists, account) = (simulation.lists, simulation.virusTotal.account)
            figures = simulation.figures
            unreported = lists.open.keys.sorted()
            refusedCount = lists.refusedCount
            quotaComplaints = account.complaints
            errors = simulation.log.errors
            summary =
                "\(lists.droppedCount) lists, \(lists.reportedCount) of them reported, \(lists.refusedCount) "
                + "refused; \(account.requests) requests, at most \(account.busiestDay) a day"
        }
    }
}
