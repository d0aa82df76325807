import Foundation
import Model

/// One row of a job's table as markup; the page's script builds the same from a `TextRow`.
struct HTMLRow {
    let options: ReportOptions
    let now: Date

    /// How many code points of a value from outside the page shows; the CSV has all.
    private static let textMax = 64

    func append(_ row: ReportRow, to page: inout HTMLBuilder) {
        let facts = RowModel(row, thresholds: options.thresholds)
        page.raw("<tr class=")
        page.raw(facts.word.styleClass)
        page.raw("><th scope=row class=h><code>")
        page.hash(row.hash)
        page.raw("</code><span class=a><button type=button title=\"Copy this hash\">copy</button>")
        page.raw("<a rel=noreferrer href=\"")
        page.text(facts.page)
        page.raw("\" title=\"Open at VirusTotal\">VT</a></span>")
        appendOriginalColumns(facts, to: &page)
        page.raw("<td class=v>")
        page.text(facts.word.cellLabel)
        appendProportion(facts, to: &page)
        page.raw("<td>")
        appendForeign(facts.object?.threatLabel, to: &page)
        page.raw("<td>")
        appendForeign(facts.object?.meaningfulName, to: &page)
        page.raw("<td>")
        appendForeign(row.comment, to: &page)
        appendSecondLine(facts, to: &page)
        page.raw("</tr>\n")
    }

    // The columns that the original had; "None" in all of them says that VirusTotal does not know the file.
    private func appendOriginalColumns(_ facts: RowModel, to page: inout HTMLBuilder) {
        let none: StaticString = isOpen(facts) ? "<span class=none>–</span>" : "<span class=none>None</span>"
        for vendor in options.vendors {
            page.raw("<td data-vendor=\"")
            page.text(vendor)
            page.raw("\">")
            if let name = facts.object?.detection(by: vendor) {
                appendForeign(name, to: &page)
            } else {
                page.raw(none)
            }
        }
        page.raw("<td>")
        if let detections = facts.detections { page.digits(detections) } else { page.raw(none) }
        page.raw("<td>")
        if let date = facts.object?.lastAnalysisDate { page.time(date) } else { page.raw(none) }
    }

    // "None" is an answer; a row without any answer has a dash.
    private func isOpen(_ facts: RowModel) -> Bool { facts.row.verdict == nil }

    private func appendProportion(_ facts: RowModel, to page: inout HTMLBuilder) {
        page.raw("<td class=of>")
        guard let detections = facts.detections, let opinions = facts.opinions else { return }
        page.bar(detections, of: opinions)
        page.digits(detections)
        page.raw(" of ")
        page.digits(opinions)
    }

    private func appendSecondLine(_ facts: RowModel, to page: inout HTMLBuilder) {
        page.raw("<td class=d colspan=")
        page.digits(options.vendors.count + 8)
        page.raw(">")
        if let object = facts.object {
            page.raw("<details><summary>")
            appendLesserFacts(facts, to: &page)
            page.raw("</summary>")
            EngineDetails(object: object).append(to: &page)
            page.raw("</details>")
        } else {
            appendLesserFacts(facts, to: &page)
        }
        guard let reason = facts.reason else { return }
        page.raw("<p class=why>")
        page.untrusted(reason, max: 300)
        page.raw("</p>")
    }

    // Always the same number of `<i>`, so that style and script find each by its place.
    private func appendLesserFacts(_ facts: RowModel, to page: inout HTMLBuilder) {
        page.raw("<i>")
        page.text(facts.row.hash.kind.name)
        if let askedAs = facts.row.askedAs {
            page.raw(", asked as ")
            page.text(askedAs.kind.name)
        }
        page.raw("</i>")
        for vendor in options.vendors {
            page.raw("<i>")
            if let object = facts.object { page.text(object.finding(of: vendor).note) }
            page.raw("</i>")
        }
        page.raw("<i>")
        if let date = facts.object?.firstSubmissionDate { page.time(date) }
        page.raw("</i><i>")
        appendAge(facts.row, to: &page)
        page.raw("</i><i>")
        appendKind(facts.object, to: &page)
        page.raw("</i><i>line <data value=")
        page.digits(facts.row.line)
        page.raw(">")
        page.number(facts.row.line)
        page.raw("</data>")
        if facts.row.occurrences > 1 {
            page.raw(", ")
            page.number(facts.row.occurrences)
            page.raw(" times")
        }
        page.raw("</i>")
    }

    private func appendAge(_ row: ReportRow, to page: inout HTMLBuilder) {
        guard let askedAt = row.verdict?.askedAt else { return }
        if row.isStale { page.raw("<b class=stale>stale,</b> ") }
        page.age(since: askedAt, now: now)
    }

    private func appendKind(_ object: FileObject?, to page: inout HTMLBuilder) {
        guard let object else { return }
        if let type = object.typeDescription, !type.isEmpty {
            page.raw("<span>")
            appendForeign(type, to: &page)
            page.raw("</span>")
            if object.sizeBytes != nil { page.raw(", ") }
        }
        guard let size = object.sizeBytes else { return }
        page.raw("<data value=")
        page.digits(Int(size))
        page.raw(">")
        page.text(Wording.size(size))
        page.raw("</data>")
    }

    private func appendForeign(_ value: String?, to page: inout HTMLBuilder) {
        if let value, !value.isEmpty { page.untrusted(value, max: Self.textMax, isBreakable: true) }
    }
}
