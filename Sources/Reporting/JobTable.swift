import Foundation
import Model

/// The table of a job's page: its tools, its headings, and one row at a time.
///
/// Every row has two lines. The first are the cells; the second (`<i>` elements in the last cell, which are
/// also the summary of the row's details) says the lesser facts below them. Closing tags that HTML lets a
/// writer leave out are left out, for the sake of large lists.
struct JobTable {
    let input: ReportInput
    let options: ReportOptions
    private let row: JobTableRow

    /// How many rows stand in one `<tbody>`: a browser lays out only the groups that are near the window, so
    /// that 100,000 rows open quickly. The page's script and style know the number as well.
    static let rowsPerGroup = 100

    private var counts: JobCounts { input.job.counts }
    private var isCut: Bool { counts.hashes > options.htmlRowsMax }
    private var hasEngines: Bool { counts.hashes <= options.htmlRowsWithEnginesMax }

    init(input: ReportInput, options: ReportOptions) {
        self.input = input
        self.options = options
        row = JobTableRow(
            options: options, now: input.now,
            hasEngines: input.job.counts.hashes <= options.htmlRowsWithEnginesMax)
    }

    /// Appends a row that has `index` rows before it.
    func append(_ reportRow: ReportRow, index: Int, to page: inout HTMLText) {
        if index > 0 && index.isMultiple(of: Self.rowsPerGroup) { page.markup("</tbody>\n<tbody>\n") }
        row.append(reportRow, to: &page)
    }

    func appendOpening(to page: inout HTMLText) {
        page.markup("<section aria-label=\"Hashes\">\n")
        appendLimits(to: &page)
        appendTools(to: &page)
        page.markup("<table class=rows><thead><tr>")
        let vendorsEnd = options.vendors.count
        heading("Hash value", key: ("c", 0, "t"), to: &page)
        for (index, vendor) in options.vendors.enumerated() {
            heading(vendor + " detection name", key: ("c", index + 1, "t"), to: &page)
        }
        heading("Engines detected", key: ("c", vendorsEnd + 1, "n"), to: &page)
        heading("Scan date", key: ("c", vendorsEnd + 2, "d"), to: &page)
        second("First seen", key: ("m", vendorsEnd + 1, "d"), to: &page)
        heading("Verdict", key: ("c", vendorsEnd + 3, "o"), to: &page)
        second("Asked", key: ("m", vendorsEnd + 2, "d"), to: &page)
        heading("Of all engines", key: ("c", vendorsEnd + 4, "p"), to: &page)
        heading("Threat label", key: ("c", vendorsEnd + 5, "t"), to: &page)
        heading("Name", key: ("c", vendorsEnd + 6, "t"), to: &page)
        second("Type", key: ("m", vendorsEnd + 3, "t"), to: &page)
        second("Size", key: ("m", vendorsEnd + 3, "v"), to: &page)
        heading("Comment", key: ("c", vendorsEnd + 7, "t"), to: &page)
        second("Line", key: ("m", vendorsEnd + 4, "v"), to: &page)
        page.markup("</thead>\n<tbody>\n")
    }

    func appendClosing(to page: inout HTMLText) {
        page.markup("</tbody></table></section>\n")
    }

    /// Where the page's script finds what a heading sorts by: a cell (`c`) or a value of the second line
    /// (`m`), its number, and how it is read: text, number, date, value, proportion, original order.
    private typealias SortKey = (place: StaticString, number: Int, kind: StaticString)

    private func heading(_ name: String, key: SortKey, to page: inout HTMLText) {
        page.markup("<th scope=col>")
        label(name, class: "first", key: key, to: &page)
    }

    private func second(_ name: String, key: SortKey, to page: inout HTMLText) {
        label(name, class: "second", key: key, to: &page)
    }

    private func label(_ name: String, class style: StaticString, key: SortKey, to page: inout HTMLText) {
        page.markup("<span class=")
        page.markup(style)
        page.markup(" data-key=")
        page.markup(key.place)
        page.digits(key.number)
        page.markup(key.kind)
        page.markup(">")
        page.text(name)
        page.markup("</span>")
    }

    private func appendLimits(to page: inout HTMLText) {
        if isCut {
            page.markup("<div class=notice><p>This page shows the ")
            page.text(Wording.count(options.htmlRowsMax, "most severe row", "most severe rows"))
            page.markup(" of ")
            page.number(counts.hashes)
            page.markup(". ")
            if input.job.state == .done {
                page.markup("All of them are in <a href=\"report.csv\">report.csv</a>.")
            } else {
                page.markup("All of them will be in report.csv when the job is done.")
            }
            page.markup("</p></div>\n")
        }
        if !hasEngines {
            page.markup("<p class=muted>Each row&#39;s engines are left out, because the list has more than ")
            page.text(Wording.count(options.htmlRowsWithEnginesMax, "hash", "hashes"))
            page.markup("; they are on the file&#39;s page at VirusTotal.</p>\n")
        }
    }

    // The tools need the script, so they are hidden until it runs.
    private func appendTools(to page: inout HTMLText) {
        page.markup("<div class=tools hidden><input type=search placeholder=\"Search hash, name, label …\" ")
        page.markup("aria-label=\"Search the rows\">")
        for word in VerdictWord.allCases where counts[word] > 0 {
            page.markup("<button type=button aria-pressed=false data-verdict=")
            page.markup(word.styleClass)
            page.markup(" class=")
            page.markup(word.styleClass)
            page.markup("><span class=v>")
            page.text(word.label)
            page.markup("</span></button>")
        }
        page.markup(
            "<select class=narrow aria-label=\"Sort by\"><option value=\"\">sort by severity</select>")
        page.markup("<button type=button class=copyall>copy shown hashes</button>")
        page.markup("<button type=button class=clear hidden>show all</button>")
        page.markup("<output></output></div>\n")
    }
}
