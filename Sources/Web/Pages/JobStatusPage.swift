import Foundation
import Model
import Reporting

/// How a job stands right now, and the way to its files.
struct JobStatusPage {
    let overview: JobOverview
    /// Those that are there.
    let files: [JobFile]
    let now: Date

    private var job: Job { overview.job }

    var title: String {
        let name = job.title.prefix(100)
        guard job.state == .running else { return "\(job.state.presentation): \(name)" }
        return "\(Wording.percent(job.counts.finished, of: job.counts.hashes)) % · \(name)"
    }

    func append(to page: inout HTMLBuilder) {
        page.jobHeading(job, owner: job.user)
        page.raw("\n")
        appendFiles(to: &page)
        let summary = JobSummary(input: ReportInput(job: job, estimate: overview.estimate, now: now))
        summary.append(to: &page)
        let passedOver = PassedOverText(job.counts.passedOver)
        if passedOver.sum > 0 {
            page.raw("<p class=muted>")
            page.text(Wording.count(passedOver.sum, "digest", "digests"))
            page.text(" of the list not looked up: \(passedOver.reasons).</p>\n")
        }
        if job.state != .refused { summary.appendCost(to: &page) }
    }

    private func appendFiles(to page: inout HTMLBuilder) {
        page.raw("<ul class=links>")
        for file in files {
            page.raw("<li><a href=\"")
            page.text(WebRoute.path(of: file, of: job.id))
            page.raw("\">")
            switch file {
            case .html: page.raw(job.state.isFinal ? "Open the report" : "Open the report so far")
            case .csv: page.raw("CSV table")
            case .json: page.raw("JSON Lines")
            case .stix: page.raw("STIX 2.1")
            case .list: page.text(file.name)
            case .changes: page.raw("What has changed (CSV)")
            case .status: page.raw("status.json")
            case .input: page.raw("The list as it was dropped")
            }
            page.raw("</a>")
        }
        page.raw("</ul>\n")
    }
}
