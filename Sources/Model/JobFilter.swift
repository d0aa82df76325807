package import Support

/// Which jobs of a list are wanted. What is not set wants all; what is set must all be met.
package struct JobFilter: Hashable, Sendable {
    /// Words (`SearchWords`), each of which is a part of the dropped name as it is shown, or of the title.
    package let name: String
    private let words: SearchWords
    package var state: JobState?
    /// The verdict of at least one of its rows, as last reported.
    package var verdict: Verdict?
    /// The month of its pick-up, with which its id begins.
    package var month: CalendarMonth?
    /// A digest that its list holds, or another name of the same file.
    package var hash: FileHash?

    package init(
        name: String = "", state: JobState? = nil, verdict: Verdict? = nil, month: CalendarMonth? = nil,
        hash: FileHash? = nil
    ) {
        self.name = name
        words = SearchWords(name)
        self.state = state
        self.verdict = verdict
        self.month = month
        self.hash = hash
    }

    /// Whether a job is wanted, as far as it can tell by itself: its list's hashes are in the database.
    package func admits(_ job: Job) -> Bool {
        if let state, job.state != state { return false }
        if let verdict, job.counts[verdict] == 0 { return false }
        if let month, !job.id.description.hasPrefix(month.compact) { return false }
        return words.occur(in: job.names)
    }
}
