import Foundation
import Model

/// The parts of a job's page that are not the table: progress, verdicts, costs, unusable lines, origin.
package struct JobSummary {
    let input: ReportInput

    package init(input: ReportInput) { self.input = input }

    private var job: Job { input.job }
    private var counts: JobCounts { input.job.counts }

    /// Appends progress and verdicts.
    package func append(to page: inout HTMLText) {
        if job.state == .running { appendProgress(to: &page) }
        if job.state == .cancelled {
            page.markup("<section class=notice><h2>Cancelled</h2><p>")
            page.foreign(job.reason ?? "The job was stopped before its end.", max: 2_000)
            page.markup("</p></section>\n")
        }
        appendVerdicts(to: &page)
    }

    private func appendProgress(to page: inout HTMLText) {
        page.markup("<section class=progress><p class=big>")
        page.number(counts.finished)
        page.markup(" of ")
        page.number(counts.hashes)
        page.markup(" answered")
        if let expectedAt = input.outlook.expectedAt {
            page.markup(", done ")
            page.text(Wording.expectation(expectedAt, now: input.now))
        }
        page.markup("</p>")
        page.bar(counts.finished, of: counts.hashes)
        page.markup("<p class=muted>")
        page.foreign(input.outlook.waitReason ?? "Asking VirusTotal.", max: 1_000)
        if let expectedAt = input.outlook.expectedAt {
            page.markup(" Expected end: ")
            page.time(expectedAt)
            page.markup(".")
        }
        page.markup("</p></section>\n")
    }

    private func appendVerdicts(to page: inout HTMLText) {
        page.markup("<section aria-label=\"Verdicts\">\n")
        page.stackedBar(counts)
        page.markup("<ul class=figures>")
        // Neither is a verdict, and most jobs have none of them.
        let others: Set<VerdictWord> = [.waiting, .notAsked]
        for word in VerdictWord.allCases where !others.contains(word) || counts[word] > 0 {
            page.markup("<li class=\"")
            page.markup(word.styleClass)
            page.markup(counts[word] == 0 ? " zero\"><b>" : "\"><b>")
            page.number(counts[word])
            page.markup("</b><span class=v>")
            page.text(word.label)
            page.markup("</span>")
        }
        page.markup("</ul></section>\n")
    }

    /// Appends what the job cost and what it did not.
    package func appendCost(to page: inout HTMLText) {
        let costs = job.stewardship
        let parts: [(String, Int)] = [
            ("requests sent", costs.requestsSent),
            ("answered from the cache", costs.savedByCache),
            ("known by another name", costs.savedByAlias),
            ("shared with other jobs", costs.savedBySharing),
            ("named more than once", costs.savedByDuplicates),
        ]
        page.markup("<section><h2>")
        page.text(Wording.count(costs.requestsSent, "request", "requests"))
        page.markup(" to VirusTotal, ")
        page.number(costs.requestsSaved)
        page.markup(" saved</h2><ul class=bars>")
        let largest = parts.map(\.1).max() ?? 0
        for (name, value) in parts {
            page.markup("<li><span>")
            page.text(name)
            page.markup("</span>")
            page.bar(value, of: largest)
            page.markup("<b>")
            page.number(value)
            page.markup("</b>")
        }
        page.markup("</ul></section>")
    }

    /// Appends the lines in which a hash seems meant and none can be used.
    func appendUnusableLines(to page: inout HTMLText) {
        guard counts.unusableLines > 0 else { return }
        page.markup("<section><h2>")
        page.text(Wording.count(counts.unusableLines, "line", "lines"))
        page.markup(" without a usable hash</h2>")
        if input.unusableLines.count < counts.unusableLines {
            page.markup("<p class=muted>The first ")
            page.number(input.unusableLines.count)
            page.markup(" of them:</p>")
        }
        page.markup("<ul class=list>")
        for line in input.unusableLines {
            page.markup("<li>Line ")
            page.number(line.line)
            page.markup(": ")
            page.foreign(line.reason, max: 300)
            page.markup("<br><code class=muted>")
            page.foreign(line.text, max: 120)
            page.markup("</code>")
        }
        page.markup("</ul></section>\n")
    }

    /// Appends where the report comes from.
    func appendOrigin(to page: inout HTMLText, options: ReportOptions) {
        page.markup("<section><h2>Where this comes from</h2><dl class=origin><dt>List</dt><dd>")
        page.foreign(job.droppedName.display, max: 300)
        if job.inputSHA256 != nil { page.markup(" (<a href=\"input\" download>as it was dropped</a>)") }
        page.markup("</dd><dt>Size</dt><dd>")
        page.text(Wording.count(Int(job.inputBytes), "byte", "bytes"))
        page.markup("</dd>")
        if let digest = job.inputSHA256 {
            page.markup("<dt>SHA-256 of the list</dt><dd><code>")
            page.hash(digest)
            page.markup("</code></dd>")
        }
        if !job.evidence.isEmpty {
            page.markup("<dt>Judged complete</dt><dd>")
            page.foreign(job.evidence, max: 300)
            page.markup("</dd>")
        }
        page.markup("<dt>Received</dt><dd>")
        page.time(job.receivedAt)
        page.markup("</dd>")
        if let finishedAt = job.finishedAt {
            page.markup("<dt>Finished</dt><dd>")
            page.time(finishedAt)
            page.text(" (after \(Wording.duration(finishedAt.timeIntervalSince(job.receivedAt))))")
            page.markup("</dd>")
        }
        if job.state != .refused { appendRules(to: &page, options: options) }
        page.markup("<dt>Job</dt><dd><code>")
        page.text(job.id.description)
        page.markup("</code>, <a href=\"status.json\">status.json</a></dd><dt>Made by</dt><dd>hashdrop ")
        page.text(options.version)
        page.markup("</dd></dl></section>\n")
    }

    private func appendRules(to page: inout HTMLText, options: ReportOptions) {
        page.markup("<dt>Verdicts</dt><dd>malicious from ")
        page.text(Wording.count(options.thresholds.maliciousFrom, "detecting engine", "detecting engines"))
        page.markup(", suspicious from ")
        page.number(options.thresholds.suspiciousFrom)
        page.markup("</dd><dt>Cached answers</dt><dd>taken up to an age of ")
        page.text(Wording.duration(Double(input.cacheMaxAge.components.seconds)))
        page.markup("</dd>")
    }
}
