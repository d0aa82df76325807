import Foundation
import Model
import Reporting

/// Which part of a list of jobs is shown.
struct ListPage: Hashable, Sendable {
    /// Jobs on one page.
    static let jobsMax = 100

    /// From 1 on; the first has the newest jobs.
    var number: Int
    var jobsTotal: Int

    var pageCount: Int { max(1, (jobsTotal + Self.jobsMax - 1) / Self.jobsMax) }

    /// The address of a page of the list at `path`.
    static func path(_ path: StaticString, _ number: Int) -> String {
        number == 1 ? "\(path)" : "\(path)?page=\(number)"
    }
}

/// A list of jobs, the newest first: one user's or everybody's; before them what waits in the drop folders.
struct JobsPage {
    /// Waiting files that are listed.
    static let waitingMax = 200

    let place: WebFrame.Place
    let part: ListPage
    let jobs: [JobOverview]
    let waiting: [(user: UserName, file: WaitingFile)]
    let now: Date

    private var isOfEverybody: Bool { place == .everybody }
    private var showsWaiting: Bool { part.number == 1 && !waiting.isEmpty }

    /// What the page loads itself again by: while something goes on, and on an empty one, which waits for the first
    /// list.
    var live: String? {
        guard showsWaiting || part.jobsTotal == 0 || jobs.contains(where: { !$0.job.state.isFinal }) else {
            return nil
        }
        return part.number == 1 ? "\(place.path)?live" : "\(place.path)?page=\(part.number)&live"
    }

    func append(to page: inout HTMLBuilder) {
        page.raw("<h1>")
        page.raw(place.label)
        page.raw("</h1><p class=facts><span>")
        page.text(Wording.count(part.jobsTotal, "list", "lists"))
        page.raw("</span>")
        if showsWaiting {
            page.raw("<span>")
            page.number(waiting.count)
            page.raw(" waiting</span>")
        }
        page.raw("<span>times: <span class=zone>UTC</span></span></p>\n")
        if part.jobsTotal == 0 && !showsWaiting { appendWelcome(to: &page) }
        if showsWaiting { appendWaiting(to: &page) }
        append(jobs.filter { !$0.job.state.isFinal }, "Running", to: &page)
        append(jobs.filter { $0.job.state.isFinal }, "Finished", to: &page)
        if part.pageCount > 1 { appendPages(to: &page) }
    }

    private func appendWelcome(to page: inout HTMLBuilder) {
        page.raw("<section class=notice><h2>Nothing here yet</h2><p>Drop a text file with MD5, SHA-1 ")
        page.raw("or SHA-256 hashes into ")
        page.raw(isOfEverybody ? "a user’s" : "your")
        page.raw(" drop folder. It is picked up within seconds and appears here.</p></section>\n")
    }

    private func appendWaiting(to page: inout HTMLBuilder) {
        page.raw("<section><h2>")
        page.raw(isOfEverybody ? "Waiting in the drop folders" : "Waiting in your folder")
        page.raw("</h2><ul class=jobs>")
        for (user, file) in waiting.prefix(Self.waitingMax) {
            page.raw("<li class=w><div><h3>")
            page.untrusted(file.name.display, max: 300)
            page.raw("</h3><p class=muted>")
            if isOfEverybody {
                page.text(user.description)
                page.raw(" · ")
            }
            page.raw("seen ")
            page.time(file.firstSeenAt)
            page.raw("</p></div><div><p><span class=v>waiting</span>: ")
            page.untrusted(file.reason, max: 500)
            page.raw("</p></div>")
        }
        page.raw("</ul>")
        if waiting.count > Self.waitingMax {
            page.raw("<p class=muted>… and ")
            page.text(Wording.count(waiting.count - Self.waitingMax, "more file", "more files"))
            page.raw("</p>")
        }
        page.raw("</section>\n")
    }

    private func append(_ jobs: [JobOverview], _ title: StaticString, to page: inout HTMLBuilder) {
        guard !jobs.isEmpty else { return }
        page.raw("<section><h2>")
        page.raw(title)
        page.raw("</h2><ul class=jobs>")
        for overview in jobs {
            IndexEntry(
                overview: overview, now: now, page: WebRoute.path(of: overview.job.id),
                table: WebRoute.path(of: .csv, of: overview.job.id),
                owner: isOfEverybody ? overview.job.user : nil
            ).append(to: &page)
        }
        page.raw("</ul></section>\n")
    }

    private func appendPages(to page: inout HTMLBuilder) {
        page.raw("<nav class=pages aria-label=\"Parts of the list\">")
        if part.number > 1 { appendLink("Newer", part.number - 1, to: &page) }
        page.raw("<span>Page ")
        page.number(part.number)
        page.raw(" of ")
        page.number(part.pageCount)
        page.raw("</span>")
        if part.number < part.pageCount { appendLink("Older", part.number + 1, to: &page) }
        page.raw("</nav>\n")
    }

    private func appendLink(_ label: StaticString, _ number: Int, to page: inout HTMLBuilder) {
        page.raw("<a href=\"")
        page.text(ListPage.path(place.path, number))
        page.raw("\">")
        page.raw(label)
        page.raw("</a>")
    }
}
