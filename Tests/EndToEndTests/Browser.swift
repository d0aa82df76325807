import Foundation
import TestSupport

/// A real Chromium, driven by its driver over the WebDriver protocol (W3C WebDriver, 2018) on this machine.
final class Browser: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let folder: TemporaryFolder
    private let driver: ChildProcess
    private let client: RawClient
    private let session: String

    /// Runs `body` with a browser whose only tab is new.
    static func with(_ body: (Browser) async throws -> Void) async throws {
        let browser = if let left = SharedBrowser.take() { left } else { try await Browser() }
        do {
            try await body(browser)
            try await browser.clear()
        } catch {
            try? await browser.quit()
            throw error
        }
        try await SharedBrowser.giveBack(browser)
    }

    /// Starts driver and browser. They reach nothing but this machine.
    private init() async throws {
        folder = TemporaryFolder()
        driver = try Program.start(
            "/usr/bin/chromedriver", ["--port=0"],
            environment: ["HOME": folder.url.path(percentEncoded: false)], in: folder, log: folder)
        client = RawClient(port: try await Self.port(of: driver, folder))
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1280,900",
        ]
        let capabilities: [String: Any] = [
            "browserName": "chrome",
            "goog:chromeOptions": ["args": arguments, "binary": "/usr/bin/chromium"],
            "goog:loggingPrefs": ["browser": "ALL", "performance": "ALL"],
            "timeouts": ["script": 600_000, "pageLoad": 600_000],
        ]
        let made = try await Self.call(client, "POST", "", ["capabilities": ["alwaysMatch": capabilities]])
        guard let id = (made as? [String: Any])?["sessionId"] as? String else {
            throw Failure(description: "no session: \(made)")
        }
        session = "/\(id)"
    }

    private static func port(of driver: ChildProcess, _ log: TemporaryFolder) async throws -> Int {
        do {
            return try await eventually("chromedriver listens") {
                try Program.text(log, "output").components(separatedBy: "successfully on port ").dropFirst()
                    .first.flatMap { Int($0.prefix { $0.isNumber }) }
            }
        } catch {
            let said = try Program.text(log, "output") + Program.text(log, "errors")
            throw Failure(
                description: "\(error); \(driver.isRunning ? "it runs" : "it has ended") and says: \(said)")
        }
    }

    deinit { driver.send(SIGTERM) }

    /// Ends the browser and its driver.
    func quit() async throws {
        _ = try await call("DELETE", "")
        driver.send(SIGTERM)
        try await driver.end()
    }

    /// Forgets what was done: another tab takes the place of this one, and cookies and logs are empty.
    private func clear() async throws {
        let made = try await call("POST", "/window/new", ["type": "tab"])
        guard let tab = (made as? [String: Any])?["handle"] as? String else {
            throw Failure(description: "no tab: \(made)")
        }
        _ = try await call("DELETE", "/window")
        _ = try await call("POST", "/window", ["handle": tab])
        _ = try await developerTool("Network.clearBrowserCookies", [:])
        for type in ["browser", "performance"] { _ = try await entries(type) }
    }

    func open(_ url: String) async throws { _ = try await call("POST", "/url", ["url": url]) }

    func url() async throws -> String { try await call("GET", "/url") as? String ?? "" }

    /// What JavaScript returns; run by the driver, which the page's policy does not bind.
    func value(_ script: String) async throws -> Any? {
        let value = try await call("POST", "/execute/sync", ["script": "return \(script)", "args": [Any]()])
        return value is NSNull ? nil : value
    }

    /// Runs a script for what it does.
    func run(_ script: String) async throws {
        _ = try await call("POST", "/execute/sync", ["script": script, "args": [Any]()])
    }

    /// What the promise of a script comes to.
    func answer(_ script: String) async throws -> Any? {
        let script = "var done=arguments[0];(\(script)).then(done,function(error){done(String(error))})"
        let value = try await call("POST", "/execute/async", ["script": script, "args": [Any]()])
        return value is NSNull ? nil : value
    }

    func text(_ selector: String = "body") async throws -> String {
        try await value("document.querySelector('\(selector)')?.innerText") as? String ?? ""
    }

    func click(_ selector: String) async throws { _ = try await click("css selector", selector) }

    func clickLink(_ text: String) async throws { _ = try await click("link text", text) }

    /// Clicks a link until it has led to another page: a page that loads itself again at that moment goes on
    /// showing itself, and a reader would click once more.
    func follow(_ link: String) async throws {
        var clicked: (page: String, at: ContinuousClock.Instant)?
        try await eventually("the link '\(link)' leads to another page") {
            if let clicked, try await url() != clicked.page { return true }
            if let clicked, ContinuousClock.now - clicked.at < .seconds(10) { return false }
            let page = try await click("link text", link)
            clicked = (page, .now)
            return try await url() != page
        }
    }

    /// Clicks an element and returns the address of its page: an earlier click may still be on its way, and
    /// the page that it leads to is not where this one leads. A page that loads itself again may take the
    /// element away just before it is clicked.
    private func click(_ strategy: String, _ value: String) async throws -> String {
        var page = ""
        try await eventually("there is \(value) to click") {
            do {
                let element = try await element(strategy, value)
                page = try await url()
                _ = try await call("POST", "/element/\(element)/click", [:])
                return true
            } catch let failure as Failure
                where Self.goneElement.contains(where: failure.description.contains)
            {
                return false
            }
        }
        return page
    }

    /// Chromium's words for an element whose page is gone, depending on the moment.
    private static let goneElement = ["stale element", "no such element", "does not belong to the document"]

    func type(_ text: String, into selector: String) async throws {
        let element = try await element("css selector", selector)
        _ = try await call("POST", "/element/\(element)/value", ["text": text])
    }

    private func element(_ strategy: String, _ value: String) async throws -> String {
        let found = try await call("POST", "/element", ["using": strategy, "value": value])
        // The key is the protocol's own, section 11.
        guard let id = (found as? [String: Any])?["element-6066-11e4-a52e-4f735466cecf"] as? String else {
            throw Failure(description: "no element \(value)")
        }
        return id
    }

    /// What the browser complained about since the last call: errors of scripts, refused loads, policy
    /// violations.
    func complaints() async throws -> [String] {
        try await entries("browser").filter { ["SEVERE", "WARNING"].contains($0["level"] as? String) }
            .map { "\($0["message"] ?? "")" }
    }

    /// Every address that was asked for since the last call.
    func requests() async throws -> [String] {
        try await events().compactMap { method, parameters in
            guard method == "Network.requestWillBeSent" else { return nil }
            return (parameters["request"] as? [String: Any])?["url"] as? String
        }
    }

    /// What was really sent with the requests for `url` since the last call of this or `requests()`, names in
    /// lower case.
    func requestHeaders(of url: String) async throws -> [[String: String]] {
        let events = try await events()
        let identifiers = Set(
            events.compactMap { method, parameters -> String? in
                guard method == "Network.requestWillBeSent",
                    (parameters["request"] as? [String: Any])?["url"] as? String == url
                else { return nil }
                return parameters["requestId"] as? String
            })
        return events.compactMap { method, parameters in
            guard method == "Network.requestWillBeSentExtraInfo",
                identifiers.contains(parameters["requestId"] as? String ?? ""),
                let headers = parameters["headers"] as? [String: String]
            else { return nil }
            return Dictionary(headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        }
    }

    /// What the browser's developer tools would show.
    private func events() async throws -> [(method: String, parameters: [String: Any])] {
        try await entries("performance").compactMap { entry in
            guard let text = entry["message"] as? String,
                let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
                let message = object["message"] as? [String: Any],
                let method = message["method"] as? String,
                let parameters = message["params"] as? [String: Any]
            else { return nil }
            return (method, parameters)
        }
    }

    private func entries(_ type: String) async throws -> [[String: Any]] {
        try await call("POST", "/se/log", ["type": type]) as? [[String: Any]] ?? []
    }

    /// Keeps pictures of the page in each look, as long as the page is, if `HASHDROP_SCREENSHOTS` names a
    /// folder.
    func screenshots(_ name: String) async throws {
        guard let folder = ProcessInfo.processInfo.environment["HASHDROP_SCREENSHOTS"] else { return }
        try await inEachLook { look in
            let height =
                try await value("Math.min(4000,document.documentElement.scrollHeight)") as? Int ?? 900
            let width = try await value("innerWidth") as? Int ?? 1280
            let answer = try await developerTool(
                "Page.captureScreenshot",
                [
                    "captureBeyondViewport": true,
                    "clip": ["x": 0, "y": 0, "width": width, "height": max(600, height), "scale": 1],
                ])
            let picture = (answer as? [String: Any])?["data"] as? String ?? ""
            try Data(base64Encoded: picture)?.write(to: URL(filePath: "\(folder)/\(name)-\(look).png"))
        }
    }

    func developerTool(_ command: String, _ parameters: [String: Any]) async throws -> Any {
        try await call("POST", "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func call(_ method: String, _ path: String, _ body: [String: Any]? = nil) async throws -> Any {
        try await Self.call(client, method, session + path, body)
    }

    private static func call(
        _ client: RawClient, _ method: String, _ path: String, _ body: [String: Any]?
    ) async throws -> Any {
        let text = try body.map {
            String(decoding: try JSONSerialization.data(withJSONObject: $0), as: UTF8.self)
        }
        let answer = try await client.send(
            method, "/session" + path, body: text, contentType: "application/json")
        let object = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        guard answer.status == 200 else {
            throw Failure(description: "\(method) \(path): \(object ?? [:])")
        }
        return object?["value"] ?? NSNull()
    }
}
