package import Model
package import Store

/// A hash that a site would ask now.
package struct SharedWish: Hashable, Sendable {
    package var hash: FileHash
    /// The user whose list wants it; for what each has spent.
    package var user: UserName
    /// How old an answer may be that serves the list.
    package var ages: CacheAges

    package init(hash: FileHash, user: UserName, ages: CacheAges) {
        self.hash = hash
        self.user = user
        self.ages = ages
    }
}

/// What becomes of a wish.
package enum SharedGrant: Hashable, Sendable {
    /// The request is in the ledger: send it, and record its ending with the ticket.
    case send(ticket: Int64)
    /// Another site has a fresh answer. Its time is by this site's clock.
    case answered(LookupAnswer)
    /// It is on its way already, from another site or this one, for so long at most.
    case asked(elsewhereUntil: Duration)
    /// Not now: ask again after so long, or earlier.
    case wait(Duration, Cause)

    /// Why a request may not be sent now.
    package enum Cause: Hashable, Sendable {
        /// The period's requests are used up, by all sites together.
        case usedUp(QuotaPeriod)
        /// VirusTotal has refused a request, of any site of the key: with this HTTP status.
        case pause(String)
        /// Other sites have their turns.
        case turn
    }

    var ticket: Int64? { if case .send(let ticket) = self { ticket } else { nil } }
}
