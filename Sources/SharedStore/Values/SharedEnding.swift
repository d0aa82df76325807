package import Model
package import Support

/// How a request ended that was reserved in the shared ledger.
package struct SharedEnding: Hashable, Sendable {
    /// As `SharedGrant.send` or `SharedSlice.ticket(_:)` gave it.
    package var ticket: Int64
    /// The hash that was asked.
    package var hash: FileHash
    /// A word for the ledger: `200`, `404`, `429`, `timed out`.
    package var outcome: String
    /// Whether the request may have left this machine; if not, the ledger forgets it.
    package var wasSent: Bool
    /// Nil if there is none.
    package var answer: LookupAnswer.Answer?
    /// When it ended, on this machine's clocks; what is recorded late counts from then.
    package var endedAt: ClockReading
    /// For how long no site may ask, from the ending on.
    package var pause: Duration

    /// - Parameter pause: nil for what the outcome asks for.
    package init(
        ticket: Int64, hash: FileHash, outcome: String, wasSent: Bool = true,
        answer: LookupAnswer.Answer? = nil, endedAt: ClockReading, pause: Duration? = nil
    ) {
        self.ticket = ticket
        self.hash = hash
        self.outcome = outcome
        self.wasSent = wasSent
        self.answer = answer
        self.endedAt = endedAt
        self.pause = pause ?? Self.pause(after: outcome)
    }

    /// How long no site may ask after an outcome.
    ///
    /// | outcome | pause |
    /// | --- | --- |
    /// | 401: the key is refused | 15 min |
    /// | 429: more requests than are allowed | 60 s |
    /// | others | none |
    private static func pause(after outcome: String) -> Duration {
        switch outcome {
        case "401": .seconds(900)
        case "429": .seconds(60)
        default: .zero
        }
    }
}
