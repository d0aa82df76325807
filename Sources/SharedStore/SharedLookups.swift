package import Model
package import Store

/// What `SharedLookupLedger` asks of the shared database. Each function is one transaction there, and throws
/// what the connection does.
package protocol SharedLookups: Sendable {
    /// Reserves requests; one grant for each wish, in their order.
    func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant]
    /// Records how requests ended. To do so again changes nothing.
    func record(_ endings: [SharedEnding]) async throws
    /// The answers that are fresh by these ages.
    func answers(to hashes: [FileHash], ages: CacheAges) async throws -> [FileHash: LookupAnswer]
    /// Spends requests in advance, for a time in which nothing can be reserved; nil if none are to be had.
    ///
    /// - Parameter share: of the key's limits, above 0 and up to 1.
    func takeSlice(share: Double, goodFor duration: Duration) async throws -> SharedSlice?
    /// Gives back what is left of slices. To do so again changes nothing.
    func giveBack(_ rests: [SliceRest]) async throws
    /// Whether a slice may still be spent; without asking the shared database.
    func holds(_ slice: SharedSlice) -> Bool
}

/// Shared database as one site is connected to it.
package protocol SharedSite: SharedLookups {
    /// The site's name.
    var site: String { get }
    /// Says that this site is there, and what its users have to ask; to be called every few seconds.
    func heartbeat(_ demand: [UserName: SharedDemand]) async throws
    /// Forgets some of the answers that were asked longer ago.
    ///
    /// - Returns: whether there may be more.
    func forgetAnswers(olderThan age: Duration) async throws -> Bool
    /// The sites of the key, by name.
    func sites() async throws -> [SiteStatus]
    /// What all of them together have spent.
    func spending() async throws -> SharedSpending
    /// Takes other limits of the key from the next call on.
    func use(_ limits: QuotaLimits)
    /// Hints that another site has got an answer, for one reader. Some may be lost.
    func news() async throws -> AsyncStream<Void>
}
