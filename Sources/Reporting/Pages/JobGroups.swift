import Model

/// Section of a job's page about different files that have something in common; text alone.
struct JobGroups {
    let groups: [RowGroup.Kind: RowGroups]

    /// How many code points of what a group has in common are shown.
    private static let valueMax = 120

    var isEmpty: Bool { groups.isEmpty }

    /// Appends the section; nothing if there is no group.
    func append(to page: inout HTMLBuilder) {
        guard !isEmpty else { return }
        page.raw("<section id=groups><h2>Groups</h2><p class=muted>Different files of this list that have ")
        page.raw("something in common, with up to three of each group.</p>\n<div class=panels>")
        for kind in RowGroup.Kind.allCases {
            if let groups = groups[kind] { append(groups, kind, to: &page) }
        }
        page.raw("</div></section>\n")
    }

    private func append(_ groups: RowGroups, _ kind: RowGroup.Kind, to page: inout HTMLBuilder) {
        page.raw("<section><h3>")
        page.raw(kind.title)
        page.raw("</h3>")
        if let note = kind.note {
            page.raw("<p class=muted>")
            page.raw(note)
            page.raw("</p>")
        }
        page.raw("<ul class=list>")
        for (place, group) in groups.top.enumerated() {
            append(group, kind, GroupLetters.letter(of: kind, place: place), to: &page)
        }
        page.raw("</ul>")
        appendRest(groups, to: &page)
        page.raw("</section>")
    }

    // The script makes of the link one that chooses the group's rows.
    private func append(
        _ group: RowGroup, _ kind: RowGroup.Kind, _ letter: String, to page: inout HTMLBuilder
    ) {
        page.raw("<li><b><a href=\"#rows\" data-kind=")
        page.raw(kind.word)
        page.raw(" data-group=")
        page.text(letter)
        page.raw(">")
        page.untrusted(group.value, max: Self.valueMax)
        page.raw("</a></b> ")
        page.text("\(Wording.count(group.tally.total, "row", "rows")): \(group.tally.words)")
        for hash in group.examples {
            page.raw("<br><code class=muted>")
            page.hash(hash)
            page.raw("</code>")
        }
    }

    private func appendRest(_ groups: RowGroups, to page: inout HTMLBuilder) {
        let others = groups.total - groups.top.count
        if others > 0 {
            page.raw("<p class=muted>… and ")
            page.text(Wording.count(others, "smaller group", "smaller groups"))
            page.raw("</p>")
        }
        if groups.uncompared > 0 {
            page.raw("<p class=muted>")
            page.text(Wording.count(groups.uncompared, "row was", "rows were"))
            page.raw(" not compared: the list has too many different values.</p>")
        }
    }
}

extension RowGroup.Kind {
    /// As it stands in the page's address.
    fileprivate var word: StaticString {
        switch self {
        case .family: "family"
        case .signer: "signer"
        case .imphash: "imphash"
        }
    }

    fileprivate var title: StaticString {
        switch self {
        case .family: "The same threat family"
        case .signer: "The same signer"
        case .imphash: "The same imphash"
        }
    }

    fileprivate var note: StaticString? {
        switch self {
        case .family: nil
        case .signer: "As the signature names it, valid or not."
        case .imphash:
            "A hint, and nothing is merged by it: all .NET programs share a few imphashes."
        }
    }
}
