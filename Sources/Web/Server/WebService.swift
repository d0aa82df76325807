import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import Model
import NIOCore
package import Cryptography
import Reporting
import ServiceLifecycle
package import Store
import Synchronization

/// The read-only page: login, jobs, reports, operations.
package final class WebService: Service {
    private let options: WebOptions
    private let responder: WebResponder
    private let sessions: SessionCache
    private let estimates: CachedValue<[JobID: JobEstimate]>
    private let operations: CachedValue<OperationsView>
    private let server: HTTPServerBuilder
    private let logger: Logger
    private let port = Mutex<Int?>(nil)

    /// Everything but listening.
    ///
    /// - Parameters:
    ///   - reports: the folder of the users' report folders.
    ///   - parameters: what a guess at a password costs; hashes with others are replaced at the next login.
    ///   - check: whether a password is a hash's; blocks.
    /// - Throws: `WebError`.
    package init(
        options: WebOptions, database: HashdropDatabase, reports: String, sources: DaemonQueries,
        parameters: PasswordHash.Parameters = .init(), clock: WebClock = .system,
        check: @escaping @Sendable (String, PasswordHash) throws -> Bool = { try $1.matches($0) },
        logger: Logger
    ) throws {
        if let complaint = options.complaint { throw WebError.options(complaint) }
        self.options = options
        self.logger = logger
        let proxies = Set(options.trustedProxies.compactMap { NetworkAddress($0) })
        server = Self.server(options, exceptions: proxies)
        let data = WebDatabase(database: database, reports: reports)
        sessions = SessionCache(
            database: database, data: data, limits: options.sessions, clock: clock, logger: logger)
        // Short: how long a page takes must not tell anybody what others drop.
        estimates = CachedValue(patience: .milliseconds(100), ask: sources.estimates)
        operations = CachedValue(patience: .seconds(1), ask: sources.operations)
        let pages = PageController(
            data: data, frame: WebFrame(options), sources: sources.asked(by: estimates, operations),
            reportPolicy: try Self.reportPolicy(options, database, clock), clock: clock)
        let desk = Authenticator(
            data: data, sessions: sessions, options: options, parameters: parameters, clock: clock,
            check: check)
        let notices = RejectionLog(clock: clock, logger: logger)
        responder = WebResponder(
            hosts: HostAllowlist(options), trustedProxies: proxies,
            isForProxiesOnly: options.isForProxiesOnly, pages: pages,
            logins: LoginController(
                pages: pages, desk: desk, sessions: sessions,
                bodyBytesMax: options.connections.bodyBytesMax, notices: notices, logger: logger),
            notices: notices, logger: logger)
    }

    /// Today's digests and those of earlier versions, whose reports are still about.
    private static func reportPolicy(
        _ options: WebOptions, _ database: HashdropDatabase, _ clock: WebClock
    ) throws -> ReportContentPolicy {
        let now = clock.wall()
        return ReportContentPolicy(
            styles: try database.reportDigests.remember(options.reports.styles, .style, at: now),
            scripts: try database.reportDigests.remember(options.reports.scripts, .script, at: now))
    }

    private static func server(
        _ options: WebOptions, exceptions: Set<NetworkAddress>
    ) -> HTTPServerBuilder {
        let limits = options.connections
        let crowd = ConnectionCounter(
            connectionsPerAddressMax: limits.connectionsPerAddressMax, exceptions: exceptions)
        return .http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(limits: limits, crowd: crowd)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headBytesMax, maxHeaderListSize: limits.headBytesMax,
                    maxHeaderFieldCount: 64)))
    }

    /// Listens until graceful shutdown or cancellation. Throws `WebError` if the address is taken.
    package func run() async throws {
        let application = Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(options.address.host, port: options.address.port), serverName: nil,
                availableConnectionsDelegate: .maximum(options.connections.connectionsMax, logger: logger)),
            onServerRunning: { [self] channel in announce(channel.localAddress?.port) },
            logger: Self.quiet(logger))
        // Cancelled and waited for at the end, when the last changes are written down.
        async let _: Void = sessions.run()
        async let _: Void = estimates.run()
        async let _: Void = operations.run()
        do {
            try await application.run()
        } catch let error as IOError {
            throw WebError.cannotListen(options.address, problem: String(cString: strerror(error.errnoCode)))
        }
    }

    private func announce(_ port: Int?) {
        self.port.withLock { $0 = port }
        let address = port.flatMap { ListenAddress("\(bracketed(options.address.host)):\($0)") }
        logger.info("The page is there.", metadata: ["page": "http://\(address ?? options.address)/"])
    }

    private func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

    /// The port that it listens on; nil before it does.
    package var boundPort: Int? { port.withLock { $0 } }

    /// The server's own messages at `info` repeat ours.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
