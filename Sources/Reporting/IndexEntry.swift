package import Foundation
package import Model

/// One job in a list of jobs: a user's index, or the web page.
package struct IndexEntry {
    private let overview: JobOverview
    private let now: Date
    private let page: String
    private let table: String
    private let owner: UserName?

    /// - Parameters:
    ///   - page: where its name links to; by default its report, seen from the user's index.
    ///   - table: where its CSV is.
    ///   - owner: whose it is, where the list is of several users.
    package init(
        overview: JobOverview, now: Date, page: String? = nil, table: String? = nil, owner: UserName? = nil
    ) {
        self.overview = overview
        self.now = now
        self.page = page ?? "\(overview.job.folderName)/\(ReportWriter.FileName.html)"
        self.table = table ?? "\(overview.job.folderName)/\(ReportWriter.FileName.csv)"
        self.owner = owner
    }

    private var job: Job { overview.job }

    /// Appends it as an item of a list of class `jobs`.
    package func append(to page: inout HTMLText) {
        page.markup("<li><div><h3><a href=\"")
        page.text(self.page)
        page.markup("\">")
        page.foreign(job.droppedName.display, max: 200)
        page.markup("</a></h3><p class=muted>")
        if let owner {
            page.text(owner.description)
            page.markup(" · ")
        }
        page.time(job.receivedAt)
        if job.state.hasTables {
            page.markup(" · <a href=\"")
            page.text(table)
            page.markup("\">CSV</a>")
        }
        page.markup("</p></div><div>")
        switch job.state {
        case .running: appendProgress(to: &page)
        case .done: appendResult(to: &page)
        case .refused: appendReason("refused", to: &page)
        case .cancelled:
            appendReason("cancelled", to: &page)
            // What was answered until then was paid for, and may be alarming.
            appendResult(to: &page)
        }
        page.markup("</div>\n")
    }

    /// Appends it as one line, an item of a list of class `older`.
    func appendLine(to page: inout HTMLText) {
        page.markup("<li>")
        page.time(job.receivedAt)
        page.markup(" <a href=\"")
        page.text(self.page)
        page.markup("\">")
        page.foreign(job.droppedName.display, max: 200)
        page.markup("</a> ")
        switch job.state {
        case .refused, .running: page.text(job.state.presentation.lowercased())
        case .cancelled:
            page.text("cancelled, ")
            appendCounts(to: &page)
        case .done: appendCounts(to: &page)
        }
        page.markup("\n")
    }

    private func appendCounts(to page: inout HTMLText) {
        page.text(countText)
        for word in VerdictWord.allCases where job.counts[word] > 0 {
            page.text(", \(Wording.number(job.counts[word])) \(word.label)")
        }
    }

    private var countText: String {
        job.counts.hashes == 0 ? "no hash found" : Wording.count(job.counts.hashes, "hash", "hashes")
    }

    private func appendProgress(to page: inout HTMLText) {
        guard job.counts.hashes > 0 else { return page.markup("<p>being read</p>") }
        page.markup("<p>")
        page.number(job.counts.finished)
        page.markup(" of ")
        page.number(job.counts.hashes)
        page.markup(" answered")
        if let expectedAt = overview.outlook.expectedAt {
            page.markup(", done ")
            page.text(Wording.expectation(expectedAt, now: now))
        }
        page.markup("</p>")
        page.bar(job.counts.finished, of: job.counts.hashes)
        if let reason = overview.outlook.waitReason {
            page.markup("<p class=muted>")
            page.foreign(reason, max: 500)
            page.markup("</p>")
        }
        appendWords(to: &page)
    }

    private func appendResult(to page: inout HTMLText) {
        page.markup("<p>")
        page.text(countText)
        if job.counts.unusableLines > 0 {
            page.markup(", ")
            page.text(Wording.count(job.counts.unusableLines, "unusable line", "unusable lines"))
        }
        page.markup("</p>")
        page.stackedBar(job.counts)
        appendWords(to: &page)
    }

    private func appendWords(to page: inout HTMLText) {
        let present = VerdictWord.allCases.filter { $0 != .waiting && job.counts[$0] > 0 }
        guard !present.isEmpty else { return }
        page.markup("<ul class=words>")
        for word in present {
            page.markup("<li><span class=\"v ")
            page.markup(word.styleClass)
            page.markup("\">")
            page.number(job.counts[word])
            page.markup(" ")
            page.text(word.label)
            page.markup("</span>")
        }
        page.markup("</ul>")
    }

    private func appendReason(_ word: StaticString, to page: inout HTMLText) {
        page.markup("<p><span class=\"v f\">")
        page.markup(word)
        page.markup("</span>")
        if let reason = job.reason {
            page.markup(": ")
            page.foreign(reason, max: 500)
        }
        page.markup("</p>")
    }
}
