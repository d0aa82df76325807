import Foundation
import Model

/// What VirusTotal tells of a file beside its engines, as four lines: what it is, who made it, who knows it
/// and who accuses it; and in how many earlier lists of the user it stood, where that is known.
///
/// Each is a label, a colon and sentences, in one paragraph of text, of which the page's script (`facts.js`)
/// makes elements when the row is opened. What comes from outside is escaped and cut (`HTMLBuilder.field`);
/// nothing in it is a link. What the page's search finds stands between two tabs, which a browser shows as
/// spaces: the texts from outside with the sign behind them, but none of the page's own words. No sentence
/// speaks a file free: signatures are stolen, sandboxes see nothing, and EICAR's test file has distributors.
struct FactLines {
    let object: FileObject
    let model: RowModel

    // How much of the texts from outside is shown; the JSON has all.
    private static let wordMax = 80
    private static let noteMax = 600
    private static let itemsMax = 5
    /// From how many days on a scan is called old.
    private static let oldScanDays = 365

    func append(to page: inout HTMLBuilder) {
        page.raw("<p class=told>")
        if let facts = model.facts {
            appendWhatItIs(facts, to: &page)
            appendWhoMadeIt(facts, to: &page)
            appendWhoKnowsIt(facts, to: &page)
            appendWhoAccusesIt(facts, to: &page)
            appendNote(facts, to: &page)
        } else {
            page.raw("Beside the engines: asked before facts were kept.\n")
        }
        if let seen = model.row.seen {
            page.raw("Seen before: ")
            page.seen(seen)
            page.raw("\n")
        }
        page.raw("</p>")
    }

    // MARK: What it is

    private func appendWhatItIs(_ facts: FactReader, to page: inout HTMLBuilder) {
        page.raw("What it is:")
        let words = [object.typeDescription, facts.text(.typeTag), facts.text(.magic)]
        if let type = words.compactMap(\.self).first(where: { !$0.isEmpty }) {
            append(type, end: ".", to: &page)
        } else {
            page.raw(" of no type that is told.")
        }
        if let likely = facts.elements(.trid).first?.first {
            page.raw(" TrID takes it for")
            append(likely, end: ".", to: &page)
        }
        appendSentence(" Made or packed with", facts.texts(.packers), to: &page)
        let names = facts.texts(.names)
        appendSentence(" Named", names, total: facts.number(.namesCount) ?? names.count, to: &page)
        appendSentence(" Tagged", facts.texts(.tags), max: 12, to: &page)
        appendSentence(" Its imphash is", [facts.text(.imphash)].compactMap(\.self), to: &page)
        if let created = facts.date(.created) {
            page.raw(" By its own word made on ")
            page.day(created)
            page.raw(", which can be faked.")
        }
        page.raw("\n")
    }

    // MARK: Who made it

    private func appendWhoMadeIt(_ facts: FactReader, to page: inout HTMLBuilder) {
        page.raw("Who made it: ")
        appendSignature(facts, to: &page)
        if let product = facts.text(.product) ?? facts.text(.description) {
            let version = facts.text(.fileVersion)
            let name = facts.text(.originalName) ?? facts.text(.internalName)
            page.raw(" It calls itself")
            append(product, end: version == nil && name == nil ? ":" : ",", to: &page)
            if let version {
                page.raw(" version")
                append(version, end: name == nil ? ":" : ",", to: &page)
            }
            if let name {
                page.raw(" originally")
                append(name, end: ":", to: &page)
            }
            page.raw(" its own words.")
        }
        page.raw("\n")
    }

    private func appendSignature(_ facts: FactReader, to page: inout HTMLBuilder) {
        let state = facts.text(.signature).flatMap { SignatureState(rawValue: $0) }
        guard let state else { return page.raw("nothing is told of a signature.") }
        guard state != .unsigned else { return page.raw("not signed.") }
        let signer = facts.text(.signers)
        let signedAt = facts.text(.signedAt)
        page.raw("signed")
        if let signer {
            page.raw(" by")
            append(signer, end: signedAt == nil ? ";" : "", to: &page)
        }
        if let signedAt {
            page.raw(" (")
            page.field(signedAt, max: Self.wordMax)
            page.raw(");")
        } else if signer == nil {
            page.raw(";")
        }
        switch state {
        case .valid: page.raw(" the signature is valid.")
        case .revoked: page.raw(" the certificate was revoked.")
        case .expired: page.raw(" the certificate is out of its time.")
        case .invalid, .unsigned: page.raw(" the signature does not verify.")
        }
    }

    // MARK: Who knows it

    private func appendWhoKnowsIt(_ facts: FactReader, to page: inout HTMLBuilder) {
        page.raw("Who knows it: ")
        let start = page.count
        if let times = facts.number(.timesSubmitted) {
            page.text("sent to VirusTotal \(Wording.count(times, "time", "times"))")
            if let sources = facts.number(.uniqueSources) {
                page.text(" by \(Wording.count(sources, "source", "sources"))")
            }
            if let last = facts.date(.lastSubmitted) {
                page.raw(", last on ")
                page.day(last)
            }
            page.raw(".")
        }
        if let since = facts.date(.firstSeenInTheWild) {
            page.raw(" Seen in the wild since ")
            page.day(since)
            page.raw(".")
        }
        appendSentence(" Known from", facts.knownDistributors, to: &page)
        appendSentence(" Part of", facts.texts(.distributedProducts), to: &page)
        appendVotes(facts, to: &page)
        if page.count == start { page.raw("nothing is told.") }
        if !facts.knownDistributors.isEmpty { page.raw(" To be known is no all-clear.") }
        page.raw("\n")
    }

    private func appendVotes(_ facts: FactReader, to page: inout HTMLBuilder) {
        let harmless = facts.number(.votesHarmless) ?? 0
        let malicious = facts.number(.votesMalicious) ?? 0
        guard harmless != 0 || malicious != 0 else { return }
        page.text(" Votes of readers: \(Wording.number(malicious)) malicious, ")
        page.text("\(Wording.number(harmless)) harmless.")
    }

    // MARK: Who accuses it

    private func appendWhoAccusesIt(_ facts: FactReader, to page: inout HTMLBuilder) {
        page.raw("Who accuses it: ")
        let start = page.count
        appendThreat(facts, to: &page)
        appendSandboxes(facts, to: &page)
        appendSentence(" YARA finds", facts.texts(.yaraRules), to: &page)
        appendLevels(" Sigma", .sigmaCounts, ["critical", "high", "medium", "low"], facts, to: &page)
        appendSentence(" Its rules:", facts.texts(.sigmaRules), to: &page)
        appendLevels(" Network alerts", .idsCounts, ["high", "medium", "low", "info"], facts, to: &page)
        appendSentence(" They say", facts.texts(.idsMessages), to: &page)
        appendPremium(facts, to: &page)
        if page.count == start { page.raw("no family, sandbox, rule or alert is told.") }
        if let days = model.scanAgeDays, days >= Self.oldScanDays {
            page.text(" The scan is \(Wording.number(days)) days old: ask VirusTotal to scan it again.")
        }
        page.raw("\n")
    }

    private func appendThreat(_ facts: FactReader, to page: inout HTMLBuilder) {
        let category = facts.mostFrequent(.threatCategories)
        let family = facts.mostFrequent(.threatFamilies)
        guard category != nil || family != nil else { return }
        page.raw("most engines with a name for it say")
        if let category { append(category, end: family == nil ? "." : ",", to: &page) }
        if let family {
            page.raw(" family")
            append(family, end: ".", to: &page)
        }
    }

    // Only those that accuse: a sandbox's all-clear stands beside files that sixty engines detect.
    private func appendSandboxes(_ facts: FactReader, to page: inout HTMLBuilder) {
        let accusing = facts.elements(.sandboxes).filter {
            $0.count > 1 && ($0[1] == "malicious" || $0[1] == "suspicious")
        }
        guard !accusing.isEmpty else { return }
        page.text(" \(Wording.count(accusing.count, "sandbox accuses", "sandboxes accuse")) it:")
        let names = facts.texts(.sandboxNames)
        appendList(accusing.map { $0[0] }, end: names.isEmpty ? "." : ",", to: &page)
        if !names.isEmpty {
            page.raw(" by the name of")
            appendList(names, end: ".", to: &page)
        }
    }

    private func appendLevels(
        _ what: StaticString, _ field: FactField, _ levels: [String], _ facts: FactReader,
        to page: inout HTMLBuilder
    ) {
        let counts = zip(facts.counts(field), levels).filter { $0.0 > 0 }
        guard !counts.isEmpty else { return }
        page.raw(what)
        page.text(": \(counts.map { "\(Wording.number($0.0)) \($0.1)" }.joined(separator: ", ")).")
    }

    private func appendPremium(_ facts: FactReader, to page: inout HTMLBuilder) {
        if let verdict = facts.text(.gtiVerdict) {
            let score = facts.number(.gtiScore)
            page.raw(" Google Threat Intelligence says")
            append(verdict, end: score == nil ? "." : ",", to: &page)
            if let score { page.text(" score \(Wording.number(score)).") }
        }
        if let severity = facts.text(.threatSeverity) {
            page.raw(" Severity")
            append(severity, end: ".", to: &page)
        }
    }

    // MARK: A machine's note

    private func appendNote(_ facts: FactReader, to page: inout HTMLBuilder) {
        guard let note = facts.elements(.aiNotes).first, let analysis = note.first, !analysis.isEmpty else {
            return
        }
        page.raw("A machine’s text, made from a stranger’s file:")
        if note.count > 1, !note[1].isEmpty {
            page.raw(" ")
            page.field(note[1], max: Self.wordMax)
            page.raw(" wrote:")
        }
        page.raw("\t“")
        page.prose(analysis, max: Self.noteMax)
        page.raw("”\t\n")
    }

    // MARK: Parts of sentences

    /// Appends a text from outside, with the sign that ends it: what is searched.
    private func append(_ value: String, end: StaticString, to page: inout HTMLBuilder) {
        page.raw("\t")
        page.prose(value, max: Self.wordMax)
        page.raw(end)
        page.raw("\t")
    }

    private func appendSentence(
        _ beginning: StaticString, _ values: [String], total: Int = 0, max: Int = FactLines.itemsMax,
        to page: inout HTMLBuilder
    ) {
        guard !values.isEmpty else { return }
        page.raw(beginning)
        appendList(values, total: total, max: max, end: ".", to: &page)
    }

    /// Appends the first `max` values, and how many more there are; of `total`, if that is more than these.
    private func appendList(
        _ values: [String], total: Int = 0, max: Int = FactLines.itemsMax, end: StaticString,
        to page: inout HTMLBuilder
    ) {
        page.raw("\t")
        for (index, value) in values.prefix(max).enumerated() {
            if index > 0 { page.raw(", ") }
            page.field(value, max: Self.wordMax)
        }
        let shown = min(values.count, max)
        let all = total > values.count ? total : values.count
        if all > shown {
            page.raw("\tand ")
            page.number(all - shown)
            page.raw(" more")
            page.raw(end)
        } else {
            page.raw(end)
            page.raw("\t")
        }
    }
}

extension HTMLBuilder {
    /// Appends `In 3 earlier lists, first on 2026-03-01.`
    mutating func seen(_ seen: SeenBefore) {
        guard seen.lists > 0 else { return raw("In no earlier list.") }
        text("In \(Wording.count(seen.lists, "earlier list", "earlier lists"))")
        if let since = seen.since {
            raw(", first on ")
            day(since)
        }
        raw(".")
    }
}
