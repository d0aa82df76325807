import Foundation
import Model

/// Charts of a job's answered rows by threat family, file type, signature and time; each has its numbers as
/// text. One that would say nothing is a line.
struct JobCharts {
    let statistics: JobStatistics

    /// How many code points of a family's or type's name are shown.
    private static let nameMax = 60

    /// Appends the drawings, the requests' among them, and below them a line for each that says nothing.
    func append(_ summary: JobSummary, to page: inout HTMLBuilder) {
        var (shares, times, lines) = (HTMLBuilder(), HTMLBuilder(), HTMLBuilder())
        appendFamilies(to: &shares, or: &lines)
        appendTypes(to: &shares, or: &lines)
        appendSignatures(to: &shares, or: &lines)
        if summary.hasSavedNothing {
            summary.appendCost(to: &lines)
        } else {
            summary.appendCost(to: &shares)
        }
        append(statistics.firstSeen, firstSeen, to: &times, or: &lines)
        append(statistics.lastScanned, lastScanned, to: &times, or: &lines)
        page.raw("<section id=drawings aria-label=\"Drawings\">\n")
        for panels in [shares, times] where panels.count > 0 {
            page.raw("<div class=panels>")
            page.append(panels)
            page.raw("</div>\n")
        }
        if shares.count + times.count > 0 { appendLegend(to: &page) }
        page.append(lines)
        page.raw("</section>\n")
    }

    private func appendFamilies(to page: inout HTMLBuilder, or lines: inout HTMLBuilder) {
        let families = statistics.families
        guard !families.isEachOnce else {
            return appendLine("Threat families", families, ("other family", "other families"), to: &lines)
        }
        page.raw("<section><h2>Most frequent threat families</h2>")
        append(families, other: ("other family", "other families"), to: &page)
        page.raw("</section>")
    }

    private func appendTypes(to page: inout HTMLBuilder, or lines: inout HTMLBuilder) {
        let types = statistics.types
        guard !types.isEachOnce else {
            return appendLine("File types", types, ("other type", "other types"), to: &lines)
        }
        page.raw("<section><h2>By file type</h2>")
        append(
            types, other: ("other type", "other types"), muted: [("no type known", types.unnamed)], to: &page)
        page.raw("</section>")
    }

    private func appendSignatures(to page: inout HTMLBuilder, or lines: inout HTMLBuilder) {
        let present = SignatureState.allCases.compactMap { state in
            statistics.signatures[state].map { Ranking.Entry(name: state.presentation, tally: $0) }
        }
        let told = present.reduce(VerdictTally()) { $0 + $1.tally }
        let signatures = Ranking(top: present, valuesTotal: present.count)
        let without = statistics.withoutFacts
        guard !signatures.isEachOnce else {
            return appendLine(
                "Signatures", signatures, ("", ""), without: without.total, to: &lines)
        }
        page.raw("<section><h2>By signature</h2>")
        append(
            signatures, other: ("", ""),
            muted: [
                ("none told", statistics.files - told - without), ("asked before facts were kept", without),
            ], to: &page)
        page.raw("</section>")
    }

    /// Appends what a drawing in which no value is there twice would say.
    private func appendLine(
        _ what: StaticString, _ ranking: Ranking, _ other: (one: String, many: String), without: Int = 0,
        to page: inout HTMLBuilder
    ) {
        page.raw("<p class=muted>")
        page.raw(what)
        page.raw(ranking.isEmpty ? ": none so far" : ", each once: ")
        for (index, entry) in ranking.top.enumerated() {
            if index > 0 { page.raw(", ") }
            page.untrusted(entry.name, max: Self.nameMax)
        }
        let others = ranking.valuesTotal - ranking.top.count
        if others > 0 { page.text(" and \(Wording.count(others, other.one, other.many))") }
        if without > 0 {
            page.text("; \(Wording.count(without, "row", "rows")) asked before facts were kept")
        }
        page.raw(".</p>\n")
    }

    /// Appends what the colours of the drawings mean, with how many rows there are of each.
    private func appendLegend(to page: inout HTMLBuilder) {
        page.raw("<p class=legend>")
        page.text(Wording.count(statistics.files.total, "hash", "hashes"))
        page.raw(" of known files: ")
        for (style, count, word) in statistics.files.parts {
            page.raw("<span class=\"v ")
            page.raw(style)
            page.raw("\">")
            page.number(count)
            page.raw(" ")
            page.raw(word)
            page.raw("</span> ")
        }
        page.raw("</p>\n")
    }

    private func append(
        _ ranking: Ranking, other: (one: String, many: String), muted: [(String, VerdictTally)] = [],
        to page: inout HTMLBuilder
    ) {
        // Bars compare the named values only: all the others together would dwarf them.
        let largest = ranking.top.map(\.tally.total).max() ?? 0
        page.raw("<ul class=bars>")
        for entry in ranking.top { item(entry, of: largest, to: &page) }
        let others = ranking.valuesTotal - ranking.top.count
        if others > 0 { item(Wording.count(others, other.one, other.many), ranking.rest, to: &page) }
        for (name, tally) in muted where tally.total > 0 { item(name, tally, to: &page) }
        page.raw("</ul>")
    }

    private func item(_ name: String, _ tally: VerdictTally, to page: inout HTMLBuilder) {
        page.raw("<li class=muted><span>")
        page.text(name)
        page.raw("</span><span></span><b>")
        page.number(tally.total)
        page.raw("</b>")
    }

    private func item(_ entry: Ranking.Entry, of largest: Int, to page: inout HTMLBuilder) {
        let tally = entry.tally
        page.raw("<li><span>")
        page.untrusted(entry.name, max: Self.nameMax)
        page.raw("</span><svg class=b role=img aria-label=\"")
        page.text(tally.words)
        page.raw("\"><title>")
        page.text(tally.words)
        page.raw("</title>")
        var left = 0
        let all = Wording.percent(tally.total, of: largest)
        for part in tally.parts where part.count > 0 {
            // Ends are computed from the sum so far, so that rounding does not change the whole bar's length.
            left += part.count
            let end = all * left / max(tally.total, 1)
            let start = all * (left - part.count) / max(tally.total, 1)
            page.raw("<rect class=")
            page.raw(part.style)
            page.raw(" x=")
            page.digits(start)
            page.raw("% width=")
            page.digits(max(end - start, 1))
            page.raw("% height=16 />")
        }
        page.raw("</svg><b>")
        page.number(tally.total)
        page.raw("</b>")
    }
}

// MARK: - Time

extension JobCharts {
    private typealias Words = (heading: StaticString, what: StaticString, line: StaticString)

    private var firstSeen: Words {
        ("By when VirusTotal first saw the file", "first seen", "First seen: ")
    }
    private var lastScanned: Words {
        ("By when engines last scanned it", "last scanned", "Last scanned: ")
    }

    private func append(
        _ timeline: Timeline, _ words: Words, to page: inout HTMLBuilder, or lines: inout HTMLBuilder
    ) {
        guard timeline.buckets.count > 1 else { return appendLine(timeline, words, to: &lines) }
        page.raw("<section><h2>")
        page.raw(words.heading)
        page.raw("</h2>")
        append(timeline, what: words.what, to: &page)
        page.raw("</section>")
    }

    /// Appends what a drawing of one column or none would say.
    private func appendLine(_ timeline: Timeline, _ words: Words, to page: inout HTMLBuilder) {
        page.raw("<p class=muted>")
        page.raw(words.line)
        if timeline.isEmpty {
            page.raw("no dates so far")
        } else {
            page.text("\(Wording.count(timeline.largest, "hash", "hashes")) on \(timeline.label(at: 0))")
            let undated = timeline.undated.total
            if undated > 0 { page.text(", \(Wording.number(undated)) without a date") }
        }
        page.raw(".</p>\n")
    }

    private func append(_ timeline: Timeline, what: StaticString, to page: inout HTMLBuilder) {
        let last = timeline.buckets.count - 1
        // A single column as wide as the drawing would look like an alarm: few columns stand in its middle.
        let room = max(timeline.buckets.count, Self.columnsMin)
        let left = (room - timeline.buckets.count) * 5
        page.raw("<svg class=time viewBox=\"0 0 ")
        page.digits(room * 10)
        page.raw(" 100\" preserveAspectRatio=none role=img aria-label=\"Hashes by when they were ")
        page.raw(what)
        page.text(", one column a \(timeline.unit.rawValue) from \(timeline.label(at: 0)) to ")
        page.text("\(timeline.label(at: last)); the highest stands for \(Wording.number(timeline.largest)). ")
        page.raw("The table below has the numbers.\">")
        for (index, bucket) in timeline.buckets.enumerated() where bucket.tally.total > 0 {
            column(
                bucket.tally, at: left + index * 10, label: timeline.label(at: index), of: timeline.largest,
                to: &page)
        }
        page.raw("</svg>")
        appendAxis(timeline, isFew: left > 0, to: &page)
        appendTable(timeline, to: &page)
    }

    private static let columnsMin = 8

    private func appendAxis(_ timeline: Timeline, isFew: Bool, to page: inout HTMLBuilder) {
        let first = timeline.label(at: 0)
        let last = timeline.label(at: timeline.buckets.count - 1)
        let scale = "one column a \(timeline.unit.rawValue), up to \(Wording.number(timeline.largest))"
        page.raw(isFew ? "<p class=\"axis few\"><span>" : "<p class=axis><span>")
        if isFew {
            page.text(first == last ? "\(first); \(scale)" : "\(first) to \(last); \(scale)")
        } else {
            page.text(first)
            page.raw("</span><span>")
            page.text(scale)
            page.raw("</span><span>")
            page.text(last)
        }
        page.raw("</span></p>")
    }

    // From the top down: malicious, suspicious, others; heights in hundredths of the drawing.
    private func column(
        _ tally: VerdictTally, at left: Int, label: String, of largest: Int, to page: inout HTMLBuilder
    ) {
        page.raw("<g><title>")
        page.text("\(label): \(tally.words)")
        page.raw("</title><rect class=hit x=")
        page.digits(left)
        page.raw(" width=10 height=100 />")
        var below = 0
        for part in tally.parts.reversed() where part.count > 0 {
            let bottom = below * 96 / largest
            below += part.count
            let height = max(below * 96 / largest - bottom, 1)
            page.raw("<rect class=")
            page.raw(part.style)
            page.raw(" x=")
            page.digits(left + 1)
            page.raw(" y=")
            page.digits(100 - bottom - height)
            page.raw(" width=8 height=")
            page.digits(height)
            page.raw(" />")
        }
        page.raw("</g>")
    }

    private func appendTable(_ timeline: Timeline, to page: inout HTMLBuilder) {
        page.raw(
            "<details class=numbers><summary>The same as a table</summary><table><thead><tr><th scope=col>")
        page.text(timeline.unit.rawValue.prefix(1).uppercased() + timeline.unit.rawValue.dropFirst())
        for part in VerdictTally().parts {
            page.raw("<th scope=col>")
            page.raw(part.word)
        }
        page.raw("</thead><tbody>")
        for (index, bucket) in timeline.buckets.enumerated() where bucket.tally.total > 0 {
            row(timeline.label(at: index), bucket.tally, to: &page)
        }
        if timeline.undated.total > 0 { row("without a date", timeline.undated, to: &page) }
        page.raw("</tbody></table></details>")
    }

    private func row(_ label: String, _ tally: VerdictTally, to page: inout HTMLBuilder) {
        page.raw("<tr><th scope=row>")
        page.text(label)
        for part in tally.parts {
            page.raw("<td>")
            page.number(part.count)
        }
        page.raw("\n")
    }
}

extension SignatureState {
    /// As a chart names it.
    fileprivate var presentation: String {
        switch self {
        case .valid: "signed, valid"
        case .revoked: "signed, certificate revoked"
        case .expired: "signed, certificate expired"
        case .invalid: "signature does not verify"
        case .unsigned: "not signed"
        }
    }
}
