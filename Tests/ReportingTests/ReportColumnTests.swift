import Foundation
import Model
import Testing

@testable import Reporting

/// Every output has the columns of `ReportColumn`, in its order.
struct ReportColumnTests {
    static let vendors = ["Fortinet", "Trend Micro"]
    let samples: Samples
    let columns = ReportColumns(vendors: vendors)

    init() throws { samples = try Samples() }

    private func names(_ columns: [ReportColumns.Column]) -> [String] { columns.map(self.columns.name(of:)) }

    /// A page of a row as elements, then of one as a line.
    private func page() throws -> String {
        let rows = [Samples.row(.unknown), Samples.row(.known(Samples.object([:])), comment: "x", line: 2)]
        return try samples.html(
            Samples.input(.done, rows: rows), rows: rows,
            by: Samples.writer(vendors: Self.vendors, htmlRowsInFullMax: 1))
    }

    /// What stands between each `start` and the next `end`.
    private func all(_ start: String, _ end: String, in text: some StringProtocol) -> [String] {
        text.components(separatedBy: start).dropFirst().compactMap { $0.components(separatedBy: end).first }
    }

    private func asset(_ asset: PageAsset) -> String { String(decoding: asset.bytes, as: UTF8.self) }

    /// The names are promised: this list only grows, at its end.
    @Test func theNamesAreThePromisedOnes() throws {
        #expect(
            try samples.csv([])[0] == [
                "hash", "fortinet", "engines_detected", "scan_date", "state", "verdict", "engines_total",
                "threat_label", "name", "type", "size_bytes", "first_submitted", "md5", "sha1", "sha256",
                "comment", "line", "occurrences", "asked_at", "is_stale", "asked_as", "reason", "link",
                "fortinet_state",
            ] + FactTableTests.columns + ["why", "confidence", "allowed", "seen_before", "seen_since"])
    }

    @Test func theTablesHaveTheColumnsInTheirOrder() throws {
        let writer = Samples.writer(vendors: Self.vendors)
        let records = try samples.csv([Samples.row(.unknown)], by: writer)
        #expect(records[0] == names(columns.csv) && records[1].count == columns.csv.count)
        // An unknown hash has values without a comma: what stands before a colon is a key.
        let line = try samples.text("report.json").split(separator: "\n")[0]
        let keys = line.dropFirst().split(separator: ",").map { all("\"", "\":", in: $0).first ?? "" }
        #expect(keys == names(columns.csv) + ["reputation", "engines", "facts"])
        #expect(names(columns.json) == keys)
    }

    @Test func thePagesRowsHaveTheColumnsInTheirOrder() throws {
        let page = try page()
        #expect(all("class=fields>", "<", in: page)[0] == names(columns.fields).joined(separator: " · "))
        let line = try #require(all("<pre>\n", "\n", in: page).first)
        #expect(line.components(separatedBy: "\t").count == columns.fields.count)
        let row = try #require(all("<tbody>\n<tr", "</tr>", in: page).first)
        let cells = all("<td ", ">", in: row).dropLast()
        let expected = columns.cells.dropFirst().map { column in
            columns.vendor(of: column).map { "data-vendor=\"\($0)\"" }
                ?? (column.kind == .verdict ? "class=\"v verdict\"" : "class=\(columns.name(of: column))")
        }
        #expect(Array(cells) == expected)
        #expect(all("<i", "</i>", in: row).count == columns.cells.count { !columns.below($0).isEmpty })
    }

    @Test func theHeadTellsTheScriptEveryColumn() throws {
        let head = try #require(all("<thead>", "</thead>", in: try page()).first)
        let headings = columns.cells.flatMap { [$0] + columns.below($0) }.filter {
            $0.kind.appearance?.heading != nil
        }
        #expect(all("data-name=", " ", in: head) == names(headings))
        let sorts = headings.compactMap { $0.kind.appearance?.heading?.sort.rawValue }
        #expect(all("data-sort=", ">", in: head) == sorts)
        #expect(
            all("data-notes=\"", "\"", in: head)
                == columns.cells.map { names(columns.below($0)).joined(separator: " ") })
        // The script reads a note by its kind: no two below one cell are of the same.
        for cell in columns.cells {
            let sorts = columns.below(cell).compactMap { $0.kind.appearance?.heading?.sort }
            #expect(Set(sorts).count == sorts.count)
        }
        // Of the fields that the page has, a reader finds each: in a cell, below one, below the row, or as
        // a chip.
        let placed = columns.cells + columns.cells.flatMap(columns.below)
        let others = columns.fields.filter { !placed.contains($0) }
        #expect(others.allSatisfy { [.paragraph, .row].contains($0.kind.appearance?.place) })
    }

    @Test func theStyleSheetsKnowEveryCell() {
        let cells = columns.cells.filter { columns.vendor(of: $0) == nil }
        let table = asset(ReportAssets.table)
        #expect(all("\n[", "]", in: table) == names(cells))
        for cell in cells {
            let name = columns.name(of: cell)
            #expect(table.contains("\n.rows .\(name) { grid-column: \(name); }\n"))
            // In a card these three need no heading: they stand before the others.
            guard ![.hash, .verdict, .enginesTotal].contains(cell.kind) else { continue }
            let title = cell.kind.appearance?.heading?.title ?? ""
            #expect(asset(ReportAssets.cards).contains(".rows td.\(name)::before { content: \"\(title)\"; }"))
        }
    }

    @Test func theScriptNamesNoOtherColumn() {
        let script = asset(ReportAssets.script)
        let starts = ["value('", ".name === '"]
        let named =
            starts.flatMap { all($0, "'", in: script) } + all("fields.", ")", in: script)
            + all("case '", "'", in: script).filter { $0.contains("_") }
        #expect(named.count > 10)
        for name in named { #expect(names(columns.fields).contains(name), "\(name)") }
    }

    @Test func anAssetHasNoIndentationAndNoLinesOfComment() {
        let asset = PageAsset(scripts: Array("// a\nif (x) {\n  /* b\n     c */\n  y();\n}\n\n".utf8))
        #expect(self.asset(asset) == "(function () {\n'use strict';\nif (x) {\ny();\n}\n})();\n")
    }
}
