import Foundation
import Model

/// The table of a report: its tools, its headings, and one row at a time.
///
/// The first rows are elements (`HTMLRow`), those beyond the first some thousand lines of text behind the
/// table (`TextRow`). Closing tags that HTML lets a writer leave out are left out, for the sake of large
/// lists.
struct JobTable {
    let input: ReportInput
    let options: ReportOptions
    private let columns: ReportColumns
    private let row: HTMLRow
    private let line: TextRow

    /// How many rows stand in one `<tbody>`: a browser lays out only the groups that are near the window.
    static let rowsPerGroup = 25

    private var counts: JobCounts { input.job.counts }
    /// How many rows the page shows at most.
    var rowsMax: Int { options.htmlRowsMax(input.job.state) }

    init(input: ReportInput, options: ReportOptions) {
        self.input = input
        self.options = options
        columns = ReportColumns(vendors: options.vendors)
        let groups = GroupLetters(input.statistics.groups)
        row = HTMLRow(options: options, groups: groups, now: input.now)
        line = TextRow(options: options, groups: groups, now: input.now)
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
        page.raw("<section id=rows aria-label=\"Hashes\">\n")
        appendLimits(to: &page)
        appendTools(to: &page)
        page.raw("<table class=rows data-vendors=")
        page.digits(options.vendors.count)
        page.raw(" data-link=\"")
        page.raw(RowModel.linkPrefix)
        page.raw("\"><thead><tr>")
        for cell in columns.cells { appendHead(cell, to: &page) }
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
        page.raw(" on, as text</h2><p class=muted>With JavaScript they are rows like those above. One line ")
        page.raw("a hash, a tab between its values, which are named as in the CSV: <code class=fields>")
        page.text(columns.fields.map(columns.name(of:)).joined(separator: " · "))
        page.raw("</code></p>\n")
    }

    // A cell's heading, with those of the columns below it. The script learns from it which columns there
    // are.
    private func appendHead(_ cell: ReportColumns.Column, to page: inout HTMLBuilder) {
        page.raw("<th scope=col")
        if let vendor = columns.vendor(of: cell) {
            page.raw(" data-vendor=\"")
            page.text(vendor)
        } else {
            page.raw(" class=\"")
            page.text(columns.name(of: cell))
        }
        page.raw("\" data-notes=\"")
        page.text(columns.below(cell).map(columns.name(of:)).joined(separator: " "))
        page.raw("\">")
        appendLabel(cell, class: "first", to: &page)
        for column in columns.below(cell) { appendLabel(column, class: "second", to: &page) }
    }

    private func appendLabel(
        _ column: ReportColumns.Column, class style: StaticString, to page: inout HTMLBuilder
    ) {
        guard let heading = column.kind.appearance?.heading else { return }
        page.raw("<span class=")
        page.raw(style)
        page.raw(" data-name=")
        page.text(columns.name(of: column))
        page.raw(" data-sort=")
        page.text(heading.sort.rawValue)
        page.raw(">")
        if let vendor = columns.vendor(of: column) { page.text(vendor + " ") }
        page.text(heading.title)
        page.raw("</span>")
    }

    private func appendLimits(to page: inout HTMLBuilder) {
        if counts.hashes > rowsMax {
            page.raw("<p class=muted>This page shows the ")
            page.text(Wording.count(rowsMax, "most severe row", "most severe rows"))
            page.raw(" of ")
            page.number(counts.hashes)
            page.raw(". ")
            switch input.job.state {
            case .done, .cancelled: page.raw("All of them are in <a href=\"report.csv\">report.csv</a>.")
            case .running: page.raw("All of them will be in report.csv when the job is done.")
            case .refused: break
            }
            page.raw("</p>\n")
        }
        if min(counts.hashes, rowsMax) > options.htmlRowsInFullMax {
            page.raw("<p class=muted>The ")
            page.text(Wording.count(options.htmlRowsInFullMax, "most severe row", "most severe rows"))
            page.raw(" can be opened for their engines; those of the others are at VirusTotal.</p>\n")
        }
    }

    // The tools need the script, so they are hidden until it runs.
    private func appendTools(to page: inout HTMLBuilder) {
        page.raw("<div class=tools hidden><input type=search ")
        page.raw("placeholder=\"Search hash, name, comment, signer …\" ")
        page.raw("aria-label=\"Search the rows: hash, names, label, comment, type, facts\">")
        page.raw(
            "<select class=narrow aria-label=\"Sort by\"><option value=\"\">sort by severity</select>")
        page.raw("<div class=chips>")
        for verdict in Verdict.allCases where counts[verdict] > 0 { appendChip(verdict, to: &page) }
        page.raw("</div>")
        appendMarks(to: &page)
        page.raw("<button type=button class=copyall>copy shown hashes</button>")
        page.raw("<button type=button class=clear hidden>show all</button>")
        page.raw("<output></output></div>\n")
    }

    // A phone shows them when they are asked for: its first screen is for the rows.
    private func appendMarks(to page: inout HTMLBuilder) {
        let marks = self.marks
        guard !marks.isEmpty else { return }
        page.raw("<details class=marks><summary>by facts</summary><div>")
        for mark in marks { appendChip(mark, to: &page) }
        page.raw("</div></details>")
    }

    /// Those that some row has. Where each row is there for the first time, that chooses nothing.
    private var marks: [FactMark] {
        let rows = input.statistics.marks
        return FactMark.allCases.filter { mark in
            rows[mark] ?? 0 > 0 && (mark != .firstTime || rows[.seenBefore] ?? 0 > 0)
        }
    }

    private func appendChip(_ verdict: Verdict, to page: inout HTMLBuilder) {
        page.raw("<button type=button aria-pressed=false data-verdict=")
        page.raw(verdict.styleClass)
        page.raw(" class=")
        page.raw(verdict.styleClass)
        page.raw(" data-word=")
        page.text(verdict.rawValue)
        page.raw(" data-cell=\"")
        page.text(verdict.cellLabel)
        page.raw("\"><span class=v>")
        page.text(verdict.cellLabel)
        page.raw("</span></button>")
    }

    private func appendChip(_ mark: FactMark, to page: inout HTMLBuilder) {
        page.raw("<button type=button aria-pressed=false data-fact=")
        page.raw(mark.letter)
        page.raw(" title=\"")
        page.text(mark.meaning)
        page.raw("\">")
        page.text(mark.label)
        page.raw("</button>")
    }
}
