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
        let name = job.droppedName.display.prefix(100)
        guard job.state == .running else { return "\(job.state.presentation): \(name)" }
        return "\(Wording.percent(job.counts.finished, of: job.counts.hashes)) % · \(name)"
    }

    func append(to page: inout HTMLBuilder) {
        page.raw("<h1>")
        page.untrusted(job.droppedName.display, max: 300)
        page.raw("</h1><p class=facts><span class=state>")
        page.text(job.state.presentation)
        page.raw("</span><span>of ")
        page.text(job.user.description)
        page.raw("</span><span>received ")
        page.time(job.receivedAt)
        page.raw("</span>")
        if let finishedAt = job.finishedAt {
            page.raw("<span>finished ")
            page.time(finishedAt)
            page.raw("</span>")
        }
        page.raw("<span>times: <span class=zone>UTC</span></span></p>\n")
        appendFiles(to: &page)
        if job.state == .refused {
            page.raw("<section class=\"notice refusal\"><h2>This file was refused</h2><p>")
            page.untrusted(job.reason ?? "The file could not be used.", max: 2_000)
            page.raw("</p></section>\n")
        } else {
            let summary = JobSummary(input: ReportInput(job: job, estimate: overview.estimate, now: now))
            summary.append(to: &page)
            summary.appendCost(to: &page)
        }
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
            case .status: page.raw("status.json")
            case .input: page.raw("The list as it was dropped")
            }
            page.raw("</a>")
        }
        page.raw("</ul>\n")
    }
}
