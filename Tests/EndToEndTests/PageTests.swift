import Foundation
import Model
import Simulator
import TestSupport
import Testing

/// The page of the real daemon, in a real browser.
@Suite(.limited(.browser, .daemon), .sharedBrowser)
struct PageTests {
    private static let password = "correct horse battery"
    private static let listName = "<b>running<b> & 'co'.txt"

    /// Runs `body` with a daemon, the page's address and a browser.
    private static func with(
        _ options: SimulatorOptions = .unlimited(), settings: [String: String] = [:],
        _ body: (DaemonFixture, String, Browser, SimulatedVirusTotal) async throws -> Void
    ) async throws {
        try await DaemonFixture.with(
            options, settings: settings.merging(["HASHDROP_WEB_LISTEN": "127.0.0.1:0"]) { $1 }
        ) { place, simulator in
            _ = try await place.hashdrop("user", "add", "alice", "--password-stdin", input: password)
            _ = try await place.hashdrop(
                "user", "add", "carol", "--administrator", "--password-stdin", input: password)
            try await place.serve()
            let page = try await place.pageAddress()
            try await Browser.with { try await body(place, page, $0, simulator) }
        }
    }

    private static func logIn(_ browser: Browser, _ user: String, _ password: String) async throws {
        try await browser.type(user, into: "input[name=user]")
        try await browser.type(password, into: "input[name=password]")
        try await browser.click(".login button")
        // A click does not wait for as long as checking a password takes.
        try await eventually("an answer to the password") {
            let isRefused = try await browser.text().contains("The user name or the password is wrong.")
            return try await browser.text("h1") == "My jobs" || isRefused
        }
    }

    /// With `drop`, a list runs for minutes: as long as the test looks at it, on a busy machine too.
    private static let slow = SimulatorOptions.unlimited(latency: .seconds(2))

    /// A list that takes a while, one that cannot be used, and one that waits; names that would like to
    /// be markup.
    private static func drop(in place: DaemonFixture) throws {
        let list =
            (0..<400).map { Samples.hash(9_000 + $0, .md5).hexadecimal } + [
                "44d88612fea8a8f36de82e1278abb02f"
            ]
        try Data(list.joined(separator: "\n").utf8).write(to: place.drop.appending(path: listName))
        try Data("nothing here".utf8).write(to: place.drop.appending(path: "prose.txt"))
        try Data("later".utf8).write(to: place.drop.appending(path: "upload.part"))
    }

    private static func expectNoComplaintAndNoForeignRequest(_ browser: Browser, _ page: String) async throws
    {
        #expect(try await browser.complaints() == [])
        let requests = try await browser.requests()
        #expect(requests.count > 3)
        for url in requests { #expect(url.hasPrefix(page) || url.hasPrefix("data:"), "\(url)") }
    }

    @Test func aUserLogsInWatchesAJobFinishOpensItsReportAndLogsOut() async throws {
        try await Self.with(Self.slow) { place, page, browser, simulator in
            try await browser.open(page)
            try await browser.screenshots("login")
            try await browser.expectAccessible("the login form")
            #expect(try await browser.url() == page + "login")
            try await Self.logIn(browser, "alice", "wrong horse")
            #expect(try await browser.text().contains("The user name or the password is wrong."))
            try await browser.screenshots("login-wrong")
            try await browser.expectAccessible("the login form after a mistake")
            try await Self.logIn(browser, "alice", Self.password)
            try await eventually("the jobs after the login") { try await browser.url() == page + "jobs" }
            #expect(try await browser.text("h1") == "My jobs")

            try await watch(place, page, browser, simulator)
            try await openReport(page, browser)

            try await browser.click(".top form button")
            try await eventually("the login form after the logout") {
                try await browser.url() == page + "login"
            }
            try await browser.open(page + "jobs")
            #expect(try await browser.url() == page + "login")
            try await Self.expectNoComplaintAndNoForeignRequest(browser, page)
            #expect(!(try place.daemonLog()).contains("horse"))
        }
    }

    private func watch(
        _ place: DaemonFixture, _ page: String, _ browser: Browser, _ simulator: SimulatedVirusTotal
    ) async throws {
        try Self.drop(in: place)
        try await eventually("a list runs, and a file waits") {
            try await browser.open(page + "jobs")
            let text = try await browser.text()
            return text.contains("of 401 answered") && text.contains("upload.part")
        }
        try await browser.screenshots("jobs")
        try await browser.expectAccessible("the list of jobs")
        try await browser.follow(Self.listName)
        try await eventually("the running job") { try await browser.text(".state") == "Running" }
        try await browser.screenshots("job-running")
        try await browser.expectAccessible("a running job")
        simulator.setLatency(.zero)
        // The page loads itself again; the test only looks.
        try await eventually("the job is seen to finish") { try await browser.text(".state") == "Done" }
        #expect(try await browser.text("h1") == Self.listName)
        try await browser.screenshots("job-done")
        try await browser.expectAccessible("a finished job")
    }

    private func openReport(_ page: String, _ browser: Browser) async throws {
        try await browser.follow("Open the report")
        try await eventually("the report") { try await browser.url().hasSuffix("/report.html") }
        // The address is there before the whole page is.
        try await eventually("the report's rows") {
            try await browser.text(".rows tbody").contains("44d88612fea8a8f36de82e1278abb02f")
        }
        // The report's own script runs under both policies: times are in the reader's zone.
        try await eventually("the reader's zone") {
            try await browser.text(".zone").contains("your time")
        }
        try await browser.click(".crumbs a")
        try await eventually("the jobs again") { try await browser.url() == page + "jobs" }
    }

    @Test func anAdministratorSeesTheOperations() async throws {
        let limits = [
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "240", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "500",
        ]
        try await Self.with(Self.slow, settings: limits) { place, page, browser, _ in
            try Self.drop(in: place)
            try await browser.open(page)
            try await Self.logIn(browser, "carol", Self.password)
            try await browser.screenshots("jobs-empty")
            try await browser.follow("Operations")
            try await eventually("alice's hashes are queued") {
                try await browser.text().contains("Hashes to ask")
            }
            let text = try await browser.text()
            for word in ["alice", "events", "this minute", "this month", "free", "in all"] {
                #expect(text.contains(word), "\(word)")
            }
            try await browser.screenshots("operations")
            try await browser.expectAccessible("the operations")
            try await browser.follow("Everybody’s jobs")
            try await eventually("everybody's jobs") { try await browser.text().contains("prose.txt") }
            try await browser.screenshots("everybody")
            try await browser.expectAccessible("everybody's jobs")
            try await Self.expectNoComplaintAndNoForeignRequest(browser, page)
        }
    }

    /// What keeps a forgotten window from staying logged in: the server can tell its own doing from a
    /// person's.
    @Test func aPageThatLoadsItselfAgainSaysSo() async throws {
        try await Self.with(Self.slow) { place, page, browser, _ in
            try Self.drop(in: place)
            try await browser.open(page)
            try await Self.logIn(browser, "carol", Self.password)
            try await browser.follow("Operations")
            var headers: [[String: String]] = []
            try await eventually("it loads itself again") {
                headers += try await browser.requestHeaders(of: page + "operations?live")
                return headers.count > 1
            }
            #expect(headers.allSatisfy { $0["sec-fetch-mode"] == "navigate" && $0["sec-fetch-user"] == nil })
            try await eventually("the user does not see that") {
                try await browser.url() == page + "operations"
            }
            // A running job's report, as it is in a folder too.
            try await browser.follow("Everybody’s jobs")
            try await browser.follow(Self.listName)
            try await browser.follow("Open the report so far")
            let report = try await eventually("the report so far") {
                let url = try await browser.url()
                return url.hasSuffix("/report.html") ? url : nil
            }
            headers = []
            try await eventually("the report loads itself again") {
                headers += try await browser.requestHeaders(of: report)
                return headers.count > 2
            }
            #expect(headers.dropFirst().allSatisfy { $0["sec-fetch-user"] == nil })
        }
    }

    @Test func hostileNamesAreTextInARealBrowserAndTimesTellTheirUTC() async throws {
        let names = [
            "\"><img src=x onerror=\"document.title='owned'\">.txt",
            "<script>document.title='owned'<_script>",
            "invoice\u{202E}fdp.txt", "=1+1;'`${7*7}{{7*7}}.txt", "new\nline\tand\u{1B}[31m.txt",
        ]
        try await Self.with { place, page, browser, _ in
            for name in names {
                try Data(Samples.hash(1).hexadecimal.utf8).write(to: place.drop.appending(path: name))
            }
            _ = try await browser.developerTool(
                "Emulation.setTimezoneOverride", ["timezoneId": "Asia/Kolkata"])
            try await browser.open(page)
            try await Self.logIn(browser, "alice", Self.password)
            try await eventually("all are done") {
                try await browser.value("document.querySelectorAll('.jobs a[href$=csv]').length") as? Int == 5
            }
            let text = try await browser.text()
            for name in names { #expect(text.contains(DroppedName(name).display), "\(name)") }
            #expect(
                try await browser.value("document.querySelectorAll('main img,main script').length") as? Int
                    == 0)
            try await expectLocalTimes(browser)
            for number in 0..<names.count {
                try await browser.open(page + "jobs")
                try await browser.run("document.querySelectorAll('.jobs h3 a')[\(number)].click()")
                try await eventually("the job's page") { try await browser.url().contains("/jobs/2") }
                #expect(try await browser.value("document.title") as? String != "owned")
                let title = try await browser.text("h1")
                #expect(names.contains { DroppedName($0).display == title }, "\(title)")
            }
            try await Self.expectNoComplaintAndNoForeignRequest(browser, page)
        }
    }

    /// Half an hour off the whole hours: India.
    private func expectLocalTimes(_ browser: Browser) async throws {
        #expect(try await browser.text(".zone").contains("Asia/"))
        let time = "document.querySelector('.jobs time')"
        let title = try #require(try await browser.value("\(time).title") as? String)
        let shown = try #require(try await browser.value("\(time).textContent") as? String)
        #expect(title.hasSuffix(" UTC"))
        let minutes = { (text: String) in Int(text.dropFirst(14).prefix(2)) ?? -1 }
        #expect((minutes(title) + 30) % 60 == minutes(shown), "\(title) is \(shown)")
    }
}
