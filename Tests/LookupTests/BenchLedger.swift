import Model
import SharedStore
import Store
import TestSupport

/// Ledgers before which the dispatcher's rules hold.
enum BenchLedger: CaseIterable, Sendable {
    /// The database's own.
    case own
    /// One that the only site of several shares, in memory and without limits.
    case shared
    /// The same on a real PostgreSQL server, which has the dispatcher's limits.
    case server

    /// What the site shares; nil for the database's own ledger.
    ///
    /// - Parameter server: is there for `server`.
    func database(
        on server: SharedFixture?, limits: QuotaLimits, scheduler: SeededScheduler
    ) throws -> (any SharedLookups)? {
        if let server {
            return BenchSite(server: server, site: try server.site("a", limits: limits), scheduler: scheduler)
        }
        return self == .shared ? SitesInMemory.Site(number: 1, shared: SitesInMemory()) : nil
    }
}

/// Site of a real server in the bench's time: while the server works nothing counts as idle, and its clock is
/// where the bench's is.
private struct BenchSite: SharedLookups {
    let server: SharedFixture
    let site: SharedDatabase
    let scheduler: SeededScheduler

    func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant] {
        try await outside { try await $0.reserve(wishes) }
    }

    func record(_ endings: [SharedEnding]) async throws {
        try await outside { try await $0.record(endings) }
    }

    func answers(
        to hashes: [FileHash], ages: CacheAges
    ) async throws -> [FileHash: LookupAnswer] {
        try await outside { try await $0.answers(to: hashes, ages: ages) }
    }

    func takeSlice(share: Double, goodFor duration: Duration) async throws -> SharedSlice? {
        try await outside { try await $0.takeSlice(share: share, goodFor: duration) }
    }

    func giveBack(_ rests: [SliceRest]) async throws { try await outside { try await $0.giveBack(rests) } }

    func holds(_ slice: SharedSlice) -> Bool { site.holds(slice) }

    private func outside<Value: Sendable>(
        _ work: @escaping @Sendable (SharedDatabase) async throws -> Value
    ) async throws -> Value {
        let result = await scheduler.outside { [server, site] () -> Result<Value, any Error> in
            do {
                try await server.followClock()
                return .success(try await work(site))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
