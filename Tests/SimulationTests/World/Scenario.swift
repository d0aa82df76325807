import Foundation
import HashLists
import Lookup
import Model
import Pipeline
import Reporting
import Spool
import Store
import Support
import TestSupport

/// What a seed draws once: the settings, the users and the moment of the beginning.
struct Scenario: Sendable {
    let start: Date
    let steps: Int
    /// The users and their weights.
    let users: [(name: UserName, weight: Int)]
    let limits: QuotaLimits
    let connectionsMax: Int
    let attemptsMax: Int
    let ages: CacheAges
    let hashesAtOnce: Int
    let partialReportInterval: Duration
    let keepJobs: Duration
    let keepAnswers: Duration
    let writesSTIX: Bool
    /// Whether hints come at all; if not, the folders are polled.
    let isWatched: Bool
    /// Whether VirusTotal tells what it has counted.
    let tellsQuotas: Bool
    let latencyMax: Duration

    init(using generator: inout SeededGenerator) {
        // Often shortly before a day's or a month's end, for that is where limits begin again.
        let day = CivilDate(year: 2026, month: 9, day: 1 + generator.pick([8, 20, 28, 29])).start
        start = day + generator.pick([0, 40_000, 82_000, 86_000, 86_350])
        steps = 30 + generator.below(50)
        let weights = [1, 1, 1, 2, 3]
        users = ["alice", "bob", "carol"].prefix(2 + generator.below(2))
            .map { (UserName($0)!, generator.pick(weights)) }
        limits = QuotaLimits(
            requestsPerMinuteLimit: generator.pick([1, 2, 4, 4, 4, 8, 0]),
            requestsPerDayLimit: generator.pick([12, 25, 60, 0]),
            requestsPerMonthLimit: generator.pick([40, 90, 200, 0]))
        connectionsMax = 1 + generator.below(4)
        attemptsMax = 2 + generator.below(3)
        ages = CacheAges(
            known: generator.pick([.seconds(3_600), .seconds(86_400)]),
            unknown: generator.pick([.seconds(1_800), .seconds(86_400)]))
        hashesAtOnce = generator.pick([4, 10, 20_000])
        partialReportInterval = generator.pick([.seconds(10), .seconds(30), .seconds(60)])
        keepJobs = generator.pick([.zero, .zero, .seconds(6 * 3_600), .seconds(3 * 86_400)])
        // Longer than an answer is fresh: what was asked is not asked again.
        keepAnswers = generator.pick([.zero, .seconds(2 * 86_400)])
        writesSTIX = generator.below(4) == 0
        isWatched = generator.below(4) > 0
        tellsQuotas = generator.below(3) == 0
        latencyMax = generator.pick([.milliseconds(200), .seconds(2), .seconds(10)])
    }

    /// With two users and a short list each it is all over soon; with this many hashes it is not.
    static let longListMax = 30

    var intake: IntakeOptions {
        // A quarter more than the safety scan is still less than the minute that nothing may wait longer.
        IntakeOptions(
            safetyScan: .seconds(40), poll: .seconds(20), waitingFilesMax: 1_000, ages: ages,
            hashesAtOnce: hashesAtOnce)
    }

    var lookups: LookupOptions {
        LookupOptions(limits: limits, connectionsMax: connectionsMax, attemptsMax: attemptsMax)
    }

    var reports: ReportOptions {
        ReportOptions(isSimulated: true, version: "simulation", writesSTIX: writesSTIX)
    }

    func options(in folder: TemporaryFolder) -> PipelineServices.Options {
        PipelineServices.Options(
            reportsDirectory: folder.path("reports"), statusFile: folder.path("spool/.hashdrop/daemon.json"),
            lookups: lookups, readiness: .init(), intake: intake, reports: reports,
            partialReportInterval: partialReportInterval, keepJobs: keepJobs,
            keepAnswers: keepAnswers)
    }
}

extension SeededGenerator {
    /// True once in so many times.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// A duration between two, in milliseconds.
    mutating func duration(_ least: Duration, _ most: Duration) -> Duration {
        .milliseconds(Int(least / .milliseconds(1)) + below(max(1, Int((most - least) / .milliseconds(1)))))
    }
}
