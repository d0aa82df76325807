package import Model

/// Kind of a difference between two reports of a list; the raw value is its word in `report.changes.csv`.
package enum ChangeKind: String, Hashable, Sendable, CaseIterable {
    /// The list did not name the hash before.
    case new
    /// The list names the hash no longer.
    case gone
    /// Of malicious, suspicious, allowed and clean a more alarming one than before.
    case worse
    case better
    /// VirusTotal did not know the file before, or no engine had an opinion; now it does, or one has.
    case newlyKnown = "newly-known"
    /// The other way round.
    case noLongerKnown = "no-longer-known"
    /// There was no answer before (failed, not asked), and there is one now; VirusTotal may have said the
    /// same then.
    case answered
    /// The other way round.
    case unanswered
    /// The verdict is the same, the threat label another one.
    case label

    /// Whether the list itself has changed, and not what is known of the file.
    package var isOfList: Bool { self == .new || self == .gone }

    /// The difference between what two reports say of one hash; nil for none. A report that does not have the
    /// hash says nil.
    package init?(from was: Verdict?, to verdict: Verdict?, hasOtherLabel: Bool = false) {
        switch (was, verdict) {
        case (nil, nil): return nil
        case (nil, _): self = .new
        case (_, nil): self = .gone
        case (let was?, let verdict?):
            let (before, now) = (Knowledge(was), Knowledge(verdict))
            if before == now {
                if now == .opinion, was != verdict {
                    self = verdict < was ? .worse : .better
                } else if hasOtherLabel, now > .nothing {
                    self = .label
                } else {
                    return nil
                }
            } else if before == .nothing {
                self = .answered
            } else if now == .nothing {
                self = .unanswered
            } else {
                self = before < now ? .newlyKnown : .noLongerKnown
            }
        }
    }

    /// How much is known of a file by a verdict: verdicts are more or less alarming only where engines have
    /// an opinion.
    private enum Knowledge: Int, Comparable {
        case nothing, unknown, known, opinion

        init(_ verdict: Verdict) {
            switch verdict {
            case .failed, .notAsked, .waiting: self = .nothing
            case .unknown: self = .unknown
            case .noResults: self = .known
            case .malicious, .suspicious, .allowed, .clean: self = .opinion
            }
        }

        static func < (a: Knowledge, b: Knowledge) -> Bool { a.rawValue < b.rawValue }
    }

    /// As a page counts it: `3 newly known`.
    var words: String {
        switch self {
        case .new, .gone, .worse, .better, .answered: rawValue
        case .newlyKnown: "newly known"
        case .noLongerKnown: "no longer known"
        case .unanswered: "no longer answered"
        case .label: "with another threat label"
        }
    }
}
