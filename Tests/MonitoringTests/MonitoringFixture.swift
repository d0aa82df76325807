import Foundation
import Logging
import Model
import Monitoring
import ServiceLifecycle
import Support
import Synchronization
import TestSupport

/// A listener of a test's own, with what the daemon would tell.
final class MonitoringFixture: Sendable {
    let registry = MetricsRegistry()
    let clock = ManualClock()
    let told: Exchangeable<Told>
    private let service: MonitoringService

    /// What the daemon tells of itself.
    struct Told: Sendable {
        /// Nil for a daemon that does not answer.
        var state: DaemonState? = DaemonState()
        var stuckParts: [String]? = []
    }

    init(_ options: MonitoringOptions, _ told: Told = Told()) throws {
        let told = Exchangeable(told)
        self.told = told
        service = try MonitoringService(
            options: options, registry: registry,
            queries: MonitoringQueries(
                state: {
                    if let state = told.value.state { return state }
                    await Self.hang()
                    return DaemonState()
                },
                stuckParts: {
                    if let parts = told.value.stuckParts { return parts }
                    await Self.hang()
                    return []
                }), clock: clock, logger: Self.logger)
    }

    private static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// For as long as the tests run: its clock stands still.
    private static func hang() async { try? await ManualClock().sleep(for: .seconds(1)) }

    /// Listens on this task.
    func run() async throws { try await service.run() }

    /// Runs `body` with a listener on a free port.
    static func listening(
        _ told: Told = Told(), _ change: (inout MonitoringOptions) -> Void = { _ in },
        _ body: (_ daemon: MonitoringFixture, _ client: RawClient) async throws -> Void
    ) async throws {
        var options = MonitoringOptions(port: 0, version: "0.0.0-test")
        // A machine that is busy with other tests is no slow client.
        options.connectionTimeout = .seconds(600)
        change(&options)
        let fixture = try MonitoringFixture(options, told)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: fixture.service)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try await eventually("it listens") { fixture.service.boundPort }
            do {
                try await body(fixture, RawClient(port: port))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
