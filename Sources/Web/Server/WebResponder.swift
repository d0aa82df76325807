import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import Store
import Synchronization

/// A request's connection.
struct WebContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }

    var peer: NetworkAddress? { channel.remoteAddress?.ipAddress.flatMap(NetworkAddress.init) }
}

/// Answers requests: first whether it is answered at all, then who asks, then what is asked for.
struct WebResponder: HTTPResponder {
    let hosts: HostAllowlist
    let trustedProxies: Set<NetworkAddress>
    let isForProxiesOnly: Bool
    let pages: PageController
    let logins: LoginController
    let notices: RejectionLog
    let logger: Logger

    private static let targetBytesMax = 2_048

    func respond(to request: Request, context: WebContext) async throws -> Response {
        let visit = ClientConnection(
            request.head, peer: context.peer, trustedProxies: trustedProxies)
        var response: Response
        do {
            response = try await answer(request, visit)
        } catch {
            // An error of ours: its text is for the log, not for visitors.
            logger.error("The page failed.", metadata: ["reason": "\(LogText.quoted("\(error)"))"])
            response = pages.message(.internalServerError, "Something went wrong here. It is in the log.")
        }
        SecurityHeaders.requireTLS(&response.headers, for: visit)
        if request.method == .head {
            let length = response.headers[.contentLength]
            response = response.createHeadResponse()
            response.headers[.contentLength] = length
        }
        return response
    }

    private func answer(_ request: Request, _ visit: ClientConnection) async throws -> Response {
        if let refusal = refusal(request, visit) { return refusal }
        let (path, query) = Self.target(request)
        let route = WebRoute(path: path)
        switch (request.method, route) {
        case (.post, .login): return try await logins.logIn(request, visit)
        case (.post, .logout): return try await logins.logOut(request, visit)
        case (.get, _), (.head, _): return try await show(route, WebQuery(query), request, visit)
        default:
            var response = pages.message(.methodNotAllowed, "This page can only be read.")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
    }

    /// What keeps a request from being looked at.
    private func refusal(_ request: Request, _ visit: ClientConnection) -> Response? {
        // Whoever is here without TLS must not even see a form to type a password into.
        if isForProxiesOnly && !visit.isSecure {
            notices.write(
                "A visitor without TLS was refused; web.trustedProxies names who may ask here.", visit)
            var response = pages.message(.forbidden, "This page is reached over TLS only.")
            response.headers[.connection] = "close"
            return response
        }
        guard hosts.allows(visit.authority) else {
            notices.write(
                "A request for another host was refused; web.publicHosts names the allowed ones.", visit,
                host: visit.authority ?? "")
            return pages.message(.misdirectedRequest, "This page is not served under that name.")
        }
        guard (request.head.path ?? "").utf8.count <= Self.targetBytesMax else {
            return pages.message(.uriTooLong, "The address is too long.")
        }
        return nil
    }

    /// The path as it was sent, without decoding, and the query.
    private static func target(_ request: Request) -> (path: Substring, query: Substring) {
        let target = (request.head.path ?? "").prefix { $0 != "#" }
        let path = target.prefix { $0 != "?" }
        return (path, target[path.endIndex...].dropFirst())
    }

    private func show(
        _ route: WebRoute, _ query: WebQuery, _ request: Request, _ visit: ClientConnection
    ) async throws -> Response {
        switch route {
        case .style: return pages.asset(WebFrame.style, type: "text/css; charset=utf-8")
        case .script: return pages.asset(WebFrame.script, type: "text/javascript; charset=utf-8")
        default: break
        }
        let visitor = try await logins.visitor(
            request.headers, visit, isUse: SessionActivity.isUse(route, query, request.headers))
        if route == .login {
            return visitor == nil ? logins.form(request.headers, visit) : pages.redirect("/jobs")
        }
        // Whoever is not logged in learns nothing, not even which pages there are.
        guard let visitor else { return pages.redirect("/login") }
        return try await pages.show(route, query, to: visitor)
    }
}

/// The log's lines about strangers, not too many of them.
final class RejectionLog: Sendable {
    private let rate = Mutex(NoticeRate())
    private let clock: WebClock
    private let logger: Logger

    init(clock: WebClock, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    func write(_ sentence: Logger.Message, _ visit: ClientConnection, host: String? = nil) {
        let now = clock.monotonic()
        guard let leftOut = rate.withLock({ $0.admit(at: now) }) else { return }
        var metadata: Logger.Metadata = ["address": "\(visit.address?.description ?? "?")"]
        if let host { metadata["host"] = "\(LogText.quoted(host))" }
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.notice(sentence, metadata: metadata)
    }
}
