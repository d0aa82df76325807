import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// The page of the real daemon, in a real browser.
@Suite(.serialized)
struct PageTests {
    private static let password = "correct horse battery"

    private static func serve(_ simulator: SimulatedVirusTotal) async throws -> (Installation, String) {
        let place = Installation(
            endpoint: simulator.baseURL, settings: ["HASHDROP_WEB_LISTEN": "127.0.0.1:0"])
        _ = try await place.hashdrop("user", "add", "alice", "--password-stdin", input: password)
        _ = try await place.hashdrop(
            "user", "add", "carol", "--administrator", "--password-stdin", input: password)
        try await place.serve()
        let page = try await eventually("the page's address is logged") {
            try place.daemonLog().components(separatedBy: "page=").dropFirst().first
                .map { String($0.prefix { !$0.isWhitespace }) }
        }
        return (place, page)
    }

    private static func logIn(_ browser: Browser, _ user: String, _ password: String) async throws {
        try await browser.type(user, into: "input[name=user]")
        try await browser.type(password, into: "input[name=password]")
        try await browser.click(".login button")
    }

    /// A list that takes some seconds, and one that cannot be used; names that would like to be markup.
    private static func drop(in place: Installation) throws {
        let list = (0..<120).map { Samples.hash(9_000 + $0, .md5).hexadecimal }
            + ["44d88612fea8a8f36de82e1278abb02f"]
        try Data(list.joined(separator: "\n").utf8).write(
            to: place.drop.appending(path: "<b>running<b> & 'co'.txt"))
        try Data("nothing here".utf8).write(to: place.drop.appending(path: "prose.txt"))
    }

    @Test func aVisitorLogsInWatchesAJobFinishOpensItsReportAndLogsOut() async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.latency = .milliseconds(350)
        try await SimulatedVirusTotal.with(options) { simulator in
            let (place, page) = try await Self.serve(simulator)
            let browser = try await Browser()
            try await browser.open(page)
            try await browser.screenshots("login")
            #expect(try await browser.url() == page + "login")

            try await Self.logIn(browser, "alice", "wrong horse")
            #expect(try await browser.text().contains("The user name or the password is wrong."))
            try await browser.screenshots("login-wrong")

            try Self.drop(in: place)
            try await Self.logIn(browser, "alice", Self.password)
            #expect(try await browser.url() == page + "jobs")
            #expect(try await browser.text("h1") == "My jobs")
            try await browser.open(page + "jobs")
            try await eventually("the list runs") {
                try await browser.text().contains("of 121 answered")
            }
            try await browser.screenshots("jobs")
            try await browser.clickLink("<b>running<b> & 'co'.txt")
            #expect(try await browser.text(".state") == "Running")
            try await browser.screenshots("job-running")
            // The page loads itself again; the test only looks.
            try await eventually("the job is seen to finish") { try await browser.text(".state") == "Done" }
            #expect(try await browser.text("h1") == "<b>running<b> & 'co'.txt")
            try await browser.screenshots("job-done")

            try await browser.clickLink("Open the report")
            #expect(try await browser.url().hasSuffix("/report.html"))
            #expect(try await browser.text(".rows tbody").contains("44d88612fea8a8f36de82e1278abb02f"))
            // The report's own script runs under both policies: times are in the reader's zone.
            #expect(try await browser.text(".zone").contains("your time"))
            try await browser.click(".crumbs a")
            #expect(try await browser.url() == page + "jobs")

            try await browser.click(".top form button")
            #expect(try await browser.url() == page + "login")
            try await browser.open(page + "jobs")
            #expect(try await browser.url() == page + "login")

            #expect(try await browser.complaints() == [])
            let requests = try await browser.requests()
            #expect(requests.count > 10)
            for url in requests { #expect(url.hasPrefix(page) || url.hasPrefix("data:"), "\(url)") }
            try await browser.quit()
            await place.stop()
            #expect(!(try place.daemonLog()).contains("horse"))
        }
    }

    @Test func anAdministratorSeesTheOperations() async throws {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.latency = .milliseconds(500)
        try await SimulatedVirusTotal.with(options) { simulator in
            let (place, page) = try await Self.serve(simulator)
            try Self.drop(in: place)
            let browser = try await Browser()
            try await browser.open(page)
            try await Self.logIn(browser, "carol", Self.password)
            try await browser.screenshots("jobs-empty")
            try await browser.clickLink("Operations")
            try await eventually("alice's hashes are queued") {
                try await browser.text().contains("Hashes to ask")
            }
            let text = try await browser.text()
            for word in ["alice", "events", "this minute", "this month", "free", "in all"] {
                #expect(text.contains(word), "\(word)")
            }
            try await browser.screenshots("operations")
            try await browser.clickLink("Everybody’s jobs")
            #expect(try await browser.text().contains("prose.txt"))
            try await browser.screenshots("everybody")
            #expect(try await browser.complaints() == [])
            try await browser.quit()
            await place.stop()
        }
    }
}
