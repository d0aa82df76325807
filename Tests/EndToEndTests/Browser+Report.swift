import Foundation
import TestSupport
import Testing

extension Browser {
    /// What the browser prints on A4, as text; pages end with a form feed. `pdf` keeps it if
    /// `HASHDROP_SCREENSHOTS` names a folder.
    func printed(_ pdf: String) async throws -> String {
        let answer = try await developerTool("Page.printToPDF", ["preferCSSPageSize": true])
        let data = (answer as? [String: Any])?["data"] as? String ?? ""
        let folder = TemporaryFolder()
        let file = folder.path("page.pdf")
        try Data(base64Encoded: data)?.write(to: URL(filePath: file))
        if let kept = ProcessInfo.processInfo.environment["HASHDROP_SCREENSHOTS"] {
            try Data(base64Encoded: data)?.write(to: URL(filePath: "\(kept)/\(pdf).pdf"))
        }
        let ended = try await Program.run("/usr/bin/pdftotext", ["-layout", file, "-"], in: folder)
        return ended.output
    }

    /// Pages run no script of their own while `body` runs.
    func withoutJavaScript(_ body: () async throws -> Void) async throws {
        _ = try await developerTool("Emulation.setScriptExecutionDisabled", ["value": true])
        try await body()
        _ = try await developerTool("Emulation.setScriptExecutionDisabled", ["value": false])
    }

    /// The reader lives elsewhere while `body` runs.
    func inTimeZone(_ name: String, _ body: () async throws -> Void) async throws {
        _ = try await developerTool("Emulation.setTimezoneOverride", ["timezoneId": name])
        try await body()
        _ = try await developerTool("Emulation.setTimezoneOverride", ["timezoneId": ""])
    }

    func texts(_ selector: String) async throws -> [String] {
        try await value(
            "Array.from(document.querySelectorAll('\(selector)'),function(e){return e.textContent})")
            as? [String] ?? []
    }

    func count(_ selector: String) async throws -> Int {
        try await value("document.querySelectorAll('\(selector)').length") as? Int ?? 0
    }
}

/// What a reader does with a report that is open in the browser.
struct ReportReader {
    let browser: Browser

    private static let search = ".tools input"

    /// The hashes of the rows that are shown, in their order.
    func hashes() async throws -> [String] { try await browser.texts(".rows tbody th code") }

    /// Does everything once: filter, search, sort, open details, copy and print.
    func useEverything(_ name: String) async throws {
        let all = try await hashes()
        try #require(all.count > 3)
        try await filter(of: all.count)
        try await search(all)
        try await sort(all)
        try await openDetails()
        try await copy(all)
        let paper = try await browser.printed(name)
        #expect(!paper.contains("copy shown hashes"))
        // The headings stand once on each page that has rows; groups, which come after them, name hashes too.
        let rows = paper.components(separatedBy: "Groups\n")[0]
        let pages = rows.components(separatedBy: "\u{C}").filter { page in all.contains { page.contains($0) }
        }
        for page in pages { #expect(page.components(separatedBy: "Hash value").count == 2) }
        let md5 = try #require(all.first { $0.count == 32 })
        #expect(paper.contains(md5))
    }

    private func filter(of total: Int) async throws {
        let letter = try await browser.value(
            "document.querySelector('.tools [data-verdict]').dataset.verdict")
        let verdict = try #require(letter as? String)
        let expected = try await browser.count(".rows tbody tr.\(verdict)")
        try await browser.click(".tools [data-verdict=\(verdict)]")
        #expect(try await browser.count(".rows tbody tr") == expected)
        #expect(try await browser.count(".rows tbody tr.\(verdict)") == expected)
        #expect(try await browser.count(".tools [data-verdict=\(verdict)][aria-pressed=true]") == 1)
        #expect(try await browser.text(".tools output") == "\(expected) of \(total) shown")
        try await browser.click(".tools .clear")
        #expect(try await browser.count(".rows tbody tr") == total)
        #expect(try await browser.text(".tools output").isEmpty)
    }

    private func search(_ all: [String]) async throws {
        let wanted = all[all.count / 2]
        try await browser.type(String(wanted.prefix(14)), into: Self.search)
        try await eventually("the row is found") { try await hashes() == [wanted] }
        try await browser.click(".tools .clear")
        // Several words must all be there, in any order; in quotes they are one.
        let words = "\(wanted.suffix(9)) \(wanted.prefix(9))"
        for (text, count) in [
            (words, 1), ("\"\(words)\"", 0), ("\"\(wanted.prefix(9))\" \(wanted.suffix(9))", 1),
        ] {
            try await browser.type(text, into: Self.search)
            try await eventually("'\(text)' is searched for") {
                try await browser.text(".tools output") == "\(count) of \(all.count) shown"
            }
            try await browser.click(".tools .clear")
        }
        // The page's own words (of the button and the link that stand beside each hash) are in no row.
        try await browser.type("copyVT", into: Self.search)
        try await eventually("nothing is found") {
            try await browser.text(".tools output") == "0 of \(all.count) shown"
        }
        try await browser.click(".tools .clear")
    }

    private func sort(_ all: [String]) async throws {
        let heading = ".rows thead th:first-child button"
        try await browser.click(heading)
        #expect(try await hashes() == all.sorted())
        #expect(try await browser.count(".rows thead th[aria-sort=ascending]") == 1)
        try await browser.click(heading)
        #expect(try await hashes() == all.sorted().reversed())
        try await browser.click(heading)
        #expect(try await hashes() == all)
        #expect(try await browser.count(".rows thead th[aria-sort]") == 0)
    }

    private func openDetails() async throws {
        #expect(try await browser.text(".rows .more").isEmpty)
        try await browser.click(".rows summary")
        #expect(try await browser.text(".rows .more").contains("engine"))
        #expect(try await browser.text(".rows .more").contains("SHA-256"))
        try await eventually("each engine is an item") {
            try await browser.count(".rows details[open] .more li b") > 0
        }
        #expect(try await browser.count(".rows details[open] .engines") == 0)
        try await browser.click(".rows summary")
    }

    // What is in the clipboard is seen by pasting it.
    private func copy(_ all: [String]) async throws {
        try await browser.click(".rows tbody tr:first-child .h button")
        try await eventually("it says so") { try await browser.text(".said") == "Copied to the clipboard" }
        try await browser.type("\u{E009}v", into: Self.search)
        #expect(
            try await browser.value("document.querySelector('\(Self.search)').value") as? String == all[0])
        try await eventually("the pasted hash is found") { try await hashes() == [all[0]] }
        try await browser.click(".tools .clear")
        try await browser.click(".tools .copyall")
        try await eventually("it says so") { try await browser.count(".copyall.copied") == 1 }
        try await browser.type("\u{E009}v", into: Self.search)
        // A search field takes one line: the line breaks become spaces, and of several hashes any is found.
        let pasted =
            try await browser.value("document.querySelector('\(Self.search)').value") as? String ?? ""
        #expect(all.allSatisfy(pasted.contains))
        try await eventually("all are found") {
            try await browser.text(".tools output") == "\(all.count) of \(all.count) shown"
        }
        try await browser.click(".tools .clear")
    }
}
