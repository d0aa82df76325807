import Foundation
import Model
import Reporting
import Simulator
import TestSupport

/// A spool and reports of a test's own, a simulated VirusTotal, and the real programs between them.
final class DaemonFixture {
    let folder = TemporaryFolder()
    private let log = TemporaryFolder()
    private var daemon: Process?
    var environment: [String: String]

    /// - Parameter endpoint: the simulator's address.
    init(endpoint: String, settings: [String: String] = [:]) {
        environment = [
            "HASHDROP_VIRUSTOTAL_ENDPOINT": endpoint,
            "HASHDROP_VIRUSTOTAL_API_KEY": SimulatedAccount.demoKey,
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "0", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "0",
            "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH": "0", "HASHDROP_REPORTS_PARTIAL_EVERY": "1s",
            // Many daemons at once cannot all have the page's port.
            "HASHDROP_WEB_LISTEN": "off",
        ]
        environment.merge(settings) { _, new in new }
    }

    deinit {
        daemon?.terminate()
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

    /// Starts the daemon for alice and waits until it watches her folder.
    func serve() async throws {
        _ = try await hashdrop("user", "add", "alice")
        try startDaemon()
        try await eventually("the daemon watches: \(try daemonLog())") {
            try await self.hashdrop("status").output.contains("alice: events")
        }
    }

    /// Starts the daemon and does not wait for it.
    func startDaemon() throws {
        daemon = try Program.start(program, ["serve"], environment: environment, in: folder, log: log)
    }

    /// The daemon's program; `withoutHelper` takes `hashdrop-watch` from its side.
    var program = Program.path("hashdrop")
    var processID: Int32? { daemon?.processIdentifier }

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
    func stop(signal: Int32 = SIGTERM) async {
        guard let process = daemon else { return }
        kill(process.processIdentifier, signal)
        await Program.exit(of: process)
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

    /// Alice's report folders whose files were dropped as `name`, the oldest first.
    func folders(_ name: String) -> [URL] {
        let path = reports.path(percentEncoded: false)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasSuffix("_" + name) }.sorted()
            .map { reports.appending(path: $0, directoryHint: .isDirectory) }
    }

    /// The report of the `number`-th file dropped as `name`, once it is final.
    func finished(
        _ name: String, number: Int = 0, within bound: Duration = .seconds(60)
    ) async throws -> Report {
        try await eventually("a report of \(name)", within: bound) {
            guard self.folders(name).count > number else { return nil }
            let report = Report(folder: self.folders(name)[number])
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

    /// The waiting files' entries in an index, as markup.
    func waiting() throws -> [String] {
        try text("index.html").components(separatedBy: "<li class=w>").dropFirst()
            .map { $0.components(separatedBy: "</ul>")[0] }
    }

    /// The CSV's first column without its heading, and without the apostrophe before what reads as a number: the hashes of these tests need no quoting.
    func hashes() throws -> [String] {
        try text("report.csv").split(separator: "\r\n").dropFirst()
            .map { String($0.prefix { $0 != "," }.drop { $0 == "'" }) }
    }
}
