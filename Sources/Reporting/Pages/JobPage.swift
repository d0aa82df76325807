import FileSystem
import Foundation
package import Model
import Support

/// A job's `report.html`: the head, the rows as they come, the foot.
struct JobPage {
    let input: ReportInput
    let frame: ReportFrame

    private var job: Job { input.job }
    private var options: ReportOptions { frame.options }
    private var hasTable: Bool { job.state != .refused && job.counts.hashes > 0 }
    private var groups: JobGroups { JobGroups(groups: input.statistics.groups) }

    /// Writes the whole page into `file`; the rows are built one after the other in one buffer.
    func write(to file: AtomicFile, rows: RowSource) throws {
        var page = HTMLBuilder()
        frame.open(&page, title: title, refreshSeconds: refreshSeconds)
        appendHeader(to: &page)
        guard hasTable else {
            appendEmpty(to: &page)
            try finish(page, in: file)
            return
        }
        // The sum, and at once the worst rows; what draws them comes behind.
        JobSummary(input: input).append(to: &page, isAboveRows: true)
        // What stands among the warnings is said already.
        if let changes = input.changes, !job.options.warnings.contains(where: { $0 == changes.reason }) {
            ChangeSection(changes: changes).appendSum(to: &page)
        }
        let table = JobTable(input: input, options: options)
        table.appendOpening(to: &page)
        try file.append(page.bytes)
        let shown = try write(table, to: file, rows: rows)
        page.removeAll()
        table.appendClosing(rows: shown, to: &page)
        JobSummary(input: input).appendWarnings(to: &page)
        if let changes = input.changes { ChangeSection(changes: changes).append(to: &page) }
        JobCharts(statistics: input.statistics).append(JobSummary(input: input), to: &page)
        groups.append(to: &page)
        try finish(page, in: file)
    }

    /// Returns how many rows were written.
    private func write(_ table: JobTable, to file: AtomicFile, rows: RowSource) throws -> Int {
        var shown = 0
        var row = HTMLBuilder()
        try rows { next in
            guard shown < table.rowsMax else { return }
            row.removeAll()
            table.append(next, index: shown, to: &row)
            shown += 1
            try file.append(row.bytes)
        }
        return shown
    }

    // A page that is not final loads itself again; the more rows a browser has to lay out, the less often.
    private var refreshSeconds: Int? {
        guard !job.state.isFinal else { return nil }
        return options.refreshSeconds * (1 + min(job.counts.hashes, options.htmlRowsMax(job.state)) / 500)
    }

    private func finish(_ page: HTMLBuilder, in file: AtomicFile) throws {
        var page = page
        JobSummary(input: input).appendUnusableLines(to: &page)
        JobSummary(input: input).appendOrigin(to: &page, options: options)
        frame.close(&page, now: input.now, refreshSeconds: refreshSeconds)
        try file.append(page.bytes)
    }

    // A browser's tab shows only a title's beginning: the progress comes before the name.
    private var title: String {
        let name = job.title
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

    private func appendHeader(to page: inout HTMLBuilder) {
        page.raw("<header><nav class=crumbs><a href=\"../index.html\"><b>hashdrop</b> / ")
        page.text(job.user.description)
        page.raw("</a></nav>\n")
        page.jobHeading(job) { page in
            if input.rewriting != nil {
                page.raw("<span>written again ")
                page.time(input.now)
                page.raw("</span>")
            }
            if job.state.hasTables { appendFiles(to: &page) }
            if hasTable { page.raw("<span><a href=\"#drawings\">drawings</a></span>") }
            if hasTable, !groups.isEmpty { page.raw("<span><a href=\"#groups\">groups</a></span>") }
        }
        if job.state.hasTables, options.writesLists { appendLists(to: &page) }
        appendOtherPolicy(to: &page)
        page.raw("</header>\n<main>\n")
        guard !job.state.isFinal else { return }
        page.absence(
            since: input.now, due: input.now + ReportRenewal.ageMax(input.renewal),
            meanwhile: "The list goes on when it is back")
    }

    // The list’s owner was told of other verdicts.
    private func appendOtherPolicy(to page: inout HTMLBuilder) {
        guard let first = input.rewriting?.firstPolicy else { return }
        let differences = options.policy.differences(from: first)
        guard !differences.isEmpty else { return }
        page.raw("\n<p class=muted>By another policy than at first: ")
        page.untrusted(differences.joined(separator: "; "), max: 500)
        page.raw(".</p>")
    }

    private func appendFiles(to page: inout HTMLBuilder) {
        let changes = [input.changes?.fileName].compactMap { $0 }
        for name in options.tableFiles + changes {
            page.raw("<span><a href=\"")
            page.text(name)
            page.raw("\">")
            page.text(name)
            page.raw("</a></span>")
        }
    }

    private func appendLists(to page: inout HTMLBuilder) {
        let lists = Verdict.allCases.compactMap { verdict in
            ReportWriter.FileName.list(of: verdict).map { (name: $0, count: job.counts[verdict]) }
        }.filter { $0.count > 0 }
        guard !lists.isEmpty else { return }
        page.raw("\n<p class=\"facts lists\"><span>hashes as lists</span>")
        for list in lists {
            page.raw("<span><a href=\"")
            page.text("\(ReportWriter.FileName.lists)/\(list.name)")
            page.raw("\">")
            page.text(list.name)
            page.raw("</a> ")
            page.number(list.count)
            page.raw("</span>")
        }
        page.raw("</p>")
    }

    // Without a table the page says what happened and what can be done.
    private func appendEmpty(to page: inout HTMLBuilder) {
        switch job.state {
        case .refused: JobSummary(input: input).append(to: &page)
        case .running:
            JobSummary(input: input).appendWarnings(to: &page)
            page.notice("Picked up") {
                $0.raw("The list is being read; its hashes appear here in a moment.")
            }
        case .done, .cancelled:
            JobSummary(input: input).appendWarnings(to: &page)
            appendNoHash(to: &page)
        }
    }

    private func appendNoHash(to page: inout HTMLBuilder) {
        let passedOver = PassedOverText(job.counts.passedOver)
        guard passedOver.sum == 0 else {
            return page.notice("Nothing could be looked up") { page in
                page.raw("The file holds ")
                page.text(Wording.count(passedOver.sum, "digest", "digests"))
                page.raw(" and none that VirusTotal can look up as a file’s: ")
                page.text(passedOver.reasons)
                page.raw(". So this is no all-clear. The lines stand below with their reasons.")
            }
        }
        page.notice("No hash found") { page in
            page.raw("The file holds no MD5, SHA-1 or SHA-256 digest: no run of exactly 32, 40 or 64 ")
            page.raw("hexadecimal digits.</p><p>A list may be plain lines, a CSV, the output of a ")
            page.raw("checksum tool, or text in which hashes stand.")
        }
    }
}

extension JobState {
    /// The state's label on the pages.
    package var presentation: String {
        switch self {
        case .running: "Running"
        case .done: "Done"
        case .refused: "Refused"
        case .cancelled: "Cancelled"
        }
    }
}
