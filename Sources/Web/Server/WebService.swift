package import Cryptography
import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import Reporting
import ServiceLifecycle
package import Store
package import Support
import Synchronization

/// Web server of the read-only page: login, jobs, reports, operations.
package final class WebService: Service {
    private let options: WebOptions
    /// Answers requests, over whatever they come.
    let responder: RouterResponder<WebContext>
    private let server: HTTPServerBuilder
    private let clock: any ServiceClock
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
        options: WebOptions, database: HashdropDatabase, reports: String, queries: DaemonQueries,
        parameters: PasswordHash.Parameters = .init(), clock: any ServiceClock = SystemClock(),
        check: @escaping @Sendable (String, PasswordHash) throws -> Bool = { try $1.matches($0) },
        logger: Logger
    ) throws {
        if let complaint = options.complaint { throw WebError.options(complaint.description) }
        self.options = options
        self.clock = clock
        self.logger = logger
        server = Self.server(options)
        let data = try WebDatabase(database: database, reports: reports)
        let sessions = SessionManager(
            database: database, data: data, limits: options.sessions, clock: clock, logger: logger)
        let authenticator = Authenticator(
            data: data, sessions: sessions, options: options, parameters: parameters, clock: clock,
            check: check)
        let responses = ResponseBuilder(frame: WebFrame(options), clock: clock)
        let rejections = RejectionLog(clock: clock, logger: logger)
        let searched = try WebDatabase(database: database, reports: reports, label: "hashdrop.web.search")
        let pages = PageController(
            data: data, finder: JobFinder(data: searched, clock: clock),
            queries: BoundedQueries(queries: queries, clock: clock), responses: responses,
            reportPolicy: try Self.reportPolicy(options, database, clock), clock: clock)
        let logins = LoginController(
            authenticator: authenticator, sessions: sessions, responses: responses,
            bodyBytesMax: options.connections.bodyBytesMax, rejections: rejections, logger: logger)
        responder = WebRouter(
            options: options, responses: responses, pages: pages, logins: logins, sessions: sessions,
            rejections: rejections, logger: logger
        ).responder()
    }

    /// Today's digests and those of earlier versions, whose reports are still about.
    private static func reportPolicy(
        _ options: WebOptions, _ database: HashdropDatabase, _ clock: any ServiceClock
    ) throws -> ReportContentPolicy {
        let now = clock.now.wall
        return ReportContentPolicy(
            styles: try database.reportDigests.remember(options.reports.styles, .style, at: now),
            scripts: try database.reportDigests.remember(options.reports.scripts, .script, at: now))
    }

    private static func server(_ options: WebOptions) -> HTTPServerBuilder {
        let limits = options.connections
        let table = ConnectionTable(limits: limits, proxies: options.trustedAddresses)
        return .http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionGuard(limits: limits, table: table)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headBytesMax, maxHeaderListSize: limits.headBytesMax,
                    maxHeaderFieldCount: 64)))
    }

    /// Listens until graceful shutdown or cancellation. Throws `WebError` if the address is taken.
    ///
    /// The server itself, without Hummingbird's `Application`, whose clock for the header `Date` would wake
    /// an idle daemon each second.
    package func run() async throws {
        let logger = Self.quiet(logger)
        let server = try server.buildServer(
            configuration: ServerConfiguration(
                address: .hostname(options.address.host, port: options.address.port),
                availableConnectionsDelegate: .maximum(options.connections.connectionsMax, logger: logger)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { [self] request, writer, channel in
            try await answer(
                request, with: writer, as: WebContext(source: .init(channel: channel, logger: logger)))
        } onServerRunning: { [self] channel in
            announce(channel.localAddress?.port)
        }
        do {
            try await server.run()
        } catch let error as IOError {
            throw WebError.cannotListen(options.address, problem: String(cString: strerror(error.errnoCode)))
        }
    }

    private func answer(
        _ request: Request, with writer: consuming ResponseWriter, as context: WebContext
    ) async throws {
        var response = try await responder.respond(to: request, context: context)
        response.headers[.date] = UTCTime(clock.now.wall).httpDate
        do {
            try await writer.write(response: response.head, body: response.body)
        } catch is HTTPParserError {
            // The server would answer this error, and an answer is on its way.
            throw AnswerInterrupted()
        }
    }

    /// The rest of a request turns out to be malformed while its answer is written.
    private struct AnswerInterrupted: Error {}

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
