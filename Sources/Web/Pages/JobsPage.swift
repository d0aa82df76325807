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

extension IndexEntry {
    /// A job in a list of the web page.
    init(
        _ overview: JobOverview, _ place: WebFrame.Place, now: Date,
        more: @escaping (inout HTMLBuilder) -> Void = { _ in }
    ) {
        let job = overview.job
        self.init(
            overview: overview, now: now, page: WebRoute.path(of: job.id),
            table: WebRoute.path(of: .csv, of: job.id), owner: place == .everybody ? job.user : nil,
            more: more)
    }
}

/// A list of jobs, the newest first: one user's or everybody's; before them what waits in the drop folders.
struct JobsPage {
    /// Waiting files that are listed.
    static let waitingMax = 200

    let place: WebFrame.Place
    /// With nothing typed into it.
    let form: JobSearchForm
    let part: ListPage
    let jobs: [JobOverview]
    let waiting: [(user: UserName, file: WaitingFile)]
    let now: Date

    private var isOfEverybody: Bool { place == .everybody }
    private var showsWaiting: Bool { part.number == 1 && !waiting.isEmpty }

    /// What the page loads itself again by: while something goes on, and on an empty one, which waits for the
    /// first list.
    var live: String? {
        guard showsWaiting || part.jobsTotal == 0 || jobs.contains(where: { !$0.job.isSettled }) else {
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
        if part.jobsTotal > 0 { form.append(to: &page, at: place) }
        if part.jobsTotal == 0 && !showsWaiting { page.welcome(owner: isOfEverybody ? "a user’s" : "your") }
        if showsWaiting {
            page.waitingFiles(
                waiting.map { (isOfEverybody ? $0.user : nil, $0.file) },
                title: isOfEverybody ? "Waiting in the drop folders" : "Waiting in your folder",
                max: Self.waitingMax)
        }
        page.jobs(jobs) { IndexEntry($0, place, now: now) }
        if part.pageCount > 1 { appendPages(to: &page) }
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
