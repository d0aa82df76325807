/// Group of a report's rows: different files that have something in common.
package struct RowGroup: Hashable, Sendable {
    /// What the files have in common.
    package enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// The family of the threat label.
        case family
        /// The first signer that the signature names, valid or not.
        case signer
        /// The digest of a program's imports. All .NET programs share a few.
        case imphash
    }

    /// The common value, as VirusTotal wrote it: text from outside.
    package var value: String
    /// Its rows; two of them may name one file.
    package var tally: VerdictTally
    /// A hash of some of the files, as the list names them, the most severe first.
    package var examples: [FileHash]

    package init(value: String, tally: VerdictTally, examples: [FileHash]) {
        self.value = value
        self.tally = tally
        self.examples = examples
    }
}

extension ReportRow {
    /// Calls `visit` with each kind of group that the row may be in, and what it would have in common with
    /// the others; not at all without an answer that counts.
    package func forEachGroupValue(_ visit: (RowGroup.Kind, String) -> Void) {
        guard case .answered(let answer) = state, case .known(let object) = answer.answer else { return }
        if let family = object.threatLabel.flatMap(JobTally.family) { visit(.family, String(family)) }
        guard let values = object.facts?.groupValues else { return }
        if let signer = values.signer { visit(.signer, signer) }
        if let imphash = values.imphash { visit(.imphash, imphash) }
    }
}

/// The groups of one kind, each of two files or more.
package struct RowGroups: Hashable, Sendable {
    /// How many groups are told: 8.
    package static let topMax = 8
    /// How many files of a group are named: 3.
    package static let examplesMax = 3

    /// The groups with the most malicious rows, at most `topMax`; of equals those with the most suspicious,
    /// then with the most rows.
    package var top: [RowGroup]
    /// How many groups there are, those in `top` among them.
    package var total: Int
    /// Rows that were not compared, because the list has too many different values.
    package var uncompared: Int

    package init(top: [RowGroup] = [], total: Int = 0, uncompared: Int = 0) {
        self.top = top
        self.total = total
        self.uncompared = uncompared
    }
}
