import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport

@testable import Web

/// HTTP client that calls the page's router directly: no socket, no server, no wait.
struct RouterClient: Sendable {
    let responder: RouterResponder<WebContext>
    let logger: Logger

    private struct Source: RequestContextSource {
        let logger: Logger
    }

    /// Sends a request and reads the whole answer.
    ///
    /// - Parameter peer: the other end of the connection.
    func send(
        _ method: String, _ path: String, host: String? = "127.0.0.1", headers: [String: String] = [:],
        cookies: [String: String] = [:], body: String? = nil, peer: String = "127.0.0.1"
    ) async throws -> HTTPAnswer {
        var head = HTTPRequest(
            method: HTTPRequest.Method(method)!, scheme: "http", authority: host, path: path)
        for (name, value) in headers { head.headerFields[HTTPField.Name(name)!] = value }
        if !cookies.isEmpty {
            head.headerFields[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body ?? "")))
        let context = WebContext(source: Source(logger: logger), peer: NetworkAddress(peer))
        let response = try await responder.respond(to: request, context: context)
        let writer = Writer()
        try await response.body.write(writer)
        return HTTPAnswer(
            status: response.status.code, headers: response.headers.map { ($0.name.rawName, $0.value) },
            bytes: writer.bytes)
    }

    private final class Writer: ResponseBodyWriter {
        private let buffer = Mutex<[UInt8]>([])
        var bytes: [UInt8] { buffer.withLock { $0 } }

        func write(_ buffer: ByteBuffer) async throws {
            self.buffer.withLock { $0 += Array(buffer.readableBytesView) }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
