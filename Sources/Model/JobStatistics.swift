/// How a job's answered rows are spread over threat families, file types, signatures and time: over all of
/// its rows, however few of them a page shows.
///
/// Only rows with an answer count, as in `JobCounts`; one that waits or has failed does not, although it may
/// show an older answer. So `files.malicious` and `files.suspicious` are the job's numbers of these verdicts.
package struct JobStatistics: Hashable, Sendable {
    /// All rows whose file VirusTotal knows.
    package var files: VerdictTally
    /// By threat family, of the rows that have a threat label.
    package var families: Ranking
    /// By the file's type in words.
    package var types: Ranking
    /// By when VirusTotal first got the file.
    package var firstSeen: Timeline
    /// By when engines last scanned the file.
    package var lastScanned: Timeline
    /// By how the file is signed; not those of which VirusTotal tells nothing of it.
    package var signatures: [SignatureState: VerdictTally]
    /// Rows whose answer is of a time before facts were kept.
    package var withoutFacts: VerdictTally
    /// How many rows have each mark; one that no row has is not among them.
    package var marks: [FactMark: Int]
    /// Files that have something in common; a kind of which there is no group is not among them.
    package var groups: [RowGroup.Kind: RowGroups]

    package init(
        files: VerdictTally = .init(), families: Ranking = .init(), types: Ranking = .init(),
        firstSeen: Timeline = .init(), lastScanned: Timeline = .init(),
        signatures: [SignatureState: VerdictTally] = [:], withoutFacts: VerdictTally = .init(),
        marks: [FactMark: Int] = [:], groups: [RowGroup.Kind: RowGroups] = [:]
    ) {
        self.files = files
        self.families = families
        self.types = types
        self.firstSeen = firstSeen
        self.lastScanned = lastScanned
        self.signatures = signatures
        self.withoutFacts = withoutFacts
        self.marks = marks
        self.groups = groups
    }
}

/// How many rows, by what engines say of their files.
package struct VerdictTally: Hashable, Sendable {
    package var malicious: Int
    package var suspicious: Int
    /// Clean, allowed, or not scanned yet.
    package var others: Int

    package init(malicious: Int = 0, suspicious: Int = 0, others: Int = 0) {
        self.malicious = malicious
        self.suspicious = suspicious
        self.others = others
    }

    /// Malicious or suspicious.
    package var detected: Int { malicious + suspicious }
    package var total: Int { malicious + suspicious + others }

    package static func + (a: VerdictTally, b: VerdictTally) -> VerdictTally {
        VerdictTally(
            malicious: a.malicious + b.malicious, suspicious: a.suspicious + b.suspicious,
            others: a.others + b.others)
    }

    package static func += (a: inout VerdictTally, b: VerdictTally) { a = a + b }

    package static func - (a: VerdictTally, b: VerdictTally) -> VerdictTally {
        VerdictTally(
            malicious: a.malicious - b.malicious, suspicious: a.suspicious - b.suspicious,
            others: a.others - b.others)
    }
}

/// The most frequent values of one property, and how many rows have another or none.
package struct Ranking: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// As VirusTotal wrote it: text from outside.
        package var name: String
        package var tally: VerdictTally

        package init(name: String, tally: VerdictTally) {
            self.name = name
            self.tally = tally
        }
    }

    /// How many values are told by their name: 8.
    package static let topMax = 8

    /// The most frequent values, at most `topMax`; equals in the order of their names.
    package var top: [Entry]
    /// How many different values there are, those in `top` among them.
    package var valuesTotal: Int
    /// Rows with a value that is not in `top`.
    package var rest: VerdictTally
    /// Rows without any value.
    package var unnamed: VerdictTally

    package init(
        top: [Entry] = [], valuesTotal: Int = 0, rest: VerdictTally = .init(), unnamed: VerdictTally = .init()
    ) {
        self.top = top
        self.valuesTotal = valuesTotal
        self.rest = rest
        self.unnamed = unnamed
    }

    package var isEmpty: Bool { top.isEmpty }
    /// Whether no two rows have the same value: then none is frequent.
    package var isEachOnce: Bool { top.allSatisfy { $0.tally.total < 2 } }
}
