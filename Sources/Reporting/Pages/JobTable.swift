import Foundation
import Model

/// The table of a job's page: its tools, its headings, and one row at a time.
///
/// Every row has two lines. The first are the cells; the second (`<i>` elements in the last cell, which are
/// also the summary of the row's details) says the lesser facts below them. Closing tags that HTML lets a
/// writer leave out are left out, for the sake of large lists. Rows beyond the first some thousand are lines of
/// text behind the table.
struct JobTable {
    let input: ReportInput
    let options: ReportOptions
    private let row: HTMLRow
    private let line: TextRow

    /// How many rows stand in one `<tbody>`: a browser lays out only the groups that are near the window. The
    /// page's script and style know the number as well.
    static let rowsPerGroup = 100

    private var counts: JobCounts { input.job.counts }
    /// How many rows the page shows at most.
    var rowsMax: Int { options.htmlRowsMax(input.job.state) }

    init(input: ReportInput, options: ReportOptions) {
        self.input = input
        self.options = options
        row = HTMLRow(options: options, now: input.now)
        line = TextRow(options: options, now: input.now)
    }

    /// Appends a row that has `index` rows before it.
    func append(_ reportRow: ReportRow, index: Int, to page: inout HTMLBuilder) {
        guard index >= options.htmlRowsInFullMax else {
            if index > 0 && index.isMultiple(of: Self.rowsPerGroup) { page.raw("</tbody>\n<tbody>\n") }
            row.append(reportRow, to: &page)
            return
        }
        let number = index - options.htmlRowsInFullMax
        if number == 0 { appendLinesOpening(to: &page) }
        if number.isMultiple(of: TextRow.linesPerBlock) {
            page.raw(number == 0 ? "<pre>\n" : "</pre>\n<pre>\n")
        }
        line.append(reportRow, to: &page)
    }

    func appendOpening(to page: inout HTMLBuilder) {
        page.raw("<section aria-label=\"Hashes\">\n")
        appendLimits(to: &page)
        appendTools(to: &page)
        page.raw("<table class=\"rows v")
        page.digits(options.vendors.count)
        page.raw("\"><thead><tr>")
        let base = TextRow.base(vendors: options.vendors.count)
        heading("Hash value", key: (0, "t"), to: &page)
        for (index, vendor) in options.vendors.enumerated() {
            page.raw("<th scope=col data-vendor=\"")
            page.text(vendor)
            page.raw("\">")
            label(vendor + " detection name", class: "first", key: (index + 1, "t"), to: &page)
        }
        heading("Number of engines detected", key: (base, "n"), to: &page)
        heading("Scan date", key: (base + 2, "d"), to: &page)
        second("First seen", key: (base + 9, "d"), to: &page)
        heading("Verdict", key: (base + 3, "o"), to: &page)
        second("Answer’s age", key: (base + 10, "d"), to: &page)
        heading("Of all engines", key: (base + 1, "p"), to: &page)
        heading("Threat label", key: (base + 4, "t"), to: &page)
        heading("Name", key: (base + 5, "t"), to: &page)
        second("Type", key: (base + 7, "t"), to: &page)
        second("Size", key: (base + 8, "n"), to: &page)
        heading("Comment", key: (base + 6, "t"), to: &page)
        second("Line", key: (base + 12, "n"), to: &page)
        page.raw("</thead>\n<tbody>\n")
    }

    /// Appends the end of the table that shows so many rows.
    func appendClosing(rows: Int, to page: inout HTMLBuilder) {
        page.raw(
            rows > options.htmlRowsInFullMax ? "</pre></section></section>\n" : "</tbody></table></section>\n"
        )
    }

    private func appendLinesOpening(to page: inout HTMLBuilder) {
        page.raw("</tbody></table>\n<section class=rest><h2>The rows from ")
        page.number(options.htmlRowsInFullMax + 1)
        page.raw(
            " on, as text</h2><p class=muted>With JavaScript they are rows like those above. One line a ")
        page.raw("hash, with a tab between: ")
        page.text(TextRow.fields(vendors: options.vendors).joined(separator: " · "))
        page.raw("</p>\n")
    }

    /// What the page's script sorts by: a field of `TextRow`, and how it is read: text, number, date,
    /// proportion (to the field before it), original order.
    private typealias SortKey = (field: Int, kind: StaticString)

    private func heading(_ name: String, key: SortKey, to page: inout HTMLBuilder) {
        page.raw("<th scope=col>")
        label(name, class: "first", key: key, to: &page)
    }

    private func second(_ name: String, key: SortKey, to page: inout HTMLBuilder) {
        label(name, class: "second", key: key, to: &page)
    }

    private func label(_ name: String, class style: StaticString, key: SortKey, to page: inout HTMLBuilder) {
        page.raw("<span class=")
        page.raw(style)
        page.raw(" data-key=")
        page.digits(key.field)
        page.raw(key.kind)
        page.raw(">")
        page.text(name)
        page.raw("</span>")
    }

    private func appendLimits(to page: inout HTMLBuilder) {
        if counts.hashes > rowsMax {
            page.raw("<div class=notice><p>This page shows the ")
            page.text(Wording.count(rowsMax, "most severe row", "most severe rows"))
            page.raw(" of ")
            page.number(counts.hashes)
            page.raw(". ")
            switch input.job.state {
            case .done, .cancelled: page.raw("All of them are in <a href=\"report.csv\">report.csv</a>.")
            case .running: page.raw("All of them will be in report.csv when the job is done.")
            case .refused: break
            }
            page.raw("</p></div>\n")
        }
        if min(counts.hashes, rowsMax) > options.htmlRowsInFullMax {
            page.raw("<p class=muted>The ")
            page.text(Wording.count(options.htmlRowsInFullMax, "most severe row", "most severe rows"))
            page.raw(" can be opened for their engines; those of the others are at VirusTotal.</p>\n")
        }
    }

    // The tools need the script, so they are hidden until it runs.
    private func appendTools(to page: inout HTMLBuilder) {
        page.raw("<div class=tools hidden><input type=search placeholder=\"Search hash, name, label …\" ")
        page.raw("aria-label=\"Search the rows: hash, names, label, comment, type\">")
        for word in Verdict.allCases where counts[word] > 0 {
            page.raw("<button type=button aria-pressed=false data-verdict=")
            page.raw(word.styleClass)
            page.raw(" class=")
            page.raw(word.styleClass)
            page.raw(" data-word=")
            page.text(word.rawValue)
            page.raw(" data-cell=\"")
            page.text(word.cellLabel)
            page.raw("\"><span class=v>")
            page.text(word.label)
            page.raw("</span></button>")
        }
        page.raw(
            "<select class=narrow aria-label=\"Sort by\"><option value=\"\">sort by severity</select>")
        page.raw("<button type=button class=copyall>copy shown hashes</button>")
        page.raw("<button type=button class=clear hidden>show all</button>")
        page.raw("<output></output></div>\n")
    }
}
