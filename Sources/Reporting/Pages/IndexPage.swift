import Foundation
import Model
import Support

/// A user's `index.html`: files that wait, lists that run, finished lists, each newest first.
struct IndexPage {
    let input: IndexInput
    let frame: ReportFrame

    /// How many waiting files are listed; the spool folder itself is limited to about as many.
    private static let waitingMax = 1_000

    private var shown: [JobOverview] { Array(input.jobs.prefix(frame.options.indexJobsMax)) }
    private var refreshSeconds: Int? { input.isLive ? frame.options.refreshSeconds : nil }

    func html() -> HTMLBuilder {
        var page = HTMLBuilder()
        let running = shown.filter { !$0.job.state.isFinal }
        let ended = shown.filter { $0.job.state.isFinal }
        frame.open(&page, title: "\(input.user) · hashdrop", refreshSeconds: refreshSeconds)
        page.raw("<header><div class=crumbs><b>hashdrop</b></div><h1>")
        page.text(input.user.description)
        page.raw("</h1><p class=facts>")
        for fact in facts(running: running.count) {
            page.raw("<span>")
            page.text(fact)
            page.raw("</span>")
        }
        page.raw("<span>as of ")
        page.time(input.now)
        page.raw("</span><span>times: <span class=zone>UTC</span></span></p></header>\n<main>\n")
        if !input.isLast {
            page.absence(
                since: input.now, due: input.now + IndexRenewal.ageMax(isLive: input.isLive),
                meanwhile: "What you drop meanwhile waits in your folder and is taken up when it is back")
        }
        if !input.troubles.isEmpty {
            page.notice("At the moment", isRefusal: true) { $0.text(input.troubles.joined(separator: " ")) }
        }
        if input.jobs.isEmpty && input.waiting.isEmpty { page.welcome(owner: "your") }
        page.waitingFiles(
            input.waiting.map { (nil, $0) }, title: "Waiting in your folder", max: Self.waitingMax)
        page.jobs(running.map(entry), title: "Running")
        page.jobs(ended.prefix(frame.options.indexJobsInFullMax).map(entry), title: "Finished")
        appendOlder(ended.dropFirst(frame.options.indexJobsInFullMax), to: &page)
        appendLimit(to: &page)
        frame.close(&page, now: input.now, refreshSeconds: refreshSeconds)
        return page
    }

    private func entry(_ overview: JobOverview) -> IndexEntry {
        IndexEntry(overview: overview, now: input.now)
    }

    private func facts(running: Int) -> [String] {
        var facts = [Wording.count(input.jobsTotal, "list", "lists")]
        if running > 0 { facts.append("\(Wording.number(running)) running") }
        if !input.waiting.isEmpty { facts.append("\(Wording.number(input.waiting.count)) waiting") }
        return facts
    }

    private func appendOlder(_ jobs: ArraySlice<JobOverview>, to page: inout HTMLBuilder) {
        guard !jobs.isEmpty else { return }
        page.raw("<section><h2>Older</h2><ul class=older>\n")
        for overview in jobs { entry(overview).appendLine(to: &page) }
        page.raw("</ul></section>\n")
    }

    private func appendLimit(to page: inout HTMLBuilder) {
        guard input.jobsTotal > shown.count else { return }
        page.raw("<p class=muted>The newest ")
        page.number(shown.count)
        page.raw(" of ")
        page.text(Wording.count(input.jobsTotal, "list", "lists"))
        page.raw("; the older ones still have their folders beside this page.</p>\n")
    }
}
