import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
package import Model
import NIOCore
import ServiceLifecycle
import Synchronization

/// Simulator of VirusTotal's API v3 on loopback: lookups, quotas, errors, faults and a journal.
///
/// As a service it runs until graceful shutdown; `start` and `stop` are for tests and for `hashdrop demo`. It
/// speaks plain HTTP and knows `GET /api/v3/files/{id}` and the three endpoints about an account's use;
/// every other path below `/api/v3` is answered with 404.
package final class SimulatedVirusTotal: Service {
    private struct Running {
        let group: ServiceGroup
        let task: Task<Void, any Error>
    }

    private let options: SimulatorOptions
    private let api: SimulatedAPI
    private let logger: Logger
    private let address = BoundAddress()
    private let held = HeldConnections()
    private let running = Mutex<Running?>(nil)

    private static let quietLogger = {
        var logger = Logger(label: "simulator")
        logger.logLevel = .warning
        return logger
    }()

    /// A simulator that does not listen yet. Throws `SimulatorError` for impossible options.
    ///
    /// Without a logger only warnings and errors are logged, under `simulator`.
    package init(_ options: SimulatorOptions = .init(), logger: Logger? = nil) throws {
        self.options = options
        let logger = logger ?? Self.quietLogger
        self.logger = logger
        api = try SimulatedAPI(options, logger: logger)
    }

    /// Starts a simulator and returns when it listens; end it with `stop`. Throws
    /// `SimulatorError`, also if the address is taken.
    package static func start(
        _ options: SimulatorOptions = .init(), logger: Logger? = nil
    ) async throws -> SimulatedVirusTotal {
        let simulator = try SimulatedVirusTotal(options, logger: logger)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: simulator)], logger: simulator.logger))
        // The task lives until `stop`, which waits for it: a test cannot be a child task's parent for longer
        // than a call.
        let task = Task { try await group.run() }
        simulator.running.withLock { $0 = Running(group: group, task: task) }
        _ = try await simulator.boundPort()
        return simulator
    }

    /// Runs `body` with a simulator that is gone afterwards. Throws as `start` and `body` do.
    package static func with(
        _ options: SimulatorOptions = .init(), isolation: isolated (any Actor)? = #isolation,
        _ body: (SimulatedVirusTotal) async throws -> Void
    ) async throws {
        let simulator = try await start(options)
        do {
            try await body(simulator)
        } catch {
            try await simulator.stop()
            throw error
        }
        try await simulator.stop()
    }

    /// Ends a simulator that `start` began: no new connections, answers under way are finished, held ones are
    /// closed. Throws what ended it before.
    package func stop() async throws {
        guard let running = running.withLock({ $0.take() }) else { return }
        await running.group.triggerGracefulShutdown()
        try await running.task.value
    }

    /// Listens until graceful shutdown or cancellation. Throws `SimulatorError` if the address is taken.
    package func run() async throws {
        let address = address
        let clock = options.clock
        let application = Application(
            responder: SimulatorResponder(api: api, options: options, held: held),
            server: .http1(configuration: .init(additionalChannelHandlers: [AnswerDate(clock)])),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: "Google Frontend"),
            onServerRunning: { channel in
                let port = channel.localAddress?.port
                address.settle(port.map { .success($0) } ?? .failure(SimulatorError.stopped))
            },
            logger: logger)
        do {
            try await withGracefulShutdownHandler {
                try await application.run()
            } onGracefulShutdown: { [held] in
                held.closeAll()
            }
        } catch let error as IOError {
            let failure = SimulatorError.cannotListen(
                host: options.host, port: options.port, problem: String(cString: strerror(error.errnoCode)))
            address.settle(.failure(failure))
            throw failure
        }
        address.settle(.failure(SimulatorError.stopped))
    }

    /// The port that it listens on, as soon as it does. Throws if it cannot listen.
    package func boundPort() async throws -> Int { try await address.port() }

    /// `http://127.0.0.1:<port>`, without a path. Only once it listens.
    package var baseURL: String {
        guard let port = address.portIfKnown else {
            preconditionFailure("the simulator does not listen yet; wait for boundPort()")
        }
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        return "http://\(host):\(port)"
    }

    /// From now on each of the file's three names finds this file; it replaces an earlier one.
    package func register(_ file: SimulatedFile) { api.register(file) }

    /// From its moment on the simulator answers by the change, whose `complaint` must be nil.
    package func change(_ change: WorldChange) {
        precondition(change.complaint == nil, change.complaint ?? "")
        api.change(change)
    }

    /// The file that the simulator answers with for `hash`.
    package func file(named hash: FileHash) -> SimulatedFile { api.file(named: hash) }

    /// Appends a rule to the plan and returns its id. The rule must make sense (`FaultRule.complaint`).
    @discardableResult
    package func addFault(_ rule: FaultRule) -> Int {
        precondition(rule.complaint == nil, rule.complaint ?? "")
        return api.addFault(rule)
    }

    /// Removes the rule with this id, if it is there.
    package func removeFault(_ id: Int) { api.removeFault(id) }
    /// From now on every answer is an ordinary one.
    package func removeAllFaults() { api.removeAllFaults() }

    /// The journal as it is now.
    package var journal: RequestJournal { api.journal }
    /// Empties the journal in memory; its file stays.
    package func clearJournal() { api.clearJournal() }

    /// From now on requests take so long; those under way take as long as they did.
    package func setLatency(_ latency: Duration) { api.setLatency(latency) }

    /// Gives every account these limits; what was used stays used.
    package func setLimits(_ limits: SimulatedLimits) { api.setLimits(limits) }

    /// Every account's quota is as if nothing had been asked.
    package func resetQuotas() { api.resetQuotas() }
}
