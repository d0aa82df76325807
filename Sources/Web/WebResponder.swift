import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import Store

/// A request's connection.
struct WebContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }

    var peer: NetworkAddress? { channel.remoteAddress?.ipAddress.flatMap(NetworkAddress.init) }
}

/// Answers requests: first whether it is answered at all, then who asks, then what is asked for.
struct WebResponder: HTTPResponder {
    let hosts: HostRule
    let trustedProxies: Set<NetworkAddress>
    let hasTLS: Bool
    let pages: WebPages
    let logins: LoginPages
    let logger: Logger

    private static let targetBytesMax = 2_048

    func respond(to request: Request, context: WebContext) async throws -> Response {
        let visit = Visit(
            request.head, peer: context.peer, hasTLS: hasTLS, trustedProxies: trustedProxies)
        var response: Response
        do {
            response = try await answer(request, visit)
        } catch {
            // An error of ours: its text is for the log, not for visitors.
            logger.error("The page failed.", metadata: ["reason": "\("\(error)".showingControls)"])
            response = pages.message(.internalServerError, "Something went wrong here. It is in the log.")
        }
        if request.method == .head {
            let length = response.headers[.contentLength]
            response = response.createHeadResponse()
            response.headers[.contentLength] = length
        }
        return response
    }

    private func answer(_ request: Request, _ visit: Visit) async throws -> Response {
        guard hosts.allows(visit.authority) else {
            logger.notice(
                "A request for another host was refused; web.publicHosts names the allowed ones.",
                metadata: [
                    "host": "\((visit.authority ?? "").prefix(200).showingControls)",
                    "address": "\(visit.address?.description ?? "?")",
                ])
            return pages.message(.misdirectedRequest, "This page is not served under that name.")
        }
        guard (request.head.path ?? "").utf8.count <= Self.targetBytesMax else {
            return pages.message(.uriTooLong, "The address is too long.")
        }
        let route = WebRoute(path: Self.path(request))
        switch (request.method, route) {
        case (.post, .login): return try await logins.logIn(request, visit)
        case (.post, .logout): return try await logins.logOut(request, visit)
        case (.get, _), (.head, _): return try await show(route, request, visit)
        default:
            var response = pages.message(.methodNotAllowed, "This page can only be read.")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
    }

    /// The path as it was sent, without query and without decoding.
    private static func path(_ request: Request) -> Substring {
        (request.head.path ?? "").prefix { $0 != "?" && $0 != "#" }
    }

    private func show(_ route: WebRoute, _ request: Request, _ visit: Visit) async throws -> Response {
        switch route {
        case .style: return pages.asset(WebFrame.style, type: "text/css; charset=utf-8")
        case .script: return pages.asset(WebFrame.script, type: "text/javascript; charset=utf-8")
        default: break
        }
        let visitor = try await logins.visitor(request.headers, visit)
        if route == .login {
            return visitor == nil ? logins.form(request.headers, visit) : pages.redirect("/jobs")
        }
        // Whoever is not logged in learns nothing, not even which pages there are.
        guard let visitor else { return pages.redirect("/login") }
        return try await pages.show(route, to: visitor)
    }
}
