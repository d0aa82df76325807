package import Foundation
package import Model
package import SharedStore
package import Store
import Support

/// Kinds of ledgers whose rules are the same.
package enum LedgerKind: CaseIterable, Sendable {
    /// That of one daemon alone, in its database.
    case embedded
    /// That of several daemons, on a real PostgreSQL server.
    case shared
}

/// A daemon's database with the ledger of its lookups. The daemon's clock and the server's stand still until
/// the test moves them.
package final class LedgerFixture: Sendable {
    /// What a daemon has of the shared database.
    package struct Shared: Sendable {
        package let site: SharedDatabase
        package let ledger: SharedLookupLedger
    }

    /// How a daemon is connected with the shared database; a test may put something in between.
    package typealias Connecting = @Sendable (SharedDatabase) -> any SharedLookups

    package let clock: ManualClock
    package let database: HashdropDatabase
    package let ledger: any LookupLedger
    /// Nil for a daemon alone.
    package let shared: Shared?
    private let folder: TemporaryFolder
    private let place: Place

    /// Where the daemon is that a kill does not reach.
    private struct Place: Sendable {
        var server: SharedFixture?
        var site = "a"
        var connecting: Connecting = { $0 }
    }

    package convenience init(_ kind: LedgerKind, start: Date = Samples.now) async throws {
        let clock = ManualClock(start: start)
        var place = Place()
        if kind == .shared { place.server = try await SharedFixture(clock: clock) }
        try await self.init(in: TemporaryFolder(), place, clock)
    }

    /// One of several daemons, without limits and with a database of its own.
    package convenience init(
        on server: SharedFixture, site: String, connecting: @escaping Connecting = { $0 }
    ) async throws {
        let place = Place(server: server, site: site, connecting: connecting)
        try await self.init(in: TemporaryFolder(), place, server.clock)
    }

    private init(in folder: TemporaryFolder, _ place: Place, _ clock: ManualClock) async throws {
        self.folder = folder
        self.place = place
        self.clock = clock
        let database = try HashdropDatabase(
            path: folder.path("test.sqlite"), endpoint: SharedFixture.endpoint)
        self.database = database
        try database.ledger.closeEarlierRun(at: clock.now, bootID: clock.bootID)
        guard let server = place.server else {
            self.shared = nil
            ledger = database.lookups
            return
        }
        let site = try server.site(
            place.site, limits: Self.noLimits,
            localRequests: { [ledger = database.ledger] in try LocalRequests(ledger, at: clock.now) })
        try await site.closeEarlierRun()
        let shared = SharedLookupLedger(
            database: place.connecting(site), lookups: database.lookups, ages: CacheAges(), clock: clock)
        self.shared = Shared(site: site, ledger: shared)
        ledger = shared
    }

    /// The embedded ledger has none.
    private static let noLimits = QuotaLimits(
        requestsPerMinuteLimit: 0, requestsPerDayLimit: 0, requestsPerMonthLimit: 0)

    /// The daemon after a kill and a start.
    package func restarted() async throws -> LedgerFixture {
        try await LedgerFixture(in: folder, place, clock)
    }

    package func advance(by duration: Duration) async throws {
        clock.advance(by: duration)
        try await place.server?.followClock()
    }

    // MARK: Lists

    /// Imports a list of these lines.
    ///
    /// - Parameter receivedAt: nil for now.
    @discardableResult
    package func accept(
        _ lines: [[FileHash]], user: String = "alice", options: JobOptions? = nil, receivedAt: Date? = nil
    ) throws -> Job {
        let entries = lines.enumerated().map { HashListEntry(line: $0.offset + 1, hashes: $0.element) }
        return try accept(entries: entries, user: user, options: options, receivedAt: receivedAt)
    }

    package func accept(
        entries: [HashListEntry], user: String = "alice", options: JobOptions? = nil, receivedAt: Date? = nil
    ) throws -> Job {
        let job = Samples.job(user: user, receivedAt: receivedAt ?? clock.now.wall)
        return try database.jobs.accept(job, ages: CacheAges()) { list in
            list.options = options
            for entry in entries { list.add(entry) }
        }
    }

    /// The row id of a job that runs.
    package func rowID(of job: Job) throws -> Int64 {
        guard let running = try database.lookups.runningJob(job.id) else { throw NotRunning(job: job.id) }
        return running.rowID
    }

    package struct NotRunning: Error {
        let job: JobID
    }

    /// The hashes of a running job that may be asked now.
    package func open(of job: Job) throws -> [FileHash] {
        try database.lookups.openHashes(of: rowID(of: job), after: nil, limit: 1_000, at: clock.now.wall)
    }

    package func rows(of job: Job) throws -> [ReportRow] {
        var rows: [ReportRow] = []
        try database.reportRows.forEachRow(of: job.id, order: .list) { rows.append($0) }
        return rows
    }

    // MARK: Lookups

    package func reserve(_ hashes: [FileHash], for jobRowID: Int64) async throws -> ReservedLookups {
        try await ledger.reserve(hashes.map { Reservation(hash: $0, jobRowID: jobRowID) }, at: clock.now)
    }

    /// How a request ends now.
    package func outcome(
        of request: Int64, _ hash: FileHash, for jobRowID: Int64, _ result: LookupOutcome.Result,
        wasSent: Bool = true
    ) -> LookupOutcome {
        let word =
            switch result {
            case .answered(.known): "200"
            case .answered(.unknown): "404"
            case .failedForNow: "503"
            case .failedForGood: "400"
            }
        return LookupOutcome(
            request: request, reservation: Reservation(hash: hash, jobRowID: jobRowID), result: result,
            outcome: word, wasSent: wasSent, endedAt: clock.now)
    }

    package func record(
        _ outcomes: [LookupOutcome], inFlight: Set<FileHash> = []
    ) async throws -> RecordedOutcomes {
        try await ledger.record(outcomes, inFlight: inFlight)
    }

    /// Asks for a hash in the name of a job, and records at once how that ended.
    @discardableResult
    package func ask(
        _ hash: FileHash, for job: Job, _ result: LookupOutcome.Result, wasSent: Bool = true
    ) async throws -> RecordedOutcomes {
        let jobRowID = try rowID(of: job)
        let reserved = try await reserve([hash], for: jobRowID)
        guard let first = reserved.requests.first, let request = first else {
            throw NothingToSend(reserved: reserved)
        }
        return try await record([outcome(of: request, hash, for: jobRowID, result, wasSent: wasSent)])
    }

    package struct NothingToSend: Error {
        let reserved: ReservedLookups
    }

    /// What has been spent, once the ledger has been told of everything.
    package func spending() async throws -> QuotaSpending {
        guard let shared else { return try database.ledger.spending(at: clock.now) }
        try await shared.ledger.deliver()
        return try await shared.site.spending().quota
    }
}

extension ReservedLookups {
    /// The requests' numbers; nil where nothing is to be sent.
    package var requests: [Int64?] {
        results.map { result -> Int64? in
            if case .send(let request) = result { return request }
            return nil
        }
    }
}
