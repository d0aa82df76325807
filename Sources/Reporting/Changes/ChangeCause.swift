import Model

/// Cause of a difference between two reports of a list; the raw value is its word in `report.changes.csv`.
package enum ChangeCause: String, Hashable, Sendable, CaseIterable {
    /// The list names other files.
    case list
    /// VirusTotal says something else of the file.
    case virusTotal = "virustotal"
    /// VirusTotal says what it said, by the earlier report's policy; the settings or the allow-list have
    /// changed.
    case policy
    /// The file was not answered before, or is not now: nothing tells whether VirusTotal says something else.
    case lookup

    /// The cause of a difference of a kind: VirusTotal, where both that and the policy have changed.
    ///
    /// - Parameters:
    ///   - was: the earlier report's word.
    ///   - former: what the earlier report's policy, without its allow-list, makes of the present answer.
    init(of kind: ChangeKind, was: Verdict?, former: Verdict?) {
        self =
            switch kind {
            case .new, .gone: .list
            case .answered, .unanswered: .lookup
            case .label: .virusTotal
            case .worse, .better, .newlyKnown, .noLongerKnown:
                Self.word(for: former, where: was) == was ? .policy : .virusTotal
            }
    }

    /// As a page begins to tell of it.
    var words: String {
        switch self {
        case .list: "in the list"
        case .virusTotal: "at VirusTotal"
        case .policy: "by the changed policy"
        case .lookup: "by the lookup"
        }
    }

    /// What the earlier report would say of the present answer: what its allow-list had is allowed whichever
    /// of the two words stands beneath.
    private static func word(for former: Verdict?, where was: Verdict?) -> Verdict? {
        was == .allowed && (former == .malicious || former == .suspicious) ? .allowed : former
    }
}
