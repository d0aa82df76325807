import Model

/// The parts of a report's page that tell what is different from an earlier report of the list.
struct ChangeSection {
    let changes: ReportChanges

    /// Appends the sum, as one line below the verdicts.
    func appendSum(to page: inout HTMLBuilder) {
        page.raw("<p class=muted>")
        if let reason = changes.reason {
            page.untrusted(reason, max: 1_000)
        } else {
            page.raw("Since ")
            appendBaseline(to: &page)
            page.raw(": ")
            page.text(changes.total == 0 ? "no changes." : causes.joined(separator: "; ") + ". ")
            appendNewMalicious(to: &page)
            if changes.total > 0 { page.raw("<a href=\"#changes\">See them</a>.") }
        }
        page.raw("</p>\n")
    }

    /// Appends the job that the list is compared with, as a link to its report, and the day.
    private func appendBaseline(to page: inout HTMLBuilder) {
        let name = changes.baseline?.description ?? ""
        guard let place = changes.place else { return page.text(name) }
        page.raw("<a href=\"")
        page.text("../\(place.folder)/\(ReportWriter.FileName.html)")
        page.raw("\">")
        page.text(name)
        page.raw("</a> (")
        page.time(place.receivedAt)
        page.raw(")")
    }

    /// For example `in the list 2 new, 1 gone` and `at VirusTotal 3 worse`.
    private var causes: [String] {
        ChangeCause.allCases.filter { changes[$0] > 0 }.map { cause in
            let counts = changes.counts[cause, default: [:]]
            let kinds = ChangeKind.allCases.compactMap { kind in
                counts[kind].map { "\(Wording.number($0)) \(kind.words)" }
            }
            return "\(cause.words) \(kinds.joined(separator: ", "))"
        }
    }

    /// Appends the first differences; nothing without any.
    func append(to page: inout HTMLBuilder) {
        guard changes.total > 0 else { return }
        page.raw("<section id=changes><h2>Changes since ")
        appendBaseline(to: &page)
        page.raw("</h2><p>")
        let sentences = causes.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." }
        page.text(sentences.joined(separator: " "))
        page.raw(" ")
        appendNewMalicious(to: &page)
        page.raw("<a href=\"")
        page.text(ReportWriter.FileName.changes)
        page.raw("\">")
        page.text(ReportWriter.FileName.changes)
        page.raw("</a> has all")
        if changes.total > changes.first.count {
            page.raw("; here are the first ")
            page.number(changes.first.count)
        }
        page.raw(".</p><ul class=list>")
        for change in changes.first { append(change, to: &page) }
        page.raw("</ul></section>\n")
    }

    private func appendNewMalicious(to page: inout HTMLBuilder) {
        guard changes.newMalicious > 0 else { return }
        page.raw("<b>")
        page.number(changes.newMalicious)
        page.raw(" newly malicious.</b> ")
    }

    private func append(_ change: ReportChange, to page: inout HTMLBuilder) {
        page.raw("<li><b>")
        page.text(change.kind.rawValue)
        page.raw("</b> ")
        if let was = change.was, let verdict = change.verdict, was != verdict {
            page.text("\(was.label) → \(verdict.label)")
        } else {
            page.text((change.verdict ?? change.was)?.label ?? "")
        }
        let labels = [change.labelWas, change.label].map(ReportChange.text)
        if !labels[0].isEmpty, labels[0] != labels[1] {
            page.raw(" · ")
            page.untrusted(labels[0], max: 64)
            if change.verdict != nil { page.raw(labels[1].isEmpty ? " → no label" : " →") }
        }
        if !labels[1].isEmpty {
            page.raw(labels[0] != labels[1] && !labels[0].isEmpty ? " " : " · ")
            page.untrusted(labels[1], max: 64)
        }
        if change.cause == .policy {
            page.raw(" <span class=muted>")
            page.text(change.cause.words)
            page.raw("</span>")
        }
        page.raw("<br><code class=muted>")
        page.hash(change.hash)
        page.raw("</code>")
    }
}
