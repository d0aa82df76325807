package import Model

/// What `SharedLookupLedger` asks of the shared database. Each function is one transaction there, and throws
/// what the connection does.
package protocol SharedLookups: Sendable {
    /// Reserves requests; one grant for each wish, in their order.
    func reserve(_ wishes: [SharedWish]) async throws -> [SharedGrant]
    /// Records how requests ended. To do so again changes nothing.
    func record(_ endings: [SharedEnding]) async throws
    /// The answers that are fresh by these ages.
    func answers(
        to hashes: [FileHash], known: Duration, unknown: Duration
    ) async throws -> [FileHash: LookupAnswer]
}

/// Shared database as one site is connected to it.
package protocol SharedSite: SharedLookups {
    /// Says that this site is there, and what its users have to ask; to be called every few seconds.
    func heartbeat(_ demand: [UserName: SharedDemand]) async throws
    /// Forgets some of the answers that were asked longer ago.
    ///
    /// - Returns: whether there may be more.
    func forgetAnswers(olderThan age: Duration) async throws -> Bool
    /// Takes other limits of the key from the next call on.
    func use(_ limits: QuotaLimits)
    /// Hints that another site has got an answer, for one reader. Some may be lost.
    func news() async throws -> AsyncStream<Void>
}
