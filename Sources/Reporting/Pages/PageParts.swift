import Foundation
package import Model
import Support

// Parts that the reports and the web page share.
extension HTMLBuilder {
    /// Appends a box with a title and one sentence or two. A link may lead to its `anchor`.
    package mutating func notice(
        _ title: StaticString, isRefusal: Bool = false, anchor: StaticString? = nil,
        _ content: (inout HTMLBuilder) -> Void
    ) {
        raw(isRefusal ? "<section class=\"notice refusal\"" : "<section class=notice")
        if let anchor {
            raw(" id=")
            raw(anchor)
        }
        raw("><h2>")
        raw(title)
        raw("</h2><p>")
        content(&self)
        raw("</p></section>\n")
    }

    /// Appends a sentence or two that stand out and push nothing from the first screen.
    mutating func brief(_ title: StaticString, _ content: (inout HTMLBuilder) -> Void) {
        raw("<p class=brief><b>")
        raw(title)
        raw(".</b> ")
        content(&self)
        raw("</p>\n")
    }

    /// Appends a notice that the page's script shows once the page should have been written again.
    ///
    /// - Parameter meanwhile: what becomes of the reader's lists until hashdrop is back, without a full stop.
    mutating func absence(since now: Date, due: Date, meanwhile: StaticString) {
        raw("<section class=\"notice refusal away\" role=alert data-due=\"")
        moment(due)
        raw("\" hidden><h2>hashdrop seems to be away</h2><p>This page has not been renewed since ")
        time(now)
        raw(": hashdrop does not run, or cannot write here. ")
        raw(meanwhile)
        raw("; its operator can tell more.</p></section>\n")
    }

    /// Appends what a list of jobs says before the first one; `owner` is whose drop folder: `your`, `a
    /// user’s`.
    package mutating func welcome(owner: StaticString) {
        notice("Nothing here yet") { page in
            page.raw("Drop a text file with MD5, SHA-1 or SHA-256 hashes into ")
            page.raw(owner)
            page.raw(" drop folder: plain lines, a CSV, the output of a checksum tool. It is picked up ")
            page.raw("within seconds and its report appears here.")
        }
    }

    /// Appends the files that wait in drop folders, and why; at most `max` of them.
    ///
    /// An owner is named where the folders are of several users.
    package mutating func waitingFiles(
        _ files: [(owner: UserName?, file: WaitingFile)], title: StaticString, max: Int
    ) {
        guard !files.isEmpty else { return }
        raw("<section><h2>")
        raw(title)
        raw("</h2><ul class=jobs>")
        for (owner, file) in files.prefix(max) {
            raw("<li class=w><div><h3>")
            untrusted(file.name.display, max: 200)
            raw("</h3><p class=muted>")
            if let owner {
                text(owner.description)
                raw(" · ")
            }
            raw("seen ")
            time(file.firstSeenAt)
            raw("</p></div><p><span class=v>waiting</span>: ")
            untrusted(file.reason, max: 500)
            raw("</p>")
        }
        raw("</ul>")
        if files.count > max {
            raw("<p class=muted>… and ")
            text(Wording.count(files.count - max, "more file", "more files"))
            raw("</p>")
        }
        raw("</section>\n")
    }

    /// Appends a list of jobs, the newest first: those that run, those that are finished, and apart from
    /// them those that were refused.
    package mutating func jobs(_ jobs: [JobOverview], entry: (JobOverview) -> IndexEntry) {
        self.jobs(jobs.filter { !$0.job.state.isFinal }.map(entry), title: "Running")
        for section in EndedSection.sections(of: jobs.filter(\.job.state.isFinal)) {
            self.jobs(section.jobs.map(entry), title: section.isRefused ? "Refused" : "Finished")
        }
    }

    /// Appends a section of a list of jobs; nothing if it has none.
    mutating func jobs(
        _ entries: [IndexEntry], title: StaticString, of month: CalendarMonth? = nil, anchor: String? = nil
    ) {
        guard !entries.isEmpty else { return }
        openSection(title, of: month, anchor: anchor)
        raw("<ul class=jobs>")
        for entry in entries { entry.append(to: &self) }
        raw("</ul></section>\n")
    }

    /// Opens a section with its heading; a link may lead to its `anchor`.
    mutating func openSection(_ title: StaticString, of month: CalendarMonth?, anchor: String?) {
        raw("<section><h2")
        if let anchor {
            raw(" id=\"")
            text(anchor)
            raw("\"")
        }
        raw(">")
        raw(title)
        if let month {
            raw(": ")
            text(month.name)
        }
        raw("</h2>")
    }

    /// Appends a job's name, state and times, and the further facts that `more` appends.
    package mutating func jobHeading(
        _ job: Job, owner: UserName? = nil, more: (inout HTMLBuilder) -> Void = { _ in }
    ) {
        raw("<h1>")
        untrusted(job.title, max: 300)
        raw("</h1>\n<p class=facts><span class=state>")
        text(job.state.presentation)
        raw("</span>")
        if job.options.title != nil {
            raw("<span>list ")
            untrusted(job.droppedName.display, max: 300)
            raw("</span>")
        }
        if let owner {
            raw("<span>of ")
            text(owner.description)
            raw("</span>")
        }
        raw("<span>received ")
        time(job.receivedAt)
        raw("</span>")
        if let finishedAt = job.finishedAt {
            raw("<span>finished ")
            time(finishedAt)
            raw("</span>")
        }
        raw("<span>times: <span class=zone>UTC</span></span>")
        more(&self)
        raw("</p>")
    }

    /// Appends how far a running job is, in words and as a bar.
    mutating func progress(_ counts: JobCounts, _ estimate: JobEstimate, now: Date, isLarge: Bool = false) {
        raw(isLarge ? "<p class=big>" : "<p>")
        number(counts.finished)
        raw(" of ")
        number(counts.hashes)
        raw(" answered")
        if let expectedAt = estimate.expectedAt {
            raw(", done ")
            text(Wording.expectation(expectedAt, now: now))
        }
        raw("</p>")
        bar(counts.finished, of: counts.hashes)
    }
}
