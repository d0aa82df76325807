import Foundation
import Model
import Reporting

/// A list of jobs, the newest first: one user's or everybody's.
struct JobsPage {
    /// How many are shown; older ones stay in the report folders.
    static let jobsMax = 500

    let title: StaticString
    let jobs: [JobOverview]
    let jobsTotal: Int
    let isOfEverybody: Bool
    let now: Date

    var isLive: Bool { jobs.contains { !$0.job.state.isFinal } }

    func append(to page: inout HTMLText) {
        page.markup("<h1>")
        page.markup(title)
        page.markup("</h1><p class=facts><span>")
        page.text(Wording.count(jobsTotal, "list", "lists"))
        page.markup("</span><span>times: <span class=zone>UTC</span></span></p>\n")
        if jobs.isEmpty {
            page.markup("<section class=notice><h2>Nothing here yet</h2><p>Drop a text file with MD5, SHA-1 ")
            page.markup("or SHA-256 hashes into the drop folder. It is picked up within seconds and appears ")
            page.markup("here.</p></section>\n")
        }
        append(jobs.filter { !$0.job.state.isFinal }, "Running", to: &page)
        append(jobs.filter { $0.job.state.isFinal }, "Finished", to: &page)
        if jobsTotal > jobs.count {
            page.markup("<p class=muted>The newest ")
            page.number(jobs.count)
            page.markup(" of ")
            page.text(Wording.count(jobsTotal, "list", "lists"))
            page.markup("; the older ones are in the report folders.</p>\n")
        }
    }

    private func append(_ jobs: [JobOverview], _ title: StaticString, to page: inout HTMLText) {
        guard !jobs.isEmpty else { return }
        page.markup("<section><h2>")
        page.markup(title)
        page.markup("</h2><ul class=jobs>")
        for overview in jobs {
            IndexEntry(
                overview: overview, now: now, page: WebRoute.path(of: overview.job.id),
                table: WebRoute.path(of: .csv, of: overview.job.id),
                owner: isOfEverybody ? overview.job.user : nil
            ).append(to: &page)
        }
        page.markup("</ul></section>\n")
    }
}
