import Foundation
import HTTPTypes
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
package import Support
import Synchronization

/// Listener for metrics and health: `/metrics` for Prometheus, `/livez`, `/readyz` and `/healthz`.
///
/// Not the page's: it takes no password, so it listens on this machine alone unless the operator says
/// otherwise, and tells nothing of lists.
package final class MonitoringService: Service {
    private let options: MonitoringOptions
    private let responder: MonitoringResponder
    private let clock: any ServiceClock
    private let logger: Logger
    private let port = Mutex<Int?>(nil)

    /// Everything but listening. Throws `MonitoringError` if the options must not be used.
    ///
    /// - Parameter registry: the metrics factory with which the daemon's parts were made.
    package init(
        options: MonitoringOptions, registry: MetricsRegistry, queries: MonitoringQueries,
        clock: any ServiceClock, logger: Logger
    ) throws {
        if let complaint = options.complaint { throw MonitoringError.options(complaint.description) }
        self.options = options
        self.clock = clock
        self.logger = logger
        responder = MonitoringResponder(options, registry: registry, queries: queries, clock: clock)
    }

    /// Listens until graceful shutdown or cancellation. Throws `MonitoringError` if the address is taken.
    ///
    /// By Hummingbird's server alone, without its `Application`, whose clock for the field `Date` would wake
    /// an idle daemon each second.
    package func run() async throws {
        let logger = Self.quiet(logger)
        let timeout = options.connectionTimeout
        let server = try HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionLifetime(timeout: timeout)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: options.headBytesMax, maxHeaderListSize: options.headBytesMax,
                    maxHeaderFieldCount: Self.headFieldsMax))
        ).buildServer(
            configuration: ServerConfiguration(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: .maximum(options.connectionsMax, logger: logger)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { [self] request, writer, _ in
            try await answer(request, with: writer)
        } onServerRunning: { [self] channel in
            announce(channel.localAddress?.port)
        }
        do {
            try await server.run()
        } catch let error as IOError {
            throw MonitoringError.cannotListen(
                address: options.address, problem: String(cString: strerror(error.errnoCode)))
        }
    }

    private static let headFieldsMax = 32

    /// The first `Host` is the head's `authority` and not among the fields.
    private static let furtherHost = HTTPField.Name("Host")!

    private func answer(_ request: Request, with writer: consuming ResponseWriter) async throws {
        let answer = await responder.answer(
            method: request.method.rawValue, path: request.head.path ?? "", host: request.head.authority,
            hasFurtherHosts: request.headers[Self.furtherHost] != nil)
        var fields: HTTPFields = [
            .contentType: answer.contentType, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            // One request a connection: the rest of it is not looked at.
            .connection: "close", .date: UTCTime(clock.now.wall).httpDate,
        ]
        if answer.status == 405 { fields[.allow] = MonitoringResponder.methods.joined(separator: ", ") }
        var response = Response(
            status: .init(code: answer.status), headers: fields,
            body: .init(byteBuffer: ByteBuffer(string: answer.text)))
        if request.method == .head { response = response.createHeadResponse() }
        do {
            try await writer.write(response: response.head, body: response.body)
        } catch {
            // Not the error itself: the server would answer that the rest of a request is malformed, and an
            // answer is on its way.
            throw AnswerInterrupted()
        }
    }

    private struct AnswerInterrupted: Error {}

    private func announce(_ port: Int?) {
        self.port.withLock { $0 = port }
        var options = options
        options.port = port ?? options.port
        logger.info("The metrics are there.", metadata: ["metrics": "http://\(options.address)/metrics"])
    }

    /// The port that it listens on; nil before it does.
    package var boundPort: Int? { port.withLock { $0 } }

    /// The server's own messages at `info` repeat ours.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
