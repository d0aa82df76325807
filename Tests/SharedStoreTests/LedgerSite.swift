import Model
import SharedStore
import Store
import Support
import TestSupport
import Testing

/// A site with its own database, and its ledger before what several sites share.
final class LedgerSite: Sendable {
    let database: HashdropDatabase
    let ledger: SharedLookupLedger
    let clock: ManualClock
    /// Whether the shared database went away (true) or came back.
    let changes: Exchangeable<[Bool]>
    private let folder = TemporaryFolder()

    init(
        of shared: any SharedLookups, ages: CacheAges = CacheAges(), sliceShare: Double? = nil,
        sliceDelay: Duration = .zero, clock: ManualClock = ManualClock(start: Samples.now)
    ) throws {
        self.clock = clock
        database = try HashdropDatabase(path: folder.path("test.sqlite"), endpoint: "https://example.test")
        let changes = Exchangeable<[Bool]>([])
        self.changes = changes
        ledger = SharedLookupLedger(
            database: shared, lookups: database.lookups, ages: ages, sliceShare: sliceShare,
            sliceDelay: sliceDelay, clock: clock,
            onChange: { changes.value += [$0 != nil] })
    }

    convenience init(
        _ number: Int, of shared: SitesInMemory, ages: CacheAges = CacheAges(), sliceShare: Double? = nil
    ) throws {
        try self.init(
            of: SitesInMemory.Site(number: number, shared: shared), ages: ages, sliceShare: sliceShare)
    }

    var now: ClockReading { clock.now }

    /// Accepts a list and gives its job's row id.
    func drop(_ hashes: [FileHash], fresh: Int? = nil) throws -> Int64 {
        let job = try database.jobs.accept(Samples.job(), ages: CacheAges()) { list in
            if let fresh {
                var options = JobOptions()
                options.freshSeconds = fresh
                list.options = options
            }
            for (index, hash) in hashes.enumerated() {
                list.add(HashListEntry(line: index + 1, hashes: [hash]))
            }
        }
        return try #require(try database.lookups.runningJob(job.id)).rowID
    }

    func reserve(_ hashes: [FileHash], of job: Int64) async throws -> ReservedLookups {
        try await ledger.reserve(hashes.map { Reservation(hash: $0, jobRowID: job) }, at: now)
    }

    @discardableResult func record(
        _ request: Int64, _ hash: FileHash, of job: Int64,
        _ result: LookupOutcome.Result = .answered(.unknown)
    ) async throws -> RecordedOutcomes {
        try await ledger.record(
            [
                LookupOutcome(
                    request: request, reservation: Reservation(hash: hash, jobRowID: job), result: result,
                    outcome: "404", endedAt: now)
            ], inFlight: [])
    }

    /// The one request that was granted first.
    static func request(_ reserved: ReservedLookups) throws -> Int64 {
        guard case .send(let request) = try #require(reserved.results.first) else {
            throw NothingGranted(reserved: reserved)
        }
        return request
    }

    private struct NothingGranted: Error {
        var reserved: ReservedLookups
    }
}

extension ReservedLookups {
    /// The requests that may be sent.
    var granted: [Int64] { results.compactMap { if case .send(let request) = $0 { request } else { nil } } }
}
