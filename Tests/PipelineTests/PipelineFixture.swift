import Foundation
import Logging
import Lookup
import Model
import Reporting
import Spool
import Store
import Support
import TestSupport

@testable import Pipeline

/// A spool, reports and a database in a temporary folder, without lookups.
struct PipelineFixture {
    let folder = TemporaryFolder()
    let database: HashdropDatabase
    let spool: SpoolFolder
    let claims: ClaimStore
    let publisher: ReportPublisher
    let reports = Mailbox<ReportService.Change>()
    let clock = StoppedClock()
    var runtime: ServiceRuntime { ServiceRuntime(clock: clock) }

    init(
        users: [UserName] = [Samples.user("alice"), Samples.user("bob")], stepBytes: Int64 = 8 << 20
    ) throws {
        for user in users {
            for place in ["spool", "reports"] {
                try FileManager.default.createDirectory(
                    atPath: folder.path("\(place)/\(user)"), withIntermediateDirectories: true)
            }
        }
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: nil)
        spool = try SpoolFolder(path: folder.path("spool"))
        claims = try ClaimStore(spool: spool, stepBytes: stepBytes)
        publisher = ReportPublisher(
            database: database, options: ReportOptions(isSimulated: true, version: "test"),
            reports: try ReportsFolder(path: folder.path("reports"), database: database),
            cacheMaxAge: .seconds(60))
    }

    var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// - Parameter hashesAtOnce: of a list that are taken in at once.
    func claimProcessor(
        hashesAtOnce: Int = 20_000, lookups: LookupDispatcher? = nil
    ) throws -> ClaimProcessor {
        ClaimProcessor(
            claims: claims,
            lists: ListImporter(jobs: database.jobs, options: IntakeOptions(hashesAtOnce: hashesAtOnce)),
            publisher: publisher, lookups: try lookups ?? dispatcher(), reports: reports, clock: clock,
            logger: logger)
    }

    /// A dispatcher without limits to whose VirusTotal nothing is known.
    func dispatcher() throws -> LookupDispatcher {
        try LookupDispatcher(
            database: database,
            options: LookupOptions(
                limits: QuotaLimits(
                    requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0)),
            source: LookupSource(ask: { _ in .success(.unknown) }), runtime: runtime, logger: logger,
            onProgress: { _ in })
    }

    /// Drops a list with one hash and says what the state machine would say of it.
    func drop(_ name: String, _ user: UserName, hash: Int = 1) throws -> ReadinessDecision {
        try drop(name, user, hashes: hash..<hash + 1)
    }

    func drop(_ name: String, _ user: UserName, hashes: Range<Int>) throws -> ReadinessDecision {
        let path = folder.path("spool/\(user)/\(name)")
        let lines = hashes.map { "\(Samples.hash($0).hexadecimal)\n" }.joined()
        try Data(lines.utf8).write(to: URL(filePath: path))
        let entries = try spool.scan(user).entries.filter { $0.name == DroppedName(name) }
        return ReadinessDecision(entry: entries[0], action: .ready(.renamedIntoFolder), firstSeen: .zero)
    }
}

/// Always the same moment.
struct StoppedClock: ServiceClock {
    var now: ClockReading { ClockReading(wall: Samples.now, monotonic: .seconds(1_000)) }
    let bootID = ""
    func sleep(for duration: Duration) async throws {}
}

/// Draws the given numbers first, then others.
final class Loaded: RandomNumberGenerator {
    private var numbers: [UInt64]

    init(numbers: [UInt64]) { self.numbers = numbers }

    func next() -> UInt64 { numbers.isEmpty ? .random(in: .min ... .max) : numbers.removeFirst() }
}

extension ClaimProcessor {
    /// Goes on with one of the long claims, while nothing else waits.
    func goOn() -> (user: UserName, usedWriter: Bool)? { goOn(hasNews: { false }) }
}

/// Each look at it is a millisecond later.
final class SteppingClock: ServiceClock {
    private let manual = ManualClock()
    var now: ClockReading {
        manual.advance(by: .milliseconds(1))
        return manual.now
    }
    let bootID = ""
    func sleep(for duration: Duration) async throws {}
}

extension ListImporter {
    /// Makes the job of a claim, without letting others have their turns.
    func read(_ claim: Claim) throws -> Job {
        switch try begin(claim, at: Samples.now) {
        case .complete(let job): return job
        case .reading(var reading):
            while true {
                if let job = try reading.advance(by: ManualClock(), hasNews: { false }) { return job }
            }
        }
    }
}
