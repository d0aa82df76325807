import Foundation
import Model

/// One row of a large job's table as a line of text: a hundredth of the work of a row of elements for a browser.
///
/// People without JavaScript read these lines; the page's script makes rows of them, and reads its own fields out
/// of the rows that are elements, so that both are searched and sorted alike. Fields are separated by a tab, which
/// no value can hold (`HTMLBuilder.field`).
struct TextRow {
    let options: ReportOptions
    let now: Date

    /// How many lines stand in one `<pre>`: a browser lays out only those that are near the window.
    static let linesPerBlock = 500
    /// How many code points of a value from outside a line shows, as a cell does.
    private static let textMax = 64

    /// What each field holds, in words, for the line above the lines.
    static func fields(vendors: [String]) -> [String] {
        ["hash"] + vendors.map { "\($0) detection name" }
            + [
                "number of engines detected", "of all engines", "scan date (UTC)", "verdict", "threat label",
                "name", "comment", "type", "bytes", "first seen", "asked", "age of the answer", "line",
                "occurrences", "asked as",
            ] + vendors.map { "why \($0) has no name" } + ["reason"]
    }

    /// The number of the first field after the vendors' names.
    static func base(vendors: Int) -> Int { vendors + 1 }

    func append(_ row: ReportRow, to page: inout HTMLBuilder) {
        let facts = RowModel(row, thresholds: options.thresholds)
        let none: StaticString = row.verdict == nil ? "–" : "None"
        page.hash(row.hash)
        for vendor in options.vendors {
            page.raw("\t")
            if let name = facts.object?.detection(by: vendor) {
                page.field(name, max: Self.textMax)
            } else {
                page.raw(none)
            }
        }
        page.raw("\t")
        if let detections = facts.detections { page.digits(detections) } else { page.raw(none) }
        page.raw("\t")
        if let opinions = facts.opinions { page.digits(opinions) }
        page.raw("\t")
        if let date = facts.object?.lastAnalysisDate { page.timeField(date) } else { page.raw(none) }
        page.raw("\t")
        page.text(facts.word.rawValue)
        appendText(facts.object?.threatLabel, to: &page)
        appendText(facts.object?.meaningfulName, to: &page)
        appendText(row.comment, to: &page)
        appendText(facts.object?.typeDescription, to: &page)
        appendLesserFields(facts, to: &page)
        page.raw("\n")
    }

    private func appendLesserFields(_ facts: RowModel, to page: inout HTMLBuilder) {
        page.raw("\t")
        if let size = facts.object?.sizeBytes { page.digits(Int(size)) }
        page.raw("\t")
        if let date = facts.object?.firstSubmissionDate { page.timeField(date) }
        page.raw("\t")
        if let verdict = facts.row.verdict { page.timeField(verdict.askedAt) }
        page.raw("\t")
        if let verdict = facts.row.verdict {
            if facts.row.isStale { page.raw("stale, ") }
            page.text(Wording.age(since: verdict.askedAt, now: now))
        }
        page.raw("\t")
        page.digits(facts.row.line)
        page.raw("\t")
        page.digits(facts.row.occurrences)
        page.raw("\t")
        if let askedAs = facts.row.askedAs { page.text(askedAs.kind.name) }
        for vendor in options.vendors {
            page.raw("\t")
            if let object = facts.object { page.text(object.finding(of: vendor).note) }
        }
        page.raw("\t")
        if let reason = facts.reason { page.field(reason, max: 300) }
    }

    private func appendText(_ value: String?, to page: inout HTMLBuilder) {
        page.raw("\t")
        if let value { page.field(value, max: Self.textMax) }
    }
}
