package import Model

extension Verdict {
    /// The class that gives a row, a bar or a word its colour and its sign.
    package var styleClass: StaticString {
        switch self {
        case .malicious: "m"
        case .suspicious: "s"
        case .failed: "f"
        case .noResults: "n"
        case .unknown: "u"
        case .clean: "c"
        case .notAsked: "x"
        case .waiting: "w"
        }
    }

    /// As short as a table's cell is narrow.
    var cellLabel: String { self == .unknown ? "unknown" : label }
}

extension HTMLBuilder {
    /// Appends one bar, stacked from `counts`' verdicts, with its numbers as its text equivalent.
    package mutating func stackedBar(_ counts: JobCounts) {
        let present = Verdict.allCases.filter { counts[$0] > 0 }
        guard !present.isEmpty else { return }
        raw(
            "<svg class=\"stack\" viewBox=\"0 0 1000 1\" preserveAspectRatio=none role=img aria-label=\""
        )
        text(present.map { "\(Wording.number(counts[$0])) \($0.label)" }.joined(separator: ", "))
        raw("\">")
        var left = 0
        for (word, width) in zip(present, Self.widths(of: present.map { counts[$0] })) {
            raw("<rect class=\"")
            raw(word.styleClass)
            raw("\" x=\"")
            digits(left)
            raw("\" width=\"")
            // Neighbours are kept apart by a gap, for readers who cannot tell the colours.
            digits(max(width - (left + width < 1_000 ? 2 : 0), 1))
            raw("\" height=\"1\"><title>")
            text("\(Wording.number(counts[word])) \(word.label)")
            raw("</title></rect>")
            left += width
        }
        raw("</svg>\n")
    }

    /// Thousandths of the bar for each part, none too small to be seen; they add up to 1,000.
    static func widths(of parts: [Int]) -> [Int] {
        let smallest = 8
        let total = parts.reduce(0, +)
        let spare = 1_000 - smallest * parts.count
        guard total > 0, spare > 0 else { return parts.map { _ in 0 } }
        var widths = parts.map { smallest + Int(Double($0) / Double(total) * Double(spare)) }
        if let largest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
            widths[largest] += 1_000 - widths.reduce(0, +)
        }
        return widths
    }

    /// Appends a single bar; the numbers stand beside it as text.
    package mutating func bar(_ part: Int, of whole: Int) {
        raw("<svg class=b aria-hidden=true><rect width=")
        digits(Wording.percent(part, of: whole))
        raw("% height=16 /></svg>")
    }
}
