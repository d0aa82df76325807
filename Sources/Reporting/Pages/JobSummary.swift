import Foundation
import Model

/// The parts of a job's page that are not the table: progress, verdicts, costs, unusable lines, origin.
package struct JobSummary {
    let input: ReportInput

    package init(input: ReportInput) { self.input = input }

    private var job: Job { input.job }
    private var counts: JobCounts { input.job.counts }

    /// Appends how the job stands, and its verdicts unless the file was refused.
    ///
    /// - Parameter isAboveRows: whether the job's rows follow, which are to begin on the first screen: the
    ///   warnings stand behind them then (`appendWarnings`).
    package func append(to page: inout HTMLBuilder, isAboveRows: Bool = false) {
        switch job.state {
        case .running: appendProgress(to: &page)
        case .cancelled:
            page.brief("Cancelled") {
                $0.untrusted(job.reason ?? "The job was stopped before its end.", max: 2_000)
            }
        case .refused: return appendRefusal(to: &page)
        case .done: break
        }
        appendVerdicts(to: &page)
        appendDeadline(to: &page)
        if isAboveRows { appendWarningsLink(to: &page) } else { appendWarnings(to: &page) }
    }

    private func appendDeadline(to page: inout HTMLBuilder) {
        guard let by = job.options.by, let deadline = job.deadline(at: input.now) else { return }
        page.raw("<p class=muted>To be done by ")
        page.time(by)
        switch deadline {
        case .met: page.raw(": met.</p>\n")
        case .missed: page.raw(": missed.</p>\n")
        case .cancelled: page.raw(": cancelled before.</p>\n")
        case .open:
            let isLate = input.estimate.expectedAt.map { $0 > by } ?? false
            page.raw(isLate ? ": it is expected to end later.</p>\n" : ": still open.</p>\n")
        }
    }

    /// Appends what of the list's own options was not taken or has no effect; nothing if all is well.
    func appendWarnings(to page: inout HTMLBuilder) {
        let warnings = job.options.warnings
        guard !warnings.isEmpty else { return }
        page.notice("Options of the list that were not taken or have no effect", anchor: "warnings") { page in
            for (index, warning) in warnings.enumerated() {
                if index > 0 { page.raw("<br>") }
                page.untrusted(warning, max: 500)
            }
        }
    }

    private func appendWarningsLink(to page: inout HTMLBuilder) {
        guard !job.options.warnings.isEmpty else { return }
        page.raw("<p class=muted><a href=\"#warnings\">Options of the list</a> were not taken or have no ")
        page.raw("effect.</p>\n")
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
        // Shown only where there are some: two are no verdicts, and most have no allow-list.
        let others: Set<Verdict> = [.allowed, .waiting, .notAsked]
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
        guard counts[.allowed] > 0 else { return }
        page.raw("<p class=muted>")
        page.text(Wording.count(counts[.allowed], "row is", "rows are"))
        page.raw(" called allowed, whatever engines say; each tells by which entry.</p>\n")
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
        let passedOver = PassedOverText(counts.passedOver)
        guard passedOver.sum > 0 || !job.remarks.isEmpty else { return }
        page.raw("<section><h2>Read and not looked up</h2>")
        for remark in job.remarks {
            page.raw("<p>")
            page.text(remark)
            page.raw("</p>")
        }
        if passedOver.sum > 0 { appendPassedOver(passedOver, to: &page) } else { page.raw("</section>\n") }
    }

    private func appendPassedOver(_ passedOver: PassedOverText, to page: inout HTMLBuilder) {
        page.raw("<p>")
        page.text("\(Wording.count(passedOver.sum, "digest", "digests")): \(passedOver.reasons).")
        page.raw("</p>")
        // A line may hold several digests, and of each reason only so many lines are kept.
        let lines = input.unusableLines.filter { !$0.kind.isProbablyMeant }
        let shown = Wording.count(lines.count, "line", "lines")
        appendLines(
            lines, lines.count == passedOver.sum ? nil : "\(shown), the first of each reason", to: &page)
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
        let policy = options.policy
        page.text(Wording.count(policy.maliciousFrom, "detecting engine", "detecting engines"))
        page.raw(", suspicious from ")
        page.number(policy.suspiciousFrom)
        if !policy.trustedVendors.isEmpty {
            page.raw("; malicious from ")
            page.number(policy.trustedFrom)
            page.raw(" of ")
            page.text(policy.trustedVendors.joined(separator: ", "))
        }
        if !policy.ignoredEngines.isEmpty {
            page.raw("; without ")
            page.text(policy.ignoredEngines.joined(separator: ", "))
        }
        for engineWord in policy.engineWords {
            page.raw("; ")
            page.text("\(engineWord.engine) alone is \(engineWord.word.label)")
        }
        page.raw("</dd><dt>Cached answers</dt><dd>taken up to an age of ")
        page.text(cacheAges)
        page.raw("</dd>")
        if let options = listOptions {
            page.raw("<dt>Options of the list</dt><dd>")
            page.untrusted(options, max: 1_000)
            page.raw("</dd>")
        }
    }

    /// What the list itself sets beside its title and its time: `priority: low; budget: 50`; nil if nothing.
    private var listOptions: String? {
        let options = job.options
        let settings: [(key: JobOptions.Key, value: String?)] = [
            (.vendors, options.vendors?.joined(separator: ",")),
            (.fresh, options.freshSeconds.map { Wording.duration(Double($0)) }),
            (.priority, options.priority?.rawValue), (.budget, options.budget.map { "\($0)" }),
            (.compare, options.compare),
            (.outputs, options.outputs?.map(\.rawValue).joined(separator: ",")),
        ]
        let words = settings.compactMap { key, value in value.map { "\(key.rawValue): \($0)" } }
        return words.isEmpty ? nil : words.joined(separator: "; ")
    }

    /// Up to which ages answers were taken from the cache: `24 hours; settled clean files: 14 days`.
    private var cacheAges: String {
        func words(_ age: Duration) -> String { Wording.duration(Double(age.components.seconds)) }
        let kinds = AnswerKind.allCases.compactMap { kind in
            input.agesByKind[kind].map { "\(kind.label): \(words($0))" }
        }
        if let fresh = job.options.fresh { return "\(words(fresh)), as the list says" }
        return ([words(input.cacheMaxAge)] + kinds).joined(separator: "; ")
    }
}
