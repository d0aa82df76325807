import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Simulator
import Support
import UnixSignals

/// `hashdrop simulate`: the simulated VirusTotal alone.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a simulated VirusTotal on this machine, to try things out without a key.",
        discussion: """
            Its verdicts are invented. It accepts the key \(SimulatedAccount.demoKey). \
            GET /simulator/journal tells what was asked; POST /simulator/faults makes it misbehave; \
            POST /simulator/world changes what it says of a file.
            """)

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.") var port = 8099
    @Option(help: "Requests a minute that a key is allowed; 0 is no limit.") var perMinute = 4
    @Option(help: "Requests a day; 0 is no limit.") var perDay = 500
    @Option(help: "Requests a month; 0 is no limit.") var perMonth = 15_500
    @Option(help: "Milliseconds that an answer takes.") var latency = 300
    @Option(help: "Another number, other verdicts.") var seed: UInt64 = 0
    @Option(help: "What it says of files, and from when on, as JSON Lines in this file.") var world: String?
    @Option(help: "Append what was asked to this file, as JSON Lines.") var journal: String?

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
        guard min(perMinute, perDay, perMonth, latency) >= 0 else {
            throw ValidationError("Limits and latency cannot be negative.")
        }
    }

    func run() async throws {
        var options = SimulatorOptions()
        options.port = port
        options.seed = seed
        options.latency = .milliseconds(latency)
        options.journalFile = journal
        options.world = try world.map { try WorldChange.read(path: $0) } ?? []
        options.accounts[0].limits = SimulatedLimits(
            requestsPerMinute: perMinute, requestsPerDay: perDay, requestsPerMonth: perMonth)
        let logger = ServeCommand.logger(.text, Exchangeable(.warning))
        let simulator = try SimulatedVirusTotal(options, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await ServiceGroup(
                    services: [simulator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
                ).run()
            }
            print("Simulating VirusTotal at http://127.0.0.1:\(try await simulator.boundPort())")
            fflush(nil)
            try await group.waitForAll()
        }
    }
}
