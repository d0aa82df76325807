import Model

extension VerdictTally {
    typealias Part = (style: StaticString, count: Int, word: StaticString)

    /// Its numbers, each with the style of its colour and the word for it.
    var parts: [Part] {
        [
            ("m", malicious, "malicious"), ("s", suspicious, "suspicious"),
            ("o", others, "clean, allowed or not scanned"),
        ]
    }

    /// For example `5 malicious, 1 clean, allowed or not scanned`.
    var words: String {
        let present = parts.filter { $0.count > 0 }
        guard !present.isEmpty else { return "none" }
        return present.map { "\(Wording.number($0.count)) \($0.word)" }.joined(separator: ", ")
    }
}
