import Foundation
import Model
import Reporting
import Simulator
import TestSupport

/// A spool and reports of a test's own, a simulated VirusTotal, and the real programs between them.
final class DaemonFixture {
    let folder = TemporaryFolder()
    private let log = TemporaryFolder()
    private var daemon: ChildProcess?
    var environment: [String: String]

    /// - Parameter endpoint: VirusTotal's address; by default there is nothing.
    init(endpoint: String = "http://127.0.0.1:1", settings: [String: String] = [:]) {
        environment = [
            "HASHDROP_VIRUSTOTAL_ENDPOINT": endpoint,
            "HASHDROP_VIRUSTOTAL_API_KEY": SimulatedAccount.demoKey,
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "0", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "0",
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH": "0", "HASHDROP_REPORTS_PARTIAL_EVERY": "1s",
            // Several daemons at once cannot all have the page's port.
            "HASHDROP_WEB_LISTEN": "off",
        ]
        environment.merge(settings) { _, new in new }
    }

    /// Runs `body` with a fixture of a simulator of its own; its daemon is gone afterwards. An error comes
    /// with the end of the daemon's log.
    static func with(
        _ options: SimulatorOptions = .unlimited(), settings: [String: String] = [:],
        _ body: (DaemonFixture, SimulatedVirusTotal) async throws -> Void
    ) async throws {
        try await SimulatedVirusTotal.with(options) { simulator in
            let place = DaemonFixture(endpoint: simulator.baseURL, settings: settings)
            do {
                try await body(place, simulator)
            } catch {
                let log = (try? place.daemonLog()) ?? ""
                try await place.stop()
                throw Failure(cause: error, log: String(log.suffix(4_000)))
            }
            try await place.stop()
        }
    }

    private struct Failure: Error, CustomStringConvertible {
        var cause: any Error
        var log: String

        var description: String { "\(cause)\nThe daemon's log:\n\(log)" }
    }

    deinit {
        daemon?.send(SIGTERM)
        if let lonelyFolder { try? FileManager.default.removeItem(at: lonelyFolder) }
    }

    var drop: URL { folder.url.appending(path: "spool/alice", directoryHint: .isDirectory) }
    var reports: URL { folder.url.appending(path: "reports/alice", directoryHint: .isDirectory) }

    /// Runs `hashdrop` to its end.
    func hashdrop(
        _ arguments: String..., input: String? = nil, environment extra: [String: String?] = [:]
    ) async throws -> Program.Ended {
        var environment = environment
        for (name, value) in extra { environment[name] = value }
        return try await Program.run(
            program, arguments, environment: environment, input: input, in: folder)
    }

    func shell(_ script: String) async throws -> Program.Ended {
        try await Program.run("/bin/bash", ["-euc", script], in: folder)
    }

    /// Starts the daemon for alice and waits until her folder is looked at by `events` or by `polling`.
    ///
    /// - Parameter reason: what the status must say as well: a folder is polled until the helper watches it,
    ///   and why it does not is known later.
    func serve(watching: String = "events", reason: String = "") async throws {
        _ = try await hashdrop("user", "add", "alice")
        try startDaemon()
        try await eventually("alice's folder is looked at by \(watching) \(reason)") {
            let status = try await self.hashdrop("status").output
            return status.contains("alice: \(watching)") && (reason.isEmpty || status.contains(reason))
        }
    }

    /// Starts the daemon and does not wait for it.
    func startDaemon() throws {
        daemon = try Program.start(program, ["serve"], environment: environment, in: folder, log: log)
    }

    /// The daemon's program; `withoutHelper` takes `hashdrop-watch` from its side.
    var program = Program.path("hashdrop")
    var processID: Int32? { daemon?.id }

    /// The daemon runs from a folder of its own, where no helper lies.
    func withoutHelper() throws {
        let lonely = Program.folder.appending(path: "without-helper-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: lonely, withIntermediateDirectories: true)
        program = lonely.appending(path: "hashdrop").path(percentEncoded: false)
        try FileManager.default.linkItem(atPath: Program.path("hashdrop"), toPath: program)
        lonelyFolder = lonely
    }

    /// The daemon runs with this program as its helper.
    func withHelper(_ script: String) throws {
        try withoutHelper()
        guard let helper = lonelyFolder?.appending(path: "hashdrop-watch") else { return }
        try Data(script.utf8).write(to: helper)
        chmod(helper.path(percentEncoded: false), 0o755)
    }

    /// Whether the daemon that was started has not ended.
    var isServing: Bool { daemon?.isRunning ?? false }

    private var lonelyFolder: URL?

    /// Ends the daemon in good order, or not.
    func stop(signal: Int32 = SIGTERM) async throws {
        daemon?.send(signal)
        try await daemon?.end()
        daemon = nil
    }

    /// Where the daemon's page is, once it is there.
    func pageAddress() async throws -> String {
        try await eventually("the page's address is logged") {
            try self.daemonLog().components(separatedBy: "page=").dropFirst().first
                .map { String($0.prefix { !$0.isWhitespace }) }
        }
    }

    func daemonLog() throws -> String { try Program.text(log, "errors") }

    /// The report of the `number`-th file that a user dropped as `name`, once it is final.
    func finished(
        _ name: String, of user: String = "alice", number: Int = 0, within bound: Duration = .seconds(180)
    ) async throws -> Report {
        try await eventually("a report of \(name)", within: bound) {
            guard let folder = self.folders(name, of: user).dropFirst(number).first else { return nil }
            let report = Report(folder: folder)
            return report.status.map { $0.state != "running" } == true ? report : nil
        }
    }
}

/// What stands in one report folder.
struct Report {
    let folder: URL

    var status: StatusDocument? {
        (try? Data(contentsOf: folder.appending(path: "status.json"))).flatMap {
            try? StatusDocument(json: $0)
        }
    }

    func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: file)), as: UTF8.self)
    }

    /// The CSV's first column without its heading, and without the apostrophe before what reads as a number:
    /// the hashes of these tests need no quoting.
    func hashes() throws -> [String] {
        try text("report.csv").split(separator: "\r\n").dropFirst()
            .map { String($0.prefix { $0 != "," }.drop { $0 == "'" }) }
    }
}

extension SimulatorOptions {
    /// Without quotas.
    static func unlimited(latency: Duration = .zero) -> SimulatorOptions {
        var options = SimulatorOptions()
        options.accounts[0].limits = .unlimited
        options.latency = latency
        return options
    }
}
