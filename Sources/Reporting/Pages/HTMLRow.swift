import Foundation
import Model

/// One row of a report's table as elements; the page's script (`rows.js`) makes the same of a `TextRow`.
///
/// A row has two lines: its cells, and below them notes (`<i>` elements in the last cell, which are also the
/// summary of the row's details). Their number is the same in every row: style and script find each by name
/// or place.
struct HTMLRow {
    private let now: Date
    private let options: ReportOptions
    private let groups: GroupLetters
    private let cells: [Cell]

    /// A cell of the first line and the columns below it, each with the markup that opens its element.
    private struct Cell {
        let column: ReportColumns.Column
        let opening: HTMLBuilder
        let notes: [ReportColumns.Column]
        let noteOpening: HTMLBuilder
    }

    init(options: ReportOptions, groups: GroupLetters, now: Date) {
        self.now = now
        self.options = options
        self.groups = groups
        let columns = ReportColumns(vendors: options.vendors)
        cells = columns.cells.map { column in
            var opening = HTMLBuilder()
            var noteOpening = HTMLBuilder()
            let name = columns.name(of: column)
            switch column.kind {
            case .vendor:
                opening.raw("<td data-vendor=\"")
                opening.text(options.vendors[column.vendor])
                opening.raw("\">")
                // Where rows are cards, their notes stand in one line.
                noteOpening.raw("<i data-vendor=\"")
                noteOpening.text(options.vendors[column.vendor])
                noteOpening.raw("\">")
            case let kind:
                opening.raw(kind == .verdict ? "<td class=\"v " : "<td class=")
                opening.text(name)
                opening.raw(kind == .verdict ? "\">" : ">")
                noteOpening.raw("<i class=")
                noteOpening.text(name)
                noteOpening.raw(">")
            }
            return Cell(
                column: column, opening: opening, notes: columns.below(column), noteOpening: noteOpening)
        }
    }

    func append(_ row: ReportRow, to page: inout HTMLBuilder) {
        let model = RowModel(row, options: options)
        page.raw("<tr class=")
        page.raw(model.verdict.styleClass)
        appendMarks(of: model, to: &page)
        page.raw(">")
        for cell in cells { append(cell, of: model, to: &page) }
        page.raw("<td class=d colspan=")
        page.digits(cells.count)
        page.raw(">")
        if let object = model.object {
            page.raw("<details><summary>")
            appendNotes(of: model, to: &page)
            page.raw("</summary>")
            EngineDetails(object: object, model: model).append(to: &page)
            page.raw("</details>")
        } else {
            appendNotes(of: model, to: &page)
        }
        if let reason = model.reason {
            page.raw("<p class=why>")
            page.untrusted(reason, max: 300)
            page.raw("</p>")
        }
        // With an object it is in the row's details.
        if model.object == nil, let seen = row.seen, seen.lists > 0 {
            page.raw("<p class=why>")
            page.seen(seen)
            page.raw("</p>")
        }
        if let allowed = model.allowed {
            page.raw("<p class=why>Allowed; by its engines ")
            page.untrusted(allowed, max: 600)
            page.raw("</p>")
        }
        page.raw("</tr>\n")
    }

    private func appendMarks(of model: RowModel, to page: inout HTMLBuilder) {
        let marks = model.row.marks(at: now)
        let letters = groups.letters(of: model.row)
        guard !marks.isEmpty || !letters.isEmpty else { return }
        page.raw(" data-facts=")
        for mark in marks { page.raw(mark.letter) }
        page.text(letters)
    }

    // MARK: The first line

    private func append(_ cell: Cell, of model: RowModel, to page: inout HTMLBuilder) {
        if cell.column.kind == .hash { return appendHead(model.row.hash, to: &page) }
        page.append(cell.opening)
        switch cell.column.kind {
        case .verdict: page.text(model.verdict.cellLabel)
        case .enginesTotal: appendProportion(model, to: &page)
        case let kind:
            // "None" is an answer; a row without any answer has a dash.
            let none: StaticString =
                model.answer == nil ? "<span class=none>–</span>" : "<span class=none>None</span>"
            let format = ElementFormat(none: kind.showsNone ? none : "", textMax: kind.shownMax)
            model.append(cell.column, as: format, to: &page)
        }
    }

    // The link is by the list's hash, as in the rows that the script makes: VirusTotal finds a file by any of
    // its hashes, and a text row need not carry another one.
    private func appendHead(_ hash: FileHash, to page: inout HTMLBuilder) {
        page.raw("<th scope=row class=h><code>")
        page.hash(hash)
        page.raw("</code><span class=a><button type=button title=\"Copy this hash\">copy</button>")
        page.raw("<a rel=noreferrer href=\"")
        page.raw(RowModel.linkPrefix)
        page.hash(hash)
        page.raw("\" title=\"Open at VirusTotal\">VT</a></span>")
    }

    private func appendProportion(_ model: RowModel, to page: inout HTMLBuilder) {
        guard let detections = model.detections, let opinions = model.opinions else { return }
        page.bar(detections, of: opinions)
        page.digits(detections)
        page.raw(" of ")
        page.digits(opinions)
    }

    // MARK: The second line

    private func appendNotes(of model: RowModel, to page: inout HTMLBuilder) {
        for cell in cells where !cell.notes.isEmpty {
            page.append(cell.noteOpening)
            let start = page.count
            if cell.column.kind == .hash { page.text(model.row.hash.kind.name) }
            for column in cell.notes {
                let end = page.count
                if end > start { page.raw(", ") }
                let next = page.count
                appendNote(column, of: model, to: &page)
                if page.count == next { page.removeAll(from: end) }
            }
            page.raw("</i>")
        }
    }

    private func appendNote(_ column: ReportColumns.Column, of model: RowModel, to page: inout HTMLBuilder) {
        switch column.kind {
        case .askedAs:
            guard let askedAs = model.row.askedAs else { return }
            page.raw("asked as ")
            page.text(askedAs.kind.name)
        case .vendorState: page.text(model.finding(of: column.vendor)?.note ?? "")
        case .askedAt:
            guard let askedAt = model.answer?.askedAt else { return }
            if model.row.isStale { page.raw("<b class=stale>stale,</b> ") }
            page.age(since: askedAt, now: now)
        case .sizeBytes:
            guard let size = model.object?.sizeBytes else { return }
            page.datum(Int(size)) { $0.text(Wording.size(size)) }
        case .occurrences:
            guard model.row.occurrences > 1 else { return }
            page.number(model.row.occurrences)
            page.raw(" times")
        case let kind:
            if kind == .line { page.raw("line ") }
            model.append(column, as: ElementFormat(isNote: true, textMax: kind.shownMax), to: &page)
        }
    }
}

/// The values of a row as elements. In notes, texts and numbers are marked, so that the page's script can
/// read them.
private struct ElementFormat: CellFormat {
    var none: StaticString = ""
    var isNote = false
    let textMax: Int

    func hash(_ hash: FileHash?, to page: inout HTMLBuilder) {
        guard let hash else { return page.raw(none) }
        page.raw("<code>")
        page.hash(hash)
        page.raw("</code>")
    }

    func word(_ word: String?, to page: inout HTMLBuilder) {
        if let word { page.text(word) } else { page.raw(none) }
    }

    func text(_ text: String?, to page: inout HTMLBuilder) {
        guard let text else { return page.raw(none) }
        guard !text.isEmpty else { return }
        if isNote { page.raw("<span>") }
        page.untrusted(text, max: textMax, isBreakable: true)
        if isNote { page.raw("</span>") }
    }

    func number(_ number: Int?, to page: inout HTMLBuilder) {
        guard let number else { return page.raw(none) }
        if isNote { page.datum(number) { $0.number(number) } } else { page.digits(number) }
    }

    func time(_ date: Date?, to page: inout HTMLBuilder) {
        if let date { page.time(date) } else { page.raw(none) }
    }

    func flag(_ flag: Bool, to page: inout HTMLBuilder) { page.raw(flag ? "yes" : "no") }
}
