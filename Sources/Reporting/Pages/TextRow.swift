import Foundation
import Model

/// One row of a large report's table as a line of text: a hundredth of the work of a row of elements for a
/// browser.
///
/// Without JavaScript a reader sees these lines; the page's script (`rows.js`) makes rows of them, and reads
/// the same values out of the rows that are elements, so that both are searched and sorted alike. Values are
/// separated by a tab, which none can hold (`HTMLBuilder.field`).
struct TextRow {
    private let now: Date
    private let options: ReportOptions
    private let groups: GroupLetters
    private let columns: [ReportColumns.Column]

    /// How many lines stand in one `<pre>`: a browser lays out only those that are near the window.
    static let linesPerBlock = 500

    init(options: ReportOptions, groups: GroupLetters, now: Date) {
        self.now = now
        self.options = options
        self.groups = groups
        columns = ReportColumns(vendors: options.vendors).fields
    }

    func append(_ row: ReportRow, to page: inout HTMLBuilder) {
        let model = RowModel(row, options: options, isWhole: false)
        let none: StaticString = model.answer == nil ? "–" : "None"
        var isFirst = true
        for column in columns {
            if !isFirst { page.raw("\t") }
            isFirst = false
            append(column, of: model, none: column.kind.showsNone ? none : "", to: &page)
        }
        page.raw("\n")
    }

    private func append(
        _ column: ReportColumns.Column, of model: RowModel, none: StaticString, to page: inout HTMLBuilder
    ) {
        switch column.kind {
        case .askedAt:
            guard let askedAt = model.answer?.askedAt else { return }
            page.timeField(askedAt)
            page.raw(model.row.isStale ? ", stale, " : ", ")
            page.text(Wording.age(since: askedAt, now: now))
        case .askedAs: page.text(model.row.askedAs?.kind.name ?? "")
        case .vendorState: page.text(model.finding(of: column.vendor)?.note ?? "")
        case .facts:
            for mark in model.row.marks(at: now) { page.raw(mark.letter) }
            page.text(groups.letters(of: model.row))
        case .reason: if let reason = model.reason { page.field(reason, max: 300) }
        case .allowed: if let allowed = model.allowed { page.field(allowed, max: 600) }
        default:
            let format = FieldFormat(none: none, textMax: column.kind.shownMax)
            model.append(column, as: format, to: &page)
        }
    }
}

/// The values of a row as fields of a line.
private struct FieldFormat: CellFormat {
    let none: StaticString
    /// How many code points of a value from outside a line shows, as a cell does.
    let textMax: Int

    func hash(_ hash: FileHash?, to page: inout HTMLBuilder) {
        if let hash { page.hash(hash) } else { page.raw(none) }
    }

    func word(_ word: String?, to page: inout HTMLBuilder) {
        if let word { page.text(word) } else { page.raw(none) }
    }

    func text(_ text: String?, to page: inout HTMLBuilder) {
        if let text { page.field(text, max: textMax) } else { page.raw(none) }
    }

    func number(_ number: Int?, to page: inout HTMLBuilder) {
        if let number { page.digits(number) } else { page.raw(none) }
    }

    func time(_ date: Date?, to page: inout HTMLBuilder) {
        if let date { page.timeField(date) } else { page.raw(none) }
    }

    func flag(_ flag: Bool, to page: inout HTMLBuilder) { page.raw(flag ? "yes" : "no") }
}
