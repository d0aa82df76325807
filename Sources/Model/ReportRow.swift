/// One row of a report: a hash of the list and what is known of it.
package struct ReportRow: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case answered(LookupAnswer)
        /// Not answered yet; `stale` is an older verdict past its age, better than nothing.
        case waiting(stale: LookupAnswer?)
        /// The list was cancelled before; `stale` as above.
        case notAsked(stale: LookupAnswer?)
        /// No verdict for good, with the reason; `stale` as above.
        case failed(reason: String, stale: LookupAnswer?)
    }

    package var hash: FileHash
    package var state: State
    /// Its place among the list's mentions of hashes, counted from 1.
    package var position: Int
    package var comment: String?
    /// The line of the list that names the hash first, counted from 1.
    package var line: Int
    /// How often the list names the hash: at least 1.
    package var occurrences: Int
    /// The hash of the same file that was asked instead of this one, if it was another.
    package var askedAs: FileHash?
    /// Whether an earlier row of the list is about the same file; only told of rows in the list's order.
    package var isFileRepeated: Bool
    /// Whether an answered row's answer is past its age: only where nothing is asked, as by `hashdrop lookup
    /// --cached`.
    package var isPastAge: Bool
    /// In how many earlier lists of its user the file stood; nil where that is not known, as of running jobs.
    package var seen: SeenBefore?

    package init(
        hash: FileHash, state: State, position: Int = 1, comment: String? = nil, line: Int,
        occurrences: Int = 1,
        askedAs: FileHash? = nil, isFileRepeated: Bool = false, isPastAge: Bool = false,
        seen: SeenBefore? = nil
    ) {
        self.hash = hash
        self.state = state
        self.position = position
        self.comment = comment
        self.line = line
        self.occurrences = occurrences
        self.askedAs = askedAs
        self.isFileRepeated = isFileRepeated
        self.isPastAge = isPastAge
        self.seen = seen
    }

    /// The answer to show, if any: the fresh or the stale one.
    package var answer: LookupAnswer? {
        switch state {
        case .answered(let answer): answer
        case .waiting(let stale), .notAsked(let stale), .failed(_, let stale): stale
        }
    }

    package var isStale: Bool {
        if case .answered = state { isPastAge } else { answer != nil }
    }

    /// The row's word.
    package func verdict(_ policy: VerdictPolicy) -> Verdict {
        let opinion = opinion(policy)
        return policy.allowance(for: self, called: opinion) == nil ? opinion : .allowed
    }

    /// The row's word without regard to the allow-list.
    package func opinion(_ policy: VerdictPolicy) -> Verdict {
        switch state {
        case .answered(let answer): policy.verdict(for: answer.answer)
        case .waiting: .waiting
        case .notAsked: .notAsked
        case .failed: .failed
        }
    }
}
