import Foundation
import Model

/// How a job's answered rows are spread over families, file types and time, as drawings with their numbers in words.
struct JobCharts {
    let statistics: JobStatistics

    /// How many code points of a family's or type's name are shown.
    private static let nameMax = 60

    func appendFamilies(to page: inout HTMLText) {
        page.markup("<section><h2>Most frequent threat families</h2>")
        append(statistics.families, other: ("other family", "other families"), unnamed: nil, to: &page)
        page.markup("</section>")
    }

    func appendTypes(to page: inout HTMLText) {
        page.markup("<section><h2>By file type</h2>")
        append(
            statistics.types, other: ("other type", "other types"), unnamed: "no type known", to: &page)
        page.markup("</section>")
    }

    func appendFirstSeen(to page: inout HTMLText) {
        page.markup("<section><h2>By when VirusTotal first saw the file</h2>")
        append(statistics.firstSeen, what: "first seen", to: &page)
        page.markup("</section>")
    }

    func appendLastScanned(to page: inout HTMLText) {
        page.markup("<section><h2>By when engines last scanned it</h2>")
        append(statistics.lastScanned, what: "last scanned", to: &page)
        page.markup("</section>")
    }

    /// Appends what the colours of the drawings mean, with how many rows there are of each.
    func appendLegend(to page: inout HTMLText) {
        page.markup("<p class=legend>")
        page.text(Wording.count(statistics.files.total, "hash", "hashes"))
        page.markup(" of known files: ")
        for (style, count, word) in parts(statistics.files) {
            page.markup("<span class=\"v ")
            page.markup(style)
            page.markup("\">")
            page.number(count)
            page.markup(" ")
            page.markup(word)
            page.markup("</span> ")
        }
        page.markup("</p>\n")
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
        _ ranking: Ranking, other: (one: String, many: String), unnamed: String?, to page: inout HTMLText
    ) {
        guard !ranking.isEmpty else {
            page.markup("<p class=muted>Nothing to count so far.</p>")
            return
        }
        let largest = max(ranking.top.map(\.tally.total).max() ?? 0, ranking.rest.total)
        page.markup("<ul class=bars>")
        for entry in ranking.top {
            item(entry.tally, of: largest, to: &page) { $0.foreign(entry.name, max: Self.nameMax) }
        }
        let others = ranking.valuesTotal - ranking.top.count
        if others > 0 {
            item(ranking.rest, of: largest, to: &page) {
                $0.markup("<span class=muted>")
                $0.text(Wording.count(others, other.one, other.many))
                $0.markup("</span>")
            }
        }
        if let unnamed, ranking.unnamed.total > 0 {
            item(ranking.unnamed, of: max(largest, ranking.unnamed.total), to: &page) {
                $0.markup("<span class=muted>")
                $0.text(unnamed)
                $0.markup("</span>")
            }
        }
        page.markup("</ul>")
    }

    private func item(
        _ tally: VerdictTally, of largest: Int, to page: inout HTMLText, name: (inout HTMLText) -> Void
    ) {
        page.markup("<li><span>")
        name(&page)
        page.markup("</span><svg class=b role=img aria-label=\"")
        page.text(words(tally))
        page.markup("\"><title>")
        page.text(words(tally))
        page.markup("</title>")
        var left = 0
        let all = Wording.percent(tally.total, of: largest)
        for part in parts(tally) where part.count > 0 {
            // The last part ends where the whole ends, whatever rounding did to those before it.
            left += part.count
            let end = all * left / max(tally.total, 1)
            let start = all * (left - part.count) / max(tally.total, 1)
            page.markup("<rect class=")
            page.markup(part.style)
            page.markup(" x=")
            page.digits(start)
            page.markup("% width=")
            page.digits(max(end - start, 1))
            page.markup("% height=16 />")
        }
        page.markup("</svg><b>")
        page.number(tally.total)
        page.markup("</b>")
    }
}

// MARK: - Time

extension JobCharts {
    private func append(_ timeline: Timeline, what: StaticString, to page: inout HTMLText) {
        guard !timeline.isEmpty else {
            page.markup("<p class=muted>No dates so far.</p>")
            return
        }
        let last = timeline.buckets.count - 1
        // A single column as broad as the drawing would look like an alarm: few columns stand in its middle.
        let room = max(timeline.buckets.count, Self.columnsMin)
        let left = (room - timeline.buckets.count) * 5
        page.markup("<svg class=time viewBox=\"0 0 ")
        page.digits(room * 10)
        page.markup(" 100\" preserveAspectRatio=none role=img aria-label=\"Hashes by when they were ")
        page.markup(what)
        page.text(", one column a \(timeline.unit.rawValue) from \(timeline.label(at: 0)) to ")
        page.text("\(timeline.label(at: last)); the highest stands for \(Wording.number(timeline.largest)). ")
        page.markup("The table below has the numbers.\">")
        for (index, bucket) in timeline.buckets.enumerated() where bucket.tally.total > 0 {
            column(
                bucket.tally, at: left + index * 10, label: timeline.label(at: index), of: timeline.largest,
                to: &page)
        }
        page.markup("</svg>")
        appendAxis(timeline, isFew: left > 0, to: &page)
        appendTable(timeline, to: &page)
    }

    private static let columnsMin = 8

    private func appendAxis(_ timeline: Timeline, isFew: Bool, to page: inout HTMLText) {
        let first = timeline.label(at: 0)
        let last = timeline.label(at: timeline.buckets.count - 1)
        let scale = "one column a \(timeline.unit.rawValue), up to \(Wording.number(timeline.largest))"
        page.markup(isFew ? "<p class=\"axis few\"><span>" : "<p class=axis><span>")
        if isFew {
            page.text(first == last ? "\(first); \(scale)" : "\(first) to \(last); \(scale)")
        } else {
            page.text(first)
            page.markup("</span><span>")
            page.text(scale)
            page.markup("</span><span>")
            page.text(last)
        }
        page.markup("</span></p>")
    }

    // From the top down: malicious, suspicious, others; heights in hundredths of the drawing.
    private func column(
        _ tally: VerdictTally, at left: Int, label: String, of largest: Int, to page: inout HTMLText
    ) {
        page.markup("<g><title>")
        page.text("\(label): \(words(tally))")
        page.markup("</title><rect class=hit x=")
        page.digits(left)
        page.markup(" width=10 height=100 />")
        var below = 0
        for part in parts(tally).reversed() where part.count > 0 {
            let bottom = below * 96 / largest
            below += part.count
            let height = max(below * 96 / largest - bottom, 1)
            page.markup("<rect class=")
            page.markup(part.style)
            page.markup(" x=")
            page.digits(left + 1)
            page.markup(" y=")
            page.digits(100 - bottom - height)
            page.markup(" width=8 height=")
            page.digits(height)
            page.markup(" />")
        }
        page.markup("</g>")
    }

    private func appendTable(_ timeline: Timeline, to page: inout HTMLText) {
        page.markup(
            "<details class=numbers><summary>The same as a table</summary><table><thead><tr><th scope=col>")
        page.text(timeline.unit.rawValue.prefix(1).uppercased() + timeline.unit.rawValue.dropFirst())
        for part in parts(.init()) {
            page.markup("<th scope=col>")
            page.markup(part.word)
        }
        page.markup("</thead><tbody>")
        for (index, bucket) in timeline.buckets.enumerated() where bucket.tally.total > 0 {
            row(timeline.label(at: index), bucket.tally, to: &page)
        }
        if timeline.undated.total > 0 { row("without a date", timeline.undated, to: &page) }
        page.markup("</tbody></table></details>")
    }

    private func row(_ label: String, _ tally: VerdictTally, to page: inout HTMLText) {
        page.markup("<tr><th scope=row>")
        page.text(label)
        for part in parts(tally) {
            page.markup("<td>")
            page.number(part.count)
        }
        page.markup("\n")
    }
}
