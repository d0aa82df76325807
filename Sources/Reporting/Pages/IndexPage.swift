import Foundation
import Model

/// A user's `index.html`: what waits, what runs, and what came out, newest first.
struct IndexPage {
    let input: IndexInput
    let frame: PageFrame

    /// How many waiting files are listed; the spool folder itself is limited to about as many.
    private static let waitingMax = 1_000

    private var shown: [JobOverview] { Array(input.jobs.prefix(frame.options.indexJobsMax)) }
    private var isFinal: Bool {
        input.waiting.isEmpty && input.jobs.allSatisfy { $0.job.state.isFinal }
    }

    private var refreshSeconds: Int? { isFinal ? nil : frame.options.refreshSeconds }

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
        page.raw("<span>times: <span class=zone>UTC</span></span></p></header>\n<main>\n")
        if input.jobs.isEmpty && input.waiting.isEmpty { appendWelcome(to: &page) }
        appendWaiting(to: &page)
        appendJobs(running, title: "Running", to: &page)
        appendJobs(Array(ended.prefix(frame.options.indexJobsInFullMax)), title: "Finished", to: &page)
        appendOlder(ended.dropFirst(frame.options.indexJobsInFullMax), to: &page)
        appendLimit(to: &page)
        frame.close(&page, now: input.now, refreshSeconds: refreshSeconds)
        return page
    }

    private func facts(running: Int) -> [String] {
        var facts = [Wording.count(input.jobsTotal, "list", "lists")]
        if running > 0 { facts.append("\(Wording.number(running)) running") }
        if !input.waiting.isEmpty { facts.append("\(Wording.number(input.waiting.count)) waiting") }
        return facts
    }

    private func appendWelcome(to page: inout HTMLBuilder) {
        page.raw("<section class=notice><h2>Nothing here yet</h2><p>Drop a text file with MD5, SHA-1 or ")
        page.raw("SHA-256 hashes into your folder: plain lines, a CSV, the output of a checksum tool. It ")
        page.raw("is picked up within seconds and its report appears here.</p></section>\n")
    }

    private func appendWaiting(to page: inout HTMLBuilder) {
        guard !input.waiting.isEmpty else { return }
        page.raw("<section><h2>Waiting in your folder</h2><ul class=jobs>")
        for file in input.waiting.prefix(Self.waitingMax) {
            page.raw("<li class=w><div><h3>")
            page.untrusted(file.name.display, max: 200)
            page.raw("</h3><p class=muted>seen ")
            page.time(file.firstSeenAt)
            page.raw("</p></div><p><span class=v>waiting</span>: ")
            page.untrusted(file.reason, max: 500)
            page.raw("</p>")
        }
        page.raw("</ul>")
        if input.waiting.count > Self.waitingMax {
            page.raw("<p class=muted>… and ")
            page.text(Wording.count(input.waiting.count - Self.waitingMax, "more file", "more files"))
            page.raw("</p>")
        }
        page.raw("</section>\n")
    }

    private func appendJobs(_ jobs: [JobOverview], title: StaticString, to page: inout HTMLBuilder) {
        guard !jobs.isEmpty else { return }
        page.raw("<section><h2>")
        page.raw(title)
        page.raw("</h2><ul class=jobs>")
        for overview in jobs { IndexEntry(overview: overview, now: input.now).append(to: &page) }
        page.raw("</ul></section>\n")
    }

    private func appendOlder(_ jobs: ArraySlice<JobOverview>, to page: inout HTMLBuilder) {
        guard !jobs.isEmpty else { return }
        page.raw("<section><h2>Older</h2><ul class=older>\n")
        for overview in jobs { IndexEntry(overview: overview, now: input.now).appendLine(to: &page) }
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
