import ArgumentParser
import FileSystem
import Foundation
import Logging
import Lookup
import Model
import Reporting
import ServiceLifecycle
import Settings
import Simulator
import Spool
import Store
import Support
import VirusTotal

/// `hashdrop demo`: the daemon and a simulated VirusTotal in one process.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the daemon against a simulated VirusTotal: no key, no network, invented verdicts.")

    @Option(help: "Where the demo's spool and reports go; made if missing.") var directory = ".demo"
    @Flag(help: "Go on running after the sample list, for lists of your own.") var stay = false

    static let user = "demo"

    func run() async throws {
        let logger = ServeCommand.logger(.text, Exchangeable(stay ? .info : .warning))
        let simulator = try await SimulatedVirusTotal.start(Self.simulatorOptions, logger: Self.quiet(logger))
        for rule in DemoList.faults { _ = simulator.addFault(rule) }
        do {
            try await serve(against: simulator.baseURL, logger)
        } catch {
            try await simulator.stop()
            throw error
        }
        try await simulator.stop()
    }

    /// As fast as a good connection, and no quota: a demo need not take a public key's 25 minutes for 100
    /// hashes.
    private static var simulatorOptions: SimulatorOptions {
        var options = SimulatorOptions()
        options.latency = .milliseconds(250)
        options.latencyJitter = 0.5
        options.accounts[0].limits = .unlimited
        return options
    }

    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = .warning
        return logger
    }

    private func serve(against baseURL: String, _ logger: Logger) async throws {
        let settings = try await settings(endpoint: baseURL)
        let keys = try KeySource(
            settings: settings.virusTotal, environment: [KeySource.variable: SimulatedAccount.demoKey])
        let services = try Services(
            settings: settings, endpointName: "the simulator of 'hashdrop demo'", isSimulated: true,
            source: LookupSource(
                endpoint: try VirusTotalEndpoint(baseURL), settings: settings.virusTotal, keys: keys),
            logger: logger)
        let user = UserName(Self.user)!
        if try services.database.users.user(user) == nil {
            try services.database.users.add(User(name: user, createdAt: Date()))
        }
        let drop = "\(settings.spool.directory)/\(user)"
        try PrivateDirectory.make(at: URL(filePath: drop, directoryHint: .isDirectory))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            try await show(settings, drop: drop)
            if !stay { await services.stop() }
            try await group.waitForAll()
        }
    }

    private func settings(endpoint: String) async throws -> HashdropSettings {
        let folder = URL(filePath: directory, directoryHint: .isDirectory).path(percentEncoded: false)
            .trimmingSuffix("/")
        return try await SettingsLoader.load(
            path: nil,
            environment: [
                "HASHDROP_SPOOL_DIRECTORY": "\(folder)/spool",
                "HASHDROP_REPORTS_DIRECTORY": "\(folder)/reports",
                "HASHDROP_REPORTS_PARTIAL_EVERY": "1s", "HASHDROP_VIRUSTOTAL_ENDPOINT": endpoint,
                "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MINUTE": "0", "HASHDROP_VIRUSTOTAL_REQUESTS_PER_DAY": "0",
                "HASHDROP_VIRUSTOTAL_REQUESTS_PER_MONTH": "0", "HASHDROP_WEB_LISTEN": "off",
            ])
    }

    /// Drops the sample list, shows its progress and says how to go on.
    private func show(_ settings: HashdropSettings, drop: String) async throws {
        let reports = "\(settings.reports.directory)/\(Self.user)"
        let list = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(DemoList.text.utf8).write(to: list)
        defer { try? FileManager.default.removeItem(at: list) }
        print("Dropping \(DemoList.name) into \(drop) …")
        fflush(nil)
        let file = try FileHandle(forReadingFrom: list)
        let digest = try DroppedJob.sha256(of: file)
        let now = Date()
        let before = try DroppedJob.folderNames(in: URL(filePath: reports, directoryHint: .isDirectory))
        let name = DroppedName(DemoList.name)
        var generator = SystemRandomNumberGenerator()
        try DropFile.drop(contentsOf: file.fileDescriptor, as: name, into: drop, using: &generator)
        let job = DroppedJob(
            reports: URL(filePath: reports, directoryHint: .isDirectory),
            dropFolder: URL(filePath: drop, directoryHint: .isDirectory), name: name, sha256: digest,
            droppedAt: now, before: Set(before))
        var display: ProgressDisplay? = ProgressDisplay()
        let receipt = try await job.wait(timeout: .seconds(120), &display, isDaemonGone: { false })
        print(
            """

            \(SubmitCommand.summary(receipt.status))

            The report:      \(receipt.path(of: ReportWriter.FileName.html))
            As a table:      \(receipt.path(of: ReportWriter.FileName.csv))
            Its receipt:     \(receipt.path(of: ReportWriter.FileName.status))
            All reports:     \(reports)/index.html

            """)
        print(stay ? stayText(drop) : nextText)
        fflush(nil)
    }

    private func stayText(_ drop: String) -> String {
        "The demo goes on: copy lists of your own into \(drop). Ctrl-C ends it."
    }

    private var nextText: String {
        // As it was called: it may not be in the PATH.
        let program = CommandLine.arguments[0]
        return """
            These verdicts are invented, and every page says so. To go on:
              \(program) demo --stay
                  the same, for lists of your own
              \(program) user add NAME
                  a user with a drop folder
              HASHDROP_VIRUSTOTAL_API_KEY=… \(program) serve
                  the daemon, with your key and real verdicts
            The README tells the rest.
            """
    }
}
