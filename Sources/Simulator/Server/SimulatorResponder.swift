import Compression
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Support

/// Request context: the channel, to which faults are applied.
struct SimulatorContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}

/// HTTP side of the simulator: turns requests into API requests, and answers and their faults into responses.
struct SimulatorResponder: HTTPResponder {
    let api: SimulatedAPI
    let options: SimulatorOptions
    let held: HeldConnections

    func respond(to request: Request, context: SimulatorContext) async throws -> Response {
        let path = request.uri.path
        if options.hasControlSurface, path.hasPrefix(ControlSurface.prefix) {
            return try await ControlSurface(api: api).respond(to: request)
        }
        let query = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        let answer = api.answer(
            to: APIRequest(
                method: request.method.rawValue, path: path,
                query: Dictionary(query, uniquingKeysWith: { first, _ in first }),
                key: request.headers[Self.apiKey]))
        if answer.latency > .zero { try await Self.delays.sleep(for: answer.latency) }
        return try await deliver(answer, to: request, on: context.channel)
    }

    private static let apiKey = HTTPField.Name("x-apikey")!
    private static let trace = HTTPField.Name("x-cloud-trace-context")!
    private static let dripPieces = 16
    /// Delays are real, whatever clock the quotas run by.
    private static let delays = SystemClock()

    private func deliver(
        _ answer: APIAnswer, to request: Request, on channel: any Channel
    ) async throws -> Response {
        let seconds = answer.fault?.seconds ?? 0
        switch answer.fault?.kind {
        case .noAnswer:
            try await hold(request, channel, seconds: seconds)
            return Response(status: .internalServerError)
        case .slowFirstByte: try await pause(seconds)
        default: break
        }
        let body = Self.bytes(answer.body)
        let acceptsGzip = request.headers[.acceptEncoding]?.contains("gzip") ?? false
        let isGzip: Bool =
            answer.fault?.kind == .gzip
            || options.usesGzip && answer.mayBeCompressed && acceptsGzip && !body.isEmpty
        let sent = isGzip ? GzipStream.compress(body, .fastest) : body
        return response(answer, ByteBuffer(bytes: sent), isGzip: isGzip, channel)
    }

    private func response(
        _ answer: APIAnswer, _ body: ByteBuffer, isGzip: Bool, _ channel: any Channel
    ) -> Response {
        var headers = Self.headers(answer)
        if isGzip { headers[.contentEncoding] = "gzip" }
        if answer.fault?.kind != .chunked { headers[.contentLength] = String(body.readableBytes) }
        let status = HTTPResponse.Status(code: answer.status)
        switch answer.fault?.kind {
        case .truncatedBody, .resetMidBody:
            let isReset = answer.fault?.kind == .resetMidBody
            let half = body.getSlice(at: 0, length: body.readableBytes / 2) ?? body
            let broken = ResponseBody { writer in
                try await writer.write(half)
                if isReset { try await Self.reset(channel) }
                // The end of the body is never written: the server closes the connection on an error.
                throw CancellationError()
            }
            return Response(status: status, headers: headers, body: broken)
        case .slowDrip:
            let pieces = Self.pieces(body, count: Self.dripPieces)
            let seconds = (answer.fault?.seconds ?? 0) / Double(Self.dripPieces)
            let dripping = ResponseBody { writer in
                for piece in pieces {
                    try await pause(seconds)
                    try await writer.write(piece)
                }
                try await writer.finish(nil)
            }
            return Response(status: status, headers: headers, body: dripping)
        case .chunked:
            let pieces = Self.pieces(body, count: 4)
            let chunked = ResponseBody { writer in
                for piece in pieces { try await writer.write(piece) }
                try await writer.finish(nil)
            }
            return Response(status: status, headers: headers, body: chunked)
        default:
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
        }
    }

    /// The headers of recorded answers of 2020 to 2026, but no offer of HTTP/3, which is not spoken here.
    private static func headers(_ answer: APIAnswer) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] =
            switch answer.body {
            case .html: "text/html; charset=utf-8"
            default: answer.status == 429 ? "application/json; charset=utf-8" : "application/json"
            }
        headers[.vary] = "Accept-Encoding"
        headers[.cacheControl] = "no-cache"
        headers[.via] = "1.1 google"
        headers[trace] = answer.traceID
        if let retryAfter = answer.retryAfter { headers[.retryAfter] = retryAfter }
        return headers
    }

    private static func bytes(_ body: APIAnswer.Body) -> [UInt8] {
        switch body {
        case .json(let bytes): bytes
        case .file(let file, let paddingBytes): FileObjectWriter.body(of: file, paddingBytes: paddingBytes)
        case .html(let text): Array(text.utf8)
        case .empty: []
        }
    }

    private static func pieces(_ body: ByteBuffer, count: Int) -> [ByteBuffer] {
        let size = max(1, (body.readableBytes + count - 1) / count)
        return stride(from: 0, to: body.readableBytes, by: size).compactMap {
            body.getSlice(at: $0, length: min(size, body.readableBytes - $0))
        }
    }

    private func hold(_ request: Request, _ channel: any Channel, seconds: Double) async throws {
        try await request.body.consumeWithInboundCloseHandler { _ in
            try await held.hold(channel, seconds: seconds)
        } onInboundClosed: {
            // The client has given up; half-closed, the connection would wait for the time limit.
            channel.close(promise: nil)
        }
    }

    /// Waits, and throws `CancellationError` if the server is being shut down meanwhile.
    private func pause(_ seconds: Double) async throws {
        try await cancelWhenGracefulShutdown { try await Self.delays.sleep(for: .seconds(seconds)) }
    }

    /// Ends the connection with a reset, as a crashed host or an unkind firewall does.
    private static func reset(_ channel: any Channel) async throws {
        if let socket = channel as? any SocketOptionProvider {
            // Closing with unsent time zero makes the kernel send RST instead of FIN.
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close().get()
    }
}
