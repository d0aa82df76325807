package import Model

extension Verdict {
    /// The CSS class that gives a row, a bar or a label its colour and sign.
    package var styleClass: StaticString {
        switch self {
        case .malicious: "m"
        case .suspicious: "s"
        case .allowed: "k"
        case .failed: "f"
        case .noResults: "n"
        case .unknown: "u"
        case .clean: "c"
        case .notAsked: "x"
        case .waiting: "w"
        }
    }

    /// The label in a table's narrow cell.
    var cellLabel: String { self == .unknown ? "unknown" : label }
}

extension HTMLBuilder {
    /// Appends a bar of the verdicts in `counts`, stacked, with the numbers as its text equivalent.
    package mutating func stackedBar(_ counts: JobCounts) {
        let present = Verdict.allCases.filter { counts[$0] > 0 }
        guard !present.isEmpty else { return }
        raw(
            "<svg class=\"stack\" viewBox=\"0 0 1000 1\" preserveAspectRatio=none role=img aria-label=\""
        )
        text(present.map { "\(Wording.number(counts[$0])) \($0.label)" }.joined(separator: ", "))
        raw("\">")
        var left = 0
        for (verdict, width) in zip(present, Self.widths(of: present.map { counts[$0] })) {
            raw("<rect class=\"")
            raw(verdict.styleClass)
            raw("\" x=\"")
            digits(left)
            raw("\" width=\"")
            // A gap between neighbours, for readers who cannot distinguish the colours.
            digits(max(width - (left + width < 1_000 ? 2 : 0), 1))
            raw("\" height=\"1\"><title>")
            text("\(Wording.number(counts[verdict])) \(verdict.label)")
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
