import Foundation
import Model
import Reporting
import Store

/// What a search among a list of jobs found, the newest first.
struct SearchPage {
    enum Content {
        case complaint(StaticString)
        case found(JobSearchResult, estimates: [JobID: JobEstimate])
    }

    let place: WebFrame.Place
    let form: JobSearchForm
    let content: Content
    let now: Date

    func append(to page: inout HTMLBuilder) {
        page.raw("<h1>")
        page.raw(place.label)
        page.raw("</h1><p class=facts>")
        if case .found(let result, _) = content { appendFacts(result, to: &page) }
        page.raw("<span>times: <span class=zone>UTC</span></span></p>\n")
        form.append(to: &page, at: place)
        switch content {
        case .complaint(let sentence):
            page.notice("Nothing was searched for", isRefusal: true) { $0.raw(sentence) }
        case .found(let result, let estimates): append(result, estimates, to: &page)
        }
    }

    private func appendFacts(_ result: JobSearchResult, to page: inout HTMLBuilder) {
        page.raw("<span>")
        page.text(Wording.count(result.hits.count, "list", "lists"))
        page.raw(" found</span><span>")
        page.number(result.jobsSeen)
        page.raw(" looked at</span>")
    }

    private func append(
        _ result: JobSearchResult, _ estimates: [JobID: JobEstimate], to page: inout HTMLBuilder
    ) {
        if result.hashes.count > 1 { appendNames(result.hashes, to: &page) }
        let listed = Dictionary(
            result.hits.map { ($0.job.id, $0.listed) }, uniquingKeysWith: { first, _ in first })
        let jobs = result.hits.map { JobOverview(job: $0.job, estimate: estimates[$0.job.id] ?? .init()) }
        page.jobs(jobs) { overview in
            let id = overview.job.id
            return IndexEntry(overview, place, now: now) { page in
                for name in listed[id] ?? [] { append(name, of: id, to: &page) }
            }
        }
        appendEnd(result, to: &page)
    }

    /// The other names of the file that was searched for.
    private func appendNames(_ names: [FileHash], to page: inout HTMLBuilder) {
        page.raw("<p class=muted>Searched for by each name of the file that VirusTotal has told:")
        for name in names {
            page.raw(" <code>")
            page.text(name.hexadecimal)
            page.raw("</code>")
        }
        page.raw("</p>\n")
    }

    /// Where a list has the file, with a link to its row in the report.
    private func append(
        _ name: JobSearchResult.ListedName, of id: JobID, to page: inout HTMLBuilder
    ) {
        page.raw("<p>line ")
        page.number(name.line)
        page.raw(": <a href=\"")
        page.text("\(WebRoute.path(of: .html, of: id))#q=\(name.hash.hexadecimal)")
        page.raw("\"><code>")
        page.text(name.hash.hexadecimal)
        page.raw("</code></a></p>")
    }

    private func appendEnd(_ result: JobSearchResult, to page: inout HTMLBuilder) {
        if result.hits.isEmpty && result.rest == nil {
            page.raw(
                form.before == nil ? "<p>There is no such list.</p>\n" : "<p>There is no other one.</p>\n")
        }
        // It has ended at a limit before the page was full.
        if result.rest != nil && result.hits.count < JobSearchLimits().hitsMax {
            page.notice("Not all lists have been looked at") { page in
                page.raw("This search ended after ")
                page.text(Wording.count(result.jobsSeen, "list", "lists"))
                page.raw("; another one can go on in the older ones.")
            }
        }
        guard result.rest != nil || form.before != nil else { return }
        page.raw("<nav class=pages aria-label=\"Parts of the search\">")
        if form.before != nil { appendLink("Newest", before: nil, to: &page) }
        if let rest = result.rest { appendLink("Search older lists", before: rest, to: &page) }
        page.raw("</nav>\n")
    }

    private func appendLink(_ label: StaticString, before: JobID?, to page: inout HTMLBuilder) {
        page.raw("<a href=\"")
        page.text(form.path(place, before: before))
        page.raw("\">")
        page.raw(label)
        page.raw("</a>")
    }
}
