package import Model
package import Support

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
    /// Ends what this site has on its way, which stays spent.
    func closeEarlierRun() async throws
}

/// Shared database as one site is connected to it.
package protocol SharedSite: SharedLookups {
    /// Says that this site is there, and what it has to ask; to be called every few seconds.
    func heartbeat(openByUser: [UserName: Int], weights: [UserName: Int]) async throws
    /// Hints that another site has got an answer, for one reader. Some may be lost.
    var news: AsyncStream<Void> { get }
}

/// A request that a site would send now.
package struct SharedWish: Hashable, Sendable {
    package var hash: FileHash
    package var user: UserName
    /// How old an answer may be that takes its place: of a file that VirusTotal knows, and of another.
    package var known: Duration
    package var unknown: Duration

    package init(hash: FileHash, user: UserName, known: Duration, unknown: Duration) {
        self.hash = hash
        self.user = user
        self.known = known
        self.unknown = unknown
    }
}

/// What the shared database says of a wish.
package enum SharedGrant: Hashable, Sendable {
    /// It may be sent; with the request's number there.
    case send(ticket: Int64)
    /// Another site has asked.
    case answered(LookupAnswer)
    /// Another site asks, and has so long for it.
    case asked(elsewhereUntil: Duration)
    /// Nothing may be sent for so long: the period's requests are used up, or others come first.
    case wait(Duration, QuotaPeriod?)

    var ticket: Int64? { if case .send(let ticket) = self { ticket } else { nil } }
}

/// How a request ended, for the shared database.
package struct SharedEnding: Hashable, Sendable {
    package var ticket: Int64
    /// The hash that was asked.
    package var hash: FileHash
    /// A word: `200`, `404`, `429`, `timed out`.
    package var outcome: String
    /// Whether it may have left; if not, it is given back.
    package var wasSent: Bool
    /// Nil if there is none.
    package var answer: LookupAnswer.Answer?
    /// By this site's clocks: how long ago it was counts for the others.
    package var endedAt: ClockReading

    package init(
        ticket: Int64, hash: FileHash, outcome: String, wasSent: Bool, answer: LookupAnswer.Answer?,
        endedAt: ClockReading
    ) {
        self.ticket = ticket
        self.hash = hash
        self.outcome = outcome
        self.wasSent = wasSent
        self.answer = answer
        self.endedAt = endedAt
    }
}
