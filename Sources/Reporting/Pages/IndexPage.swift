import Foundation
import Model
import Support

/// A user's `index.html`: files that wait, lists that run, finished and refused lists, each newest first.
///
/// It is searched and filtered by its script, from a share as well; without it there is a way to each month.
struct IndexPage {
    let input: IndexInput
    let frame: ReportFrame

    /// How many waiting files are listed; the spool folder itself is limited to about as many.
    private static let waitingMax = 1_000

    private var shown: [JobOverview] { Array(input.jobs.prefix(frame.options.indexJobsMax)) }
    private var refreshSeconds: Int? { input.isLive ? frame.options.refreshSeconds : nil }

    func html() -> HTMLBuilder {
        var page = HTMLBuilder()
        let shown = shown
        let running = shown.filter { !$0.job.state.isFinal }
        let ended = IndexMonths(
            ended: shown.filter(\.job.state.isFinal), inFullMax: frame.options.indexJobsInFullMax)
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
        if !shown.isEmpty { page.indexTools() }
        ended.appendNavigation(to: &page)
        page.waitingFiles(
            input.waiting.map { (nil, $0) }, title: "Waiting in your folder", max: Self.waitingMax)
        page.jobs(running.map(entry), title: "Running")
        ended.append(to: &page, entry: entry)
        appendLimit(shown: shown.count, to: &page)
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

    private func appendLimit(shown: Int, to page: inout HTMLBuilder) {
        guard input.jobsTotal > shown else { return }
        page.raw("<p class=muted>The newest ")
        page.number(shown)
        page.raw(" of ")
        page.text(Wording.count(input.jobsTotal, "list", "lists"))
        page.raw("; the older ones still have their folders beside this page.</p>\n")
    }
}
