import Lookup
import SharedStore
import Store
import Support
import TestSupport

/// Ledgers before which the dispatcher's rules hold.
enum BenchLedger: CaseIterable, Sendable {
    /// The database's own.
    case own
    /// One that the only site of several shares.
    case shared

    /// Nil for the database's own.
    var make: (@Sendable (LookupStore, any ServiceClock) -> any LookupLedger)? {
        guard self == .shared else { return nil }
        return Self.site(1, of: SitesInMemory())
    }

    /// The ledger of one of several sites.
    static func site(
        _ number: Int, of shared: SitesInMemory
    ) -> @Sendable (LookupStore, any ServiceClock) -> any LookupLedger {
        { lookups, clock in
            SharedLookupLedger(
                database: SitesInMemory.Site(number: number, shared: shared), lookups: lookups,
                ages: CacheAges(), clock: clock)
        }
    }
}
