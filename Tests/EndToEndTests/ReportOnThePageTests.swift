import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// A real report of the real daemon, read on the page and as the file that it is.
@Suite(.limited(.browser, .daemon))
struct ReportOnThePageTests {
    private static let password = "correct horse battery"

    /// Hashes that the simulator answers in every way.
    private static let list =
        (0..<40).map { Samples.hash(7_000 + $0, [.md5, .sha1, .sha256][$0 % 3]).hexadecimal }
        + ["44d88612fea8a8f36de82e1278abb02f eicar", "cut off: 67a2b5994dc1d1da2f6177cad4c79c3"]

    @Test func theSameReportIsReadOnThePageAndAsAFile() async throws {
        try await DaemonFixture.with(settings: ["HASHDROP_WEB_LISTEN": "127.0.0.1:0"]) { place, _ in
            _ = try await place.hashdrop("user", "add", "alice", "--password-stdin", input: Self.password)
            try await place.serve()
            let page = try await place.pageAddress()
            let text = Self.list.joined(separator: "\n")
            try Data(text.utf8).write(to: place.drop.appending(path: "list.txt"))
            let report = try await place.finished("list.txt")
            try await Browser.with { try await Self.read(report, page, $0) }
        }
    }

    private static func read(_ report: Report, _ page: String, _ browser: Browser) async throws {
        try await browser.open(page)
        try await browser.type("alice", into: "input[name=user]")
        try await browser.type(password, into: "input[name=password]")
        try await browser.click(".login button")
        try await browser.follow("list.txt")
        try await browser.follow("Open the report")
        try await eventually("the report") { try await browser.url().hasSuffix("/report.html") }
        try await ReportReader(browser: browser).useEverything("report-on-the-page")
        try await download(report, browser)
        let file = "file://" + report.folder.appending(path: "report.html").path(percentEncoded: true)
        try await browser.open(file)
        try await ReportReader(browser: browser).useEverything("report-as-a-file")
        #expect(try await browser.complaints() == [])
        for url in try await browser.requests() {
            let isOurs = url.hasPrefix(page) || url.hasPrefix("data:") || url.hasPrefix(file)
            #expect(isOurs, "\(url)")
        }
    }

    private static func download(_ report: Report, _ browser: Browser) async throws {
        let folder = TemporaryFolder()
        _ = try await browser.developerTool(
            "Browser.setDownloadBehavior", ["behavior": "allow", "downloadPath": folder.path("")])
        try await browser.clickLink("report.csv")
        let wanted = try report.text("report.csv")
        try await eventually("the table is downloaded") {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(""))
            let tables = names.filter { $0.hasSuffix(".csv") }
            return try tables.contains {
                String(decoding: try Data(contentsOf: URL(filePath: folder.path($0))), as: UTF8.self)
                    == wanted
            }
        }
    }
}
