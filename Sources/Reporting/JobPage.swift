import Foundation
package import Model

/// A job's `report.html`: the head, the rows as they come, the foot.
struct JobPage {
    let input: ReportInput
    let frame: PageFrame

    private var job: Job { input.job }
    private var options: ReportOptions { frame.options }

    /// Writes the whole page into `file`; each row is built in the same memory.
    func write(to file: AtomicFile, rows: RowSource) throws {
        var page = HTMLText()
        frame.open(&page, title: title, refreshSeconds: refreshSeconds)
        appendHeader(to: &page)
        guard job.state != .refused, job.counts.hashes > 0 else {
            appendEmpty(to: &page)
            try finish(page, in: file)
            return
        }
        JobSummary(input: input).append(to: &page)
        appendCharts(to: &page)
        let table = JobTable(input: input, options: options)
        table.appendOpening(to: &page)
        try file.append(page.bytes)
        let shown = try write(table, to: file, rows: rows)
        page.removeAll()
        table.appendClosing(rows: shown, to: &page)
        try finish(page, in: file)
    }

    /// Returns how many rows were written.
    private func write(_ table: JobTable, to file: AtomicFile, rows: RowSource) throws -> Int {
        var shown = 0
        var row = HTMLText()
        try rows { next in
            guard shown < table.rowsMax else { return }
            row.removeAll()
            table.append(next, index: shown, to: &row)
            shown += 1
            try file.append(row.bytes)
        }
        return shown
    }

    private func appendCharts(to page: inout HTMLText) {
        let charts = JobCharts(statistics: input.statistics)
        page.markup("<div class=panels>")
        charts.appendFamilies(to: &page)
        charts.appendTypes(to: &page)
        JobSummary(input: input).appendCost(to: &page)
        page.markup("</div>\n<div class=panels>")
        charts.appendFirstSeen(to: &page)
        charts.appendLastScanned(to: &page)
        page.markup("</div>\n")
        charts.appendLegend(to: &page)
    }

    // A page that is not final loads itself again; one that is more work for a browser, more seldom.
    private var refreshSeconds: Int? {
        guard !job.state.isFinal else { return nil }
        return options.refreshSeconds * (1 + min(job.counts.hashes, options.htmlRowsMax(job.state)) / 500)
    }

    private func finish(_ page: HTMLText, in file: AtomicFile) throws {
        var page = page
        JobSummary(input: input).appendUnusableLines(to: &page)
        JobSummary(input: input).appendOrigin(to: &page, options: options)
        frame.close(&page, now: input.now, refreshSeconds: refreshSeconds)
        try file.append(page.bytes)
    }

    // A tab shows its title's beginning: how far it is comes before the name.
    private var title: String {
        let name = job.droppedName.display
        switch job.state {
        case .running:
            return "\(Wording.percent(job.counts.finished, of: job.counts.hashes)) % · \(name)"
        case .done:
            let malicious = job.counts[.malicious]
            return malicious > 0 ? "\(Wording.number(malicious)) malicious · \(name)" : name
        case .refused: return "refused · \(name)"
        case .cancelled: return "cancelled · \(name)"
        }
    }

    private func appendHeader(to page: inout HTMLText) {
        page.markup("<header><nav class=crumbs><a href=\"../index.html\"><b>hashdrop</b> / ")
        page.text(job.user.description)
        page.markup("</a></nav>\n<h1>")
        page.foreign(job.droppedName.display, max: 300)
        page.markup("</h1>\n<p class=facts><span class=state>")
        page.text(job.state.presentation)
        page.markup("</span><span>received ")
        page.time(job.receivedAt)
        page.markup("</span>")
        if let finishedAt = job.finishedAt {
            page.markup("<span>finished ")
            page.time(finishedAt)
            page.markup("</span>")
        }
        page.markup("<span class=zone>UTC</span>")
        if job.state.hasTables { appendFiles(to: &page) }
        page.markup("</p></header>\n<main>\n")
    }

    private func appendFiles(to page: inout HTMLText) {
        for name in options.tableFiles {
            page.markup("<span><a href=\"")
            page.text(name)
            page.markup("\">")
            page.text(name)
            page.markup("</a></span>")
        }
    }

    // Without a table the page is one clear sentence: what happened, and what can be done.
    private func appendEmpty(to page: inout HTMLText) {
        switch job.state {
        case .refused:
            page.markup("<section class=\"notice refusal\"><h2>This file was refused</h2><p>")
            page.foreign(job.reason ?? "The file could not be used.", max: 2_000)
            page.markup("</p><p>Nothing was asked at VirusTotal. Once that is mended, drop the file again: ")
            page.markup("every drop gets its own report.</p></section>\n")
        case .running:
            page.markup(
                "<section class=notice><h2>Picked up</h2><p>The list is being read; its hashes appear ")
            page.markup("here in a moment.</p></section>\n")
        case .done, .cancelled:
            page.markup(
                "<section class=notice><h2>No hash found</h2><p>The file holds no MD5, SHA-1 or SHA-256 ")
            page.markup("digest: no run of exactly 32, 40 or 64 hexadecimal digits.</p>")
            page.markup(
                "<p>A list may be plain lines, a CSV, the output of a checksum tool, or text in which ")
            page.markup("hashes stand.</p></section>\n")
        }
    }
}

extension JobState {
    /// As a reader sees it.
    package var presentation: String {
        switch self {
        case .running: "Running"
        case .done: "Done"
        case .refused: "Refused"
        case .cancelled: "Cancelled"
        }
    }
}
