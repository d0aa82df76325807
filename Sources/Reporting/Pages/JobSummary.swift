import Foundation
import Model

/// The parts of a job's page that are not the table: progress, verdicts, costs, unusable lines, origin.
package struct JobSummary {
    let input: ReportInput

    package init(input: ReportInput) { self.input = input }

    private var job: Job { input.job }
    private var counts: JobCounts { input.job.counts }

    /// Appends how the job stands, and its verdicts unless the file was refused.
    package func append(to page: inout HTMLBuilder) {
        switch job.state {
        case .running: appendProgress(to: &page)
        case .cancelled:
            page.notice("Cancelled") {
                $0.untrusted(job.reason ?? "The job was stopped before its end.", max: 2_000)
            }
        case .refused: return appendRefusal(to: &page)
        case .done: break
        }
        appendVerdicts(to: &page)
    }

    private func appendRefusal(to page: inout HTMLBuilder) {
        page.notice("This file was refused", isRefusal: true) { page in
            page.untrusted(job.reason ?? "The file could not be used.", max: 2_000)
            page.raw("</p><p>Nothing was asked at VirusTotal. When the cause is removed, drop the file ")
            page.raw("again: every drop gets a report of its own.")
        }
    }

    private func appendProgress(to page: inout HTMLBuilder) {
        page.raw("<section class=progress>")
        page.progress(counts, input.estimate, now: input.now, isLarge: true)
        page.raw("<p class=muted>")
        page.untrusted(input.estimate.waitReason ?? "Asking VirusTotal.", max: 1_000)
        if let expectedAt = input.estimate.expectedAt {
            page.raw(" Expected end: ")
            page.time(expectedAt)
            page.raw(".")
        }
        page.raw("</p></section>\n")
    }

    private func appendVerdicts(to page: inout HTMLBuilder) {
        page.raw("<section aria-label=\"Verdicts\">\n")
        page.stackedBar(counts)
        page.raw("<ul class=figures>")
        // Shown only where there are some: neither is a verdict.
        let others: Set<Verdict> = [.waiting, .notAsked]
        for verdict in Verdict.allCases where !others.contains(verdict) || counts[verdict] > 0 {
            page.raw("<li class=\"")
            page.raw(verdict.styleClass)
            page.raw(counts[verdict] == 0 ? " zero\"><b>" : "\"><b>")
            page.number(counts[verdict])
            page.raw("</b><span class=v>")
            page.text(verdict.label)
            page.raw("</span>")
        }
        page.raw("</ul></section>\n")
    }

    /// Whether every request was new: a drawing of that says nothing.
    var hasSavedNothing: Bool { job.requestCost.requestsSaved == 0 }

    /// Appends how many requests the job cost, and how many it saved: a drawing, or a line if it saved none.
    package func appendCost(to page: inout HTMLBuilder) {
        if hasSavedNothing { appendCostLine(to: &page) } else { appendCostDrawing(to: &page) }
    }

    private func appendCostLine(to page: inout HTMLBuilder) {
        page.raw("<p class=muted>")
        page.text(Wording.count(job.requestCost.requestsSent, "request", "requests"))
        page.raw(" to VirusTotal, none saved.</p>\n")
    }

    private func appendCostDrawing(to page: inout HTMLBuilder) {
        let costs = job.requestCost
        let parts: [(String, Int)] = [
            ("requests sent", costs.requestsSent),
            ("answered from the cache", costs.savedByCache),
            ("known by another name", costs.savedByAlias),
            ("shared with other jobs", costs.savedBySharing),
            ("named more than once", costs.savedByDuplicates),
        ]
        page.raw("<section><h2>")
        page.text(Wording.count(costs.requestsSent, "request", "requests"))
        page.raw(" to VirusTotal, ")
        page.number(costs.requestsSaved)
        page.raw(" saved</h2><ul class=bars>")
        let largest = parts.map(\.1).max() ?? 0
        for (name, value) in parts {
            page.raw("<li><span>")
            page.text(name)
            page.raw("</span>")
            page.bar(value, of: largest)
            page.raw("<b>")
            page.number(value)
            page.raw("</b>")
        }
        page.raw("</ul></section>")
    }

    /// Appends what the list holds that is not looked up: lines in which a hash was probably meant, and
    /// digests that are none of a file, with the reasons.
    func appendUnusableLines(to page: inout HTMLBuilder) {
        let meant = input.unusableLines.filter(\.kind.isProbablyMeant)
        if counts.unusableLines > 0 {
            page.raw("<section><h2>")
            page.text(Wording.count(counts.unusableLines, "line", "lines"))
            page.raw(" without a usable hash</h2>")
            let isAll = meant.count == counts.unusableLines
            appendLines(meant, isAll ? nil : "The first \(Wording.number(meant.count)) of them", to: &page)
        }
        let passedOver = counts.passedOver.values.reduce(0, +)
        guard passedOver > 0 || !job.remarks.isEmpty else { return }
        page.raw("<section><h2>Read and not looked up</h2>")
        for remark in job.remarks {
            page.raw("<p>")
            page.text(remark)
            page.raw("</p>")
        }
        if passedOver > 0 { appendPassedOver(passedOver, to: &page) } else { page.raw("</section>\n") }
    }

    private func appendPassedOver(_ sum: Int, to page: inout HTMLBuilder) {
        let reasons = UnusableLine.Kind.allCases.compactMap { kind in
            counts.passedOver[kind].map { "\(Wording.number($0)) \(kind.words($0))" }
        }
        page.raw("<p>")
        page.text("\(Wording.count(sum, "digest", "digests")): \(reasons.joined(separator: ", ")).")
        page.raw("</p>")
        // A line may hold several digests, and of each reason only so many lines are kept.
        let lines = input.unusableLines.filter { !$0.kind.isProbablyMeant }
        let shown = Wording.count(lines.count, "line", "lines")
        appendLines(lines, lines.count == sum ? nil : "\(shown), the first of each reason", to: &page)
    }

    private func appendLines(_ lines: [UnusableLine], _ title: String?, to page: inout HTMLBuilder) {
        if let title {
            page.raw("<p class=muted>")
            page.text(title)
            page.raw(":</p>")
        }
        page.raw("<ul class=list>")
        for line in lines {
            page.raw("<li>Line ")
            page.number(line.line)
            page.raw(": ")
            page.untrusted(line.reason, max: 300)
            page.raw("<br><code class=muted>")
            page.untrusted(line.text, max: 120)
            page.raw("</code>")
        }
        page.raw("</ul></section>\n")
    }

    /// Appends where the report comes from.
    func appendOrigin(to page: inout HTMLBuilder, options: ReportOptions) {
        page.raw("<section><h2>Where this comes from</h2><dl class=origin><dt>List</dt><dd>")
        page.untrusted(job.droppedName.display, max: 300)
        if job.inputSHA256 != nil { page.raw(" (<a href=\"input\" download>as it was dropped</a>)") }
        page.raw("</dd><dt>Size</dt><dd>")
        page.text(Wording.count(Int(job.inputBytes), "byte", "bytes"))
        page.raw("</dd>")
        if let digest = job.inputSHA256 {
            page.raw("<dt>SHA-256 of the list</dt><dd><code>")
            page.hash(digest)
            page.raw("</code></dd>")
        }
        if !job.evidence.isEmpty {
            page.raw("<dt>Judged complete</dt><dd>")
            page.untrusted(job.evidence, max: 300)
            page.raw("</dd>")
        }
        page.raw("<dt>Received</dt><dd>")
        page.time(job.receivedAt)
        page.raw("</dd>")
        if let finishedAt = job.finishedAt {
            page.raw("<dt>Finished</dt><dd>")
            page.time(finishedAt)
            page.text(" (after \(Wording.duration(finishedAt.timeIntervalSince(job.receivedAt))))")
            page.raw("</dd>")
        }
        if job.state != .refused { appendRules(to: &page, options: options) }
        page.raw("<dt>Job</dt><dd><code>")
        page.text(job.id.description)
        page.raw("</code>, <a href=\"status.json\">status.json</a></dd><dt>Made by</dt><dd>hashdrop ")
        page.text(options.version)
        page.raw("</dd></dl></section>\n")
    }

    private func appendRules(to page: inout HTMLBuilder, options: ReportOptions) {
        page.raw("<dt>Verdicts</dt><dd>malicious from ")
        page.text(Wording.count(options.thresholds.maliciousFrom, "detecting engine", "detecting engines"))
        page.raw(", suspicious from ")
        page.number(options.thresholds.suspiciousFrom)
        page.raw("</dd><dt>Cached answers</dt><dd>taken up to an age of ")
        page.text(Wording.duration(Double(input.cacheMaxAge.components.seconds)))
        page.raw("</dd>")
    }
}
