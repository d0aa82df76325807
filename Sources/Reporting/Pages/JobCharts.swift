import Foundation
import Model

/// Charts of a job's answered rows by threat family, file type and time; each has its numbers as text.
struct JobCharts {
    let statistics: JobStatistics

    /// How many code points of a family's or type's name are shown.
    private static let nameMax = 60

    func appendFamilies(to page: inout HTMLBuilder) {
        page.raw("<section><h2>Most frequent threat families</h2>")
        append(statistics.families, other: ("other family", "other families"), unnamed: nil, to: &page)
        page.raw("</section>")
    }

    func appendTypes(to page: inout HTMLBuilder) {
        page.raw("<section><h2>By file type</h2>")
        append(
            statistics.types, other: ("other type", "other types"), unnamed: "no type known", to: &page)
        page.raw("</section>")
    }

    func appendFirstSeen(to page: inout HTMLBuilder) {
        page.raw("<section><h2>By when VirusTotal first saw the file</h2>")
        append(statistics.firstSeen, what: "first seen", to: &page)
        page.raw("</section>")
    }

    func appendLastScanned(to page: inout HTMLBuilder) {
        page.raw("<section><h2>By when engines last scanned it</h2>")
        append(statistics.lastScanned, what: "last scanned", to: &page)
        page.raw("</section>")
    }

    /// Appends what the colours of the drawings mean, with how many rows there are of each.
    func appendLegend(to page: inout HTMLBuilder) {
        page.raw("<p class=legend>")
        page.text(Wording.count(statistics.files.total, "hash", "hashes"))
        page.raw(" of known files: ")
        for (style, count, word) in parts(statistics.files) {
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

    private typealias Part = (style: StaticString, count: Int, word: StaticString)

    private func parts(_ tally: VerdictTally) -> [Part] {
        [
            ("m", tally.malicious, "malicious"), ("s", tally.suspicious, "suspicious"),
            ("o", tally.others, "clean or not scanned"),
        ]
    }

    /// For example `5 malicious, 1 clean or not scanned`.
    private func words(_ tally: VerdictTally) -> String {
        let present = parts(tally).filter { $0.count > 0 }
        guard !present.isEmpty else { return "none" }
        return present.map { "\(Wording.number($0.count)) \($0.word)" }.joined(separator: ", ")
    }

    private func append(
        _ ranking: Ranking, other: (one: String, many: String), unnamed: String?, to page: inout HTMLBuilder
    ) {
        guard !ranking.isEmpty else {
            page.raw("<p class=muted>Nothing to count so far.</p>")
            return
        }
        // Bars compare the named values only: all the others together would dwarf them.
        let largest = ranking.top.map(\.tally.total).max() ?? 0
        page.raw("<ul class=bars>")
        for entry in ranking.top { item(entry, of: largest, to: &page) }
        let others = ranking.valuesTotal - ranking.top.count
        if others > 0 { item(Wording.count(others, other.one, other.many), ranking.rest, to: &page) }
        if let unnamed, ranking.unnamed.total > 0 { item(unnamed, ranking.unnamed, to: &page) }
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
        page.text(words(tally))
        page.raw("\"><title>")
        page.text(words(tally))
        page.raw("</title>")
        var left = 0
        let all = Wording.percent(tally.total, of: largest)
        for part in parts(tally) where part.count > 0 {
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
    private func append(_ timeline: Timeline, what: StaticString, to page: inout HTMLBuilder) {
        guard !timeline.isEmpty else {
            page.raw("<p class=muted>No dates so far.</p>")
            return
        }
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
        page.text("\(label): \(words(tally))")
        page.raw("</title><rect class=hit x=")
        page.digits(left)
        page.raw(" width=10 height=100 />")
        var below = 0
        for part in parts(tally).reversed() where part.count > 0 {
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
        for part in parts(.init()) {
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
        for part in parts(tally) {
            page.raw("<td>")
            page.number(part.count)
        }
        page.raw("\n")
    }
}
