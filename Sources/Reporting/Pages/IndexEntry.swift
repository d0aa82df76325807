package import Foundation
package import Model

/// One job in a list of jobs: a user's index, or the web page.
package struct IndexEntry {
    private let overview: JobOverview
    private let now: Date
    private let page: String
    private let table: String
    private let owner: UserName?
    private let more: (inout HTMLBuilder) -> Void

    /// - Parameters:
    ///   - page: the link of its name; by default its report's, relative to the user's index.
    ///   - table: the link to its CSV.
    ///   - owner: its user, in a list of several users' jobs.
    ///   - more: appends further paragraphs below its name and time.
    package init(
        overview: JobOverview, now: Date, page: String? = nil, table: String? = nil, owner: UserName? = nil,
        more: @escaping (inout HTMLBuilder) -> Void = { _ in }
    ) {
        self.overview = overview
        self.now = now
        self.page = page ?? "\(overview.job.folderName)/\(ReportWriter.FileName.html)"
        self.table = table ?? "\(overview.job.folderName)/\(ReportWriter.FileName.csv)"
        self.owner = owner
        self.more = more
    }

    private var job: Job { overview.job }
    /// How many code points of a name are shown.
    private static let nameMax = 200

    /// Appends it as an item of a list of class `jobs`.
    package func append(to page: inout HTMLBuilder) {
        page.filteredItem(of: job)
        page.raw("<div><h3>")
        appendNames(to: &page)
        page.raw("</h3><p class=muted>")
        if let owner {
            page.text(owner.description)
            page.raw(" · ")
        }
        page.time(job.receivedAt)
        if job.state.hasTables, job.isReported {
            page.raw(" · <a href=\"")
            page.text(table)
            page.raw("\">CSV</a>")
        }
        page.raw("</p>")
        more(&page)
        page.raw("</div><div>")
        switch job.state {
        case .running: appendProgress(to: &page)
        case .done: appendResult(to: &page)
        case .refused: appendReason("refused", to: &page)
        case .cancelled:
            appendReason("cancelled", to: &page)
            // The answers until then were paid for, and may be alarming.
            appendResult(to: &page)
        }
        page.raw("</div>\n")
    }

    /// Appends it as one line, an item of a list of class `older`.
    func appendLine(to page: inout HTMLBuilder) {
        page.filteredItem(of: job)
        page.time(job.receivedAt)
        page.raw(" ")
        appendNames(to: &page)
        page.raw(" ")
        switch job.state {
        case .refused, .running: page.text(job.state.presentation.lowercased())
        case .cancelled:
            page.text("cancelled, ")
            appendCounts(to: &page)
        case .done: appendCounts(to: &page)
        }
        page.raw("\n")
    }

    /// What the report is called, as its link, and the list's name if that is another one.
    private func appendNames(to page: inout HTMLBuilder) {
        page.raw("<a href=\"")
        page.text(self.page)
        page.raw("\">")
        page.untrusted(job.title, max: Self.nameMax)
        page.raw("</a>")
        guard job.options.title != nil else { return }
        page.raw(" <small class=muted>")
        page.untrusted(job.droppedName.display, max: Self.nameMax)
        page.raw("</small>")
    }

    private func appendCounts(to page: inout HTMLBuilder) {
        page.text(countText)
        for verdict in Verdict.allCases where job.counts[verdict] > 0 {
            page.text(", \(Wording.number(job.counts[verdict])) \(verdict.label)")
        }
        page.text(passedOver.ending(hashes: job.counts.hashes))
        appendChanges(to: &page)
    }

    /// Appends what is different from the list's earlier report, if it was compared with one.
    private func appendChanges(to page: inout HTMLBuilder) {
        guard let changes = job.changes else { return }
        page.raw(" · ")
        page.text(changes.words)
    }

    private var passedOver: PassedOverText { PassedOverText(job.counts.passedOver) }

    private var countText: String {
        job.counts.hashes == 0 && passedOver.sum == 0
            ? "no hash found" : passedOver.opening(hashes: job.counts.hashes)
    }

    private func appendProgress(to page: inout HTMLBuilder) {
        guard job.counts.hashes > 0 else { return page.raw("<p>being read</p>") }
        page.progress(job.counts, overview.estimate, now: now)
        if let reason = overview.estimate.waitReason {
            page.raw("<p class=muted>")
            page.untrusted(reason, max: 500)
            page.raw("</p>")
        }
        appendVerdicts(to: &page)
    }

    private func appendResult(to page: inout HTMLBuilder) {
        page.raw("<p>")
        page.text(countText)
        if job.counts.unusableLines > 0 {
            page.raw(", ")
            page.text(Wording.count(job.counts.unusableLines, "unusable line", "unusable lines"))
        }
        page.text(passedOver.ending(hashes: job.counts.hashes))
        appendChanges(to: &page)
        page.raw("</p>")
        page.stackedBar(job.counts)
        appendVerdicts(to: &page)
    }

    private func appendVerdicts(to page: inout HTMLBuilder) {
        let present = Verdict.allCases.filter { $0 != .waiting && job.counts[$0] > 0 }
        guard !present.isEmpty else { return }
        page.raw("<ul class=words>")
        for verdict in present {
            page.raw("<li><span class=\"v ")
            page.raw(verdict.styleClass)
            page.raw("\">")
            page.number(job.counts[verdict])
            page.raw(" ")
            page.text(verdict.label)
            page.raw("</span>")
        }
        page.raw("</ul>")
    }

    private func appendReason(_ word: StaticString, to page: inout HTMLBuilder) {
        page.raw("<p><span class=\"v f\">")
        page.raw(word)
        page.raw("</span>")
        if let reason = job.reason {
            page.raw(": ")
            page.untrusted(reason, max: 500)
        }
        page.raw("</p>")
    }
}

extension JobChanges {
    /// For example `+3 new, 1 worse`; `no changes` without any.
    fileprivate var words: String {
        let words = Kind.allCases.compactMap { kind in
            counts[kind].map { count -> String in
                let number = Wording.number(count)
                return switch kind {
                case .new: "+\(number) new"
                case .gone, .worse, .better: "\(number) \(kind.rawValue)"
                case .other: "\(number) \(count == 1 ? "other change" : "other changes")"
                }
            }
        }
        return words.isEmpty ? "no changes" : words.joined(separator: ", ")
    }
}
