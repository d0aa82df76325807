import Foundation
import Model

/// One row of a job's table as markup; the page's script builds the same from a `JobTableLine`.
struct JobTableRow {
    let options: ReportOptions
    let now: Date

    /// How many code points of a value from outside the page shows; the CSV has all.
    private static let textMax = 64

    func append(_ row: ReportRow, to page: inout HTMLText) {
        let facts = RowFacts(row, thresholds: options.thresholds)
        page.markup("<tr class=")
        page.markup(facts.word.styleClass)
        page.markup("><th scope=row class=h><code>")
        page.hash(row.hash)
        page.markup("</code><span class=a><button type=button title=\"Copy this hash\">copy</button>")
        page.markup("<a rel=noreferrer href=\"")
        page.text(facts.page)
        page.markup("\" title=\"Open at VirusTotal\">VT</a></span>")
        appendOriginalColumns(facts, to: &page)
        page.markup("<td class=v>")
        page.text(facts.word.cellLabel)
        appendProportion(facts, to: &page)
        page.markup("<td>")
        appendForeign(facts.object?.threatLabel, to: &page)
        page.markup("<td>")
        appendForeign(facts.object?.meaningfulName, to: &page)
        page.markup("<td>")
        appendForeign(row.comment, to: &page)
        appendSecondLine(facts, to: &page)
        page.markup("</tr>\n")
    }

    // The columns that the original had; "None" in all of them says that VirusTotal does not know the file.
    private func appendOriginalColumns(_ facts: RowFacts, to page: inout HTMLText) {
        let none: StaticString = isOpen(facts) ? "<span class=none>–</span>" : "<span class=none>None</span>"
        for vendor in options.vendors {
            page.markup("<td data-vendor=\"")
            page.text(vendor)
            page.markup("\">")
            if let name = facts.object?.detection(by: vendor) {
                appendForeign(name, to: &page)
            } else {
                page.markup(none)
            }
        }
        page.markup("<td>")
        if let detections = facts.detections { page.digits(detections) } else { page.markup(none) }
        page.markup("<td>")
        if let date = facts.object?.lastAnalysisDate { page.time(date) } else { page.markup(none) }
    }

    // "None" is an answer; a row without any answer has a dash.
    private func isOpen(_ facts: RowFacts) -> Bool { facts.row.verdict == nil }

    private func appendProportion(_ facts: RowFacts, to page: inout HTMLText) {
        page.markup("<td class=of>")
        guard let detections = facts.detections, let opinions = facts.opinions else { return }
        page.bar(detections, of: opinions)
        page.digits(detections)
        page.markup(" of ")
        page.digits(opinions)
    }

    private func appendSecondLine(_ facts: RowFacts, to page: inout HTMLText) {
        page.markup("<td class=d colspan=")
        page.digits(options.vendors.count + 8)
        page.markup(">")
        if let object = facts.object {
            page.markup("<details><summary>")
            appendLesserFacts(facts, to: &page)
            page.markup("</summary>")
            EngineDetails(object: object).append(to: &page)
            page.markup("</details>")
        } else {
            appendLesserFacts(facts, to: &page)
        }
        guard let reason = facts.reason else { return }
        page.markup("<p class=why>")
        page.foreign(reason, max: 300)
        page.markup("</p>")
    }

    // Always the same number of `<i>`, so that style and script find each by its place.
    private func appendLesserFacts(_ facts: RowFacts, to page: inout HTMLText) {
        page.markup("<i>")
        page.text(facts.row.hash.kind.name)
        if let askedAs = facts.row.askedAs {
            page.markup(", asked as ")
            page.text(askedAs.kind.name)
        }
        page.markup("</i>")
        for vendor in options.vendors {
            page.markup("<i>")
            if let object = facts.object { page.text(object.finding(of: vendor).note) }
            page.markup("</i>")
        }
        page.markup("<i>")
        if let date = facts.object?.firstSubmissionDate { page.time(date) }
        page.markup("</i><i>")
        appendAge(facts.row, to: &page)
        page.markup("</i><i>")
        appendKind(facts.object, to: &page)
        page.markup("</i><i>line <data value=")
        page.digits(facts.row.line)
        page.markup(">")
        page.number(facts.row.line)
        page.markup("</data>")
        if facts.row.occurrences > 1 {
            page.markup(", ")
            page.number(facts.row.occurrences)
            page.markup(" times")
        }
        page.markup("</i>")
    }

    private func appendAge(_ row: ReportRow, to page: inout HTMLText) {
        guard let askedAt = row.verdict?.askedAt else { return }
        if row.isStale { page.markup("<b class=stale>stale,</b> ") }
        page.age(since: askedAt, now: now)
    }

    private func appendKind(_ object: FileObject?, to page: inout HTMLText) {
        guard let object else { return }
        if let type = object.typeDescription, !type.isEmpty {
            page.markup("<span>")
            appendForeign(type, to: &page)
            page.markup("</span>")
            if object.sizeBytes != nil { page.markup(", ") }
        }
        guard let size = object.sizeBytes else { return }
        page.markup("<data value=")
        page.digits(Int(size))
        page.markup(">")
        page.text(Wording.size(size))
        page.markup("</data>")
    }

    private func appendForeign(_ value: String?, to page: inout HTMLText) {
        if let value, !value.isEmpty { page.foreign(value, max: Self.textMax, isBreakable: true) }
    }
}
