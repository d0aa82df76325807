import HTTPTypes
import Hummingbird
import Logging
import Model

/// Middleware that finds out over which connection a request came, and has browsers come back over TLS.
struct ConnectionMiddleware: RouterMiddleware {
    let trustedProxies: Set<NetworkAddress>

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.connection = ClientConnection(
            request.head, peer: context.peer, trustedProxies: trustedProxies)
        var response = try await next(request, context)
        SecurityHeaders.requireTLS(&response.headers, for: context.connection)
        return response
    }
}

/// Middleware that answers an error with a page, and HEAD without a body.
struct ErrorMiddleware: RouterMiddleware {
    let responses: ResponseBuilder
    let logger: Logger

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            // Its text is for the log, not for clients.
            logger.error("The page failed.", metadata: ["reason": "\(error)"])
            response = responses.message(.internalServerError, "Something went wrong here. It is in the log.")
        }
        return request.method == .head ? response.createHeadResponse() : response
    }
}

/// Middleware that rejects a request before it is looked at: without TLS, for another host, with an address
/// that is too long.
struct RejectionMiddleware: RouterMiddleware {
    let hosts: HostAllowlist
    let isForProxiesOnly: Bool
    let responses: ResponseBuilder
    let log: RejectionLog

    private static let targetBytesMax = 2_048

    private static let secondHost = HTTPField.Name("Host")!

    /// Whether every proxy reads the same out of the head: one `Host` (the first is not among the fields any
    /// more), and no coding of the body but chunks.
    private static func isPlainlyFramed(_ fields: HTTPFields) -> Bool {
        fields[values: secondHost].isEmpty
            && fields[values: .transferEncoding].allSatisfy { $0.lowercased() == "chunked" }
            && fields[values: .transferEncoding].count <= 1
    }

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let connection = context.connection
        // A client without TLS must not even see a form to type a password into.
        if isForProxiesOnly && !connection.isSecure {
            log.write(
                "A request without TLS was rejected; web.trustedProxies names the proxies that may send any.",
                connection)
            var response = responses.message(.forbidden, "This page is reached over TLS only.")
            response.headers[.connection] = "close"
            return response
        }
        guard request.head.path?.hasPrefix("/") == true, Self.isPlainlyFramed(request.head.headerFields)
        else {
            var response = responses.message(.badRequest, "The request can be read in two ways.")
            response.headers[.connection] = "close"
            return response
        }
        guard hosts.allows(connection.authority) else {
            log.write(
                "A request for another host was rejected; web.publicHosts names the allowed ones.",
                connection, host: connection.authority ?? "")
            return responses.message(.misdirectedRequest, "This page is not served under that name.")
        }
        guard (request.head.path ?? "").utf8.count <= Self.targetBytesMax else {
            return responses.message(.uriTooLong, "The address is too long.")
        }
        return try await next(request, context)
    }
}

/// Middleware that lets a client only read, but for the two forms.
struct ReadOnlyMiddleware: RouterMiddleware {
    let responses: ResponseBuilder

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let forms: Set<WebRoute?> = [.login, .logout]
        let isForm = request.method == .post && forms.contains(WebRoute(rawValue: request.uri.path))
        guard isForm || request.method == .get || request.method == .head else {
            var response = responses.message(.methodNotAllowed, "This page can only be read.")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        return try await next(request, context)
    }
}

/// Middleware that knows one spelling of a path. The router takes `/jobs//` for `/jobs`, and a relative link
/// leads elsewhere from there.
struct PathMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        guard path == "/" || !path.hasSuffix("/") && !path.contains("//") else {
            throw HTTPError(.notFound)
        }
        return try await next(request, context)
    }
}
