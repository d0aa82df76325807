package import Model
package import Support

/// Ledger of lookups: what may be sent is reserved in it first, and how it ended is recorded in it.
///
/// `LookupStore` is the ledger of one daemon alone; another may stand before it that several daemons share.
/// Its functions run on the caller's actor, which goes on at once where a ledger waits for nothing.
package protocol LookupLedger: Sendable {
    /// Writes requests into the ledger before they are sent.
    ///
    /// Throws what the daemon's own database does; nothing is to be sent then.
    nonisolated(nonsending) func reserve(
        _ reservations: [Reservation], at now: ClockReading
    ) async throws -> ReservedLookups

    /// Records how requests ended. After an error the same outcomes are to be recorded again.
    ///
    /// - Parameter inFlight: hashes whose own request has left and not ended.
    nonisolated(nonsending) func record(
        _ outcomes: [LookupOutcome], inFlight: Set<FileHash>
    ) async throws -> RecordedOutcomes
}

/// What became of one reservation.
package enum ReservationResult: Hashable, Sendable {
    /// It may be sent; with the request's number in the daemon's own ledger.
    case send(request: Int64)
    /// The hash has been answered or the job cancelled meanwhile: nothing is to be sent.
    case notWanted
    /// Another daemon had asked; its answer is recorded, without a request.
    case answered
    /// Another daemon asks; not to be reserved again for that long.
    case held(Duration)
    /// Nothing may be sent at the moment, whatever the hash: `ReservedLookups.wait` tells why.
    case waits

    /// Whether it is so because of what other daemons did.
    package var isOfOtherDaemons: Bool {
        switch self {
        case .send, .notWanted: false
        case .answered, .held, .waits: true
        }
    }
}

/// What became of a batch of reservations.
package struct ReservedLookups: Hashable, Sendable {
    /// One for each reservation, in their order.
    package var results: [ReservationResult]
    /// What the answers of other daemons changed.
    package var recorded = RecordedOutcomes()
    /// Why nothing more may be sent; nil if nothing has to wait.
    package var wait: LedgerWait?

    package init(
        results: [ReservationResult], recorded: RecordedOutcomes = RecordedOutcomes(),
        wait: LedgerWait? = nil
    ) {
        self.results = results
        self.recorded = recorded
        self.wait = wait
    }
}

/// Wait that a ledger imposes on all lookups of a daemon.
package struct LedgerWait: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The requests of the period are used up, by all daemons together.
        case usedUp(QuotaPeriod)
        /// Other daemons have their turns.
        case turn
        /// VirusTotal refused another daemon's request.
        case paused
        /// The ledger cannot be reached: it is not known when lookups go on.
        case unreachable
    }

    package var kind: Kind
    /// How long until the ledger is to be asked again.
    package var rest: Duration
    /// Why, as part of a sentence, for reports and the status.
    package var reason: String
    /// What the operator is to do about it, if it does not pass by itself.
    package var advice: String?

    package init(_ kind: Kind, rest: Duration, reason: String, advice: String? = nil) {
        self.kind = kind
        self.rest = rest
        self.reason = reason
        self.advice = advice
    }

    /// The period whose requests are used up, if that is the reason.
    package var usedUpPeriod: QuotaPeriod? {
        if case .usedUp(let period) = kind { period } else { nil }
    }

    /// Whether it is no more than keeping to the limit of requests a minute.
    package var isRoutine: Bool { kind == .usedUp(.minute) || kind == .turn }

    /// Whether lookups go on after `rest`.
    package var isForeseeable: Bool { kind != .unreachable }
}
