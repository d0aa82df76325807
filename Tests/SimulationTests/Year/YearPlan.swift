import Foundation
import Lookup
import Model
import Pipeline
import Reporting
import Spool
import Store
import Support
import TestSupport

/// What a long life holds: the settings, how much is dropped when, and what goes wrong.
struct YearPlan: Sendable {
    /// An end of a period, at which figures are taken.
    struct Checkpoint: Sendable {
        var label: String
        /// Days since the beginning.
        var day: Int
    }

    struct Outage: Sendable {
        var day: Int
        var hours: Int
        var fault: YearVirusTotal.Fault
    }

    var seed: UInt64 = 1
    /// A midnight, UTC.
    var start: Date
    var checkpoints: [Checkpoint]
    var keepJobs: Duration
    var keepAnswers: Duration
    var users: [UserName] = ["alice", "bob", "carol", "dave", "erin"].map { UserName($0)! }
    var workdayLists: ClosedRange<Int>
    var restDayLists: ClosedRange<Int>
    /// Hashes of a list; each magnitude is as frequent as the others.
    var listHashes: ClosedRange<Int>
    /// Files that occur on a workday: some that were never seen, the rest known from days before.
    var workdayFiles: Int
    var workdayNewFiles: Int
    /// Hashes of the one long list of each checkpoint's period; nil for none.
    var longListHashes: Int?
    var restartDays = 7
    var outages: [Outage]
    /// The day on which the power goes for two days; nil for none.
    var powerCutDay: Int?
    /// How many times as much the last periods may hold as the early ones, of what a setting bounds.
    var growthMax: Double
    /// The periods that are compared: by the first of them all that is kept for a time has once been removed.
    var earlyPeriods: Range<Int>
    var latePeriods: Range<Int>

    var days: Int { checkpoints.last!.day }

    /// The calendar year 2026, by the settings' defaults.
    ///
    /// A workday has 20 to 28 lists of 5 to 400 hashes, and each month one of 1,500. How much that makes of a
    /// month differs by some 5 % (the standard deviation of the sum of 500 such lists) and by two or three
    /// workdays; three such months on either side stay within 1.3. What grows for ever would be 2.7 times as
    /// much by then.
    static let year: YearPlan = {
        let start = CivilDate(year: 2026, month: 1, day: 1)
        var month = start
        var checkpoints: [Checkpoint] = []
        for _ in 0..<12 {
            let next = month.nextMonthStart
            let number = String(format: "%02d", month.month)
            checkpoints.append(
                Checkpoint(
                    label: "\(month.year)-\(number)", day: next.daysSince1970 - start.daysSince1970))
            month = next
        }
        return YearPlan(
            start: start.start, checkpoints: checkpoints, keepJobs: .seconds(30 * 86_400),
            keepAnswers: .seconds(365 * 86_400), workdayLists: 20...28, restDayLists: 4...8,
            listHashes: 5...400, workdayFiles: 150, workdayNewFiles: 40, longListHashes: 1_500,
            outages: [
                Outage(day: 100, hours: 9, fault: .unreachable),
                Outage(day: 236, hours: 30, fault: .serverError),
            ],
            powerCutDay: 170, growthMax: 1.3, earlyPeriods: 2..<5, latePeriods: 9..<12)
    }()

    /// Three weeks with everything in small: jobs are kept for four days, answers for six.
    ///
    /// What grows for ever would be 1.9 times as much in the last two periods as in the early ones.
    static let threeWeeks = YearPlan(
        start: CivilDate(year: 2026, month: 2, day: 16).start,
        checkpoints: (1...7).map { Checkpoint(label: "day \($0 * 3)", day: $0 * 3) },
        keepJobs: .seconds(4 * 86_400), keepAnswers: .seconds(6 * 86_400), workdayLists: 6...7,
        restDayLists: 5...6, listHashes: 5...60, workdayFiles: 60, workdayNewFiles: 25, longListHashes: nil,
        outages: [Outage(day: 4, hours: 3, fault: .unreachable)], powerCutDay: nil, growthMax: 1.4,
        earlyPeriods: 2..<4, latePeriods: 5..<7)

    func isRestDay(_ day: Int) -> Bool {
        // 1970-01-01 was a Thursday.
        (start.daysSince1970 + day + 3) % 7 >= 5
    }

    // MARK: Settings

    /// `virustotal.requestsPerMinute` and the others, of a public key.
    static let limits = QuotaLimits()

    static let sessionLimits = SessionLimits()

    /// `cache.maxAge` and `cache.unknownMaxAge`.
    static let ages = CacheAges()

    /// An index is one file a user, rewritten with each answer: shortened, for the test's time.
    static let reports = ReportOptions(indexJobsMax: 30, isSimulated: true, version: "simulation")

    /// `reports.partialEvery`, of which nothing stays: by its default of 5 s the reports of lists that are
    /// not over would take most of the test's time.
    private static let partialEvery: Duration = .seconds(600)

    func options(in folder: TemporaryFolder) -> PipelineServices.Options {
        PipelineServices.Options(
            reportsDirectory: folder.path("reports"), statusFile: folder.path("spool/.hashdrop/daemon.json"),
            lookups: LookupOptions(limits: Self.limits), readiness: .init(),
            intake: IntakeOptions(ages: Self.ages), reports: Self.reports,
            partialReportInterval: Self.partialEvery, keepJobs: keepJobs, keepAnswers: keepAnswers)
    }
}
