import Model
import Store
import Support

extension LedgerWait {
    /// Why the shared database lets nothing be sent.
    init(shared cause: SharedGrant.Cause, rest: Duration) {
        let usedUp = "requests of all sites together are used up; goes on"
        switch cause {
        case .usedUp(.minute):
            self.init(.usedUp(.minute), rest: rest, reason: "the minute's \(usedUp) within the minute")
        case .usedUp(.day):
            self.init(.usedUp(.day), rest: rest, reason: "the day's \(usedUp) at 00:00 UTC")
        case .usedUp(.month):
            self.init(.usedUp(.month), rest: rest, reason: "the month's \(usedUp) on the 1st at 00:00 UTC")
        case .pause(let status):
            let refused = ["401", "403"].contains(status) ? "the key" : "a request with the key of all sites"
            self.init(.paused, rest: rest, reason: "VirusTotal has refused \(refused) (\(status))")
        case .turn: self.init(.turn, rest: rest, reason: "other sites have their turns")
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
