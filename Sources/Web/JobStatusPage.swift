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

    func append(to page: inout HTMLText) {
        page.markup("<h1>")
        page.foreign(job.droppedName.display, max: 300)
        page.markup("</h1><p class=facts><span class=state>")
        page.text(job.state.presentation)
        page.markup("</span><span>of ")
        page.text(job.user.description)
        page.markup("</span><span>received ")
        page.time(job.receivedAt)
        page.markup("</span>")
        if let finishedAt = job.finishedAt {
            page.markup("<span>finished ")
            page.time(finishedAt)
            page.markup("</span>")
        }
        page.markup("<span>times: <span class=zone>UTC</span></span></p>\n")
        appendFiles(to: &page)
        if job.state == .refused {
            page.markup("<section class=\"notice refusal\"><h2>This file was refused</h2><p>")
            page.foreign(job.reason ?? "The file could not be used.", max: 2_000)
            page.markup("</p></section>\n")
        } else {
            let summary = JobSummary(input: ReportInput(job: job, outlook: overview.outlook, now: now))
            summary.append(to: &page)
            summary.appendCost(to: &page)
        }
    }

    private func appendFiles(to page: inout HTMLText) {
        page.markup("<ul class=links>")
        for file in files {
            page.markup("<li><a href=\"")
            page.text(WebRoute.path(of: file, of: job.id))
            page.markup("\">")
            switch file {
            case .html: page.markup(job.state.isFinal ? "Open the report" : "Open the report so far")
            case .csv: page.markup("CSV table")
            case .json: page.markup("JSON Lines")
            case .stix: page.markup("STIX 2.1")
            case .status: page.markup("status.json")
            case .input: page.markup("The list as it was dropped")
            }
            page.markup("</a>")
        }
        page.markup("</ul>\n")
    }
}
