import Model
import Store
import Support

extension LedgerWait {
    /// Turns come within a minute; what takes longer is a refusal.
    private static let turnMax: Duration = .seconds(60)

    /// Why the shared database lets nothing be sent.
    init(shared period: QuotaPeriod?, rest: Duration) {
        let usedUp = "requests of all sites together are used up; goes on"
        switch period {
        case .minute:
            self.init(.usedUp(.minute), rest: rest, reason: "the minute's \(usedUp) within the minute")
        case .day: self.init(.usedUp(.day), rest: rest, reason: "the day's \(usedUp) at 00:00 UTC")
        case .month:
            self.init(.usedUp(.month), rest: rest, reason: "the month's \(usedUp) on the 1st at 00:00 UTC")
        case nil where rest > Self.turnMax:
            self.init(.paused, rest: rest, reason: "VirusTotal has refused another site's request")
        case nil: self.init(.turn, rest: rest, reason: "other sites have their turns")
        }
    }
}

extension LookupAnswer {
    /// Whether it may be the answer to this hash: a known file must bear the name.
    func isOf(_ hash: FileHash) -> Bool { fileObject.map { $0.hashes.contains(hash) } ?? true }
}

extension SharedEnding {
    init(_ outcome: LookupOutcome, ticket: Int64) {
        self.init(
            ticket: ticket, hash: outcome.reservation.hash, outcome: outcome.outcome,
            wasSent: outcome.wasSent, answer: nil, endedAt: outcome.endedAt)
        if case .answered(let answer) = outcome.result { self.answer = answer }
    }

    /// The end of a request that was granted and is not sent.
    init(notWanted hash: FileHash, ticket: Int64, at now: ClockReading) {
        self.init(
            ticket: ticket, hash: hash, outcome: "not wanted", wasSent: false, answer: nil, endedAt: now)
    }
}
