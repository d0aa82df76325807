import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Model
import Store

/// Logging in and out, and telling who is logged in.
struct LoginController: Sendable {
    let pages: PageController
    let desk: Authenticator
    let sessions: SessionCache
    let bodyBytesMax: Int
    let notices: RejectionLog
    let logger: Logger

    /// Who this is, by the session in the cookie; nil for nobody.
    ///
    /// - Parameter isUse: whether a person asks, and not a page that loads itself again.
    func visitor(_ fields: HTTPFields, _ visit: ClientConnection, isUse: Bool) async throws -> AuthenticatedUser? {
        guard let id = WebCookie.session.token(in: fields, isSecure: visit.isSecure) else { return nil }
        return try await sessions.user(id.hash, isUse: isUse).map {
            AuthenticatedUser(user: $0, formToken: id.formToken)
        }
    }

    /// The login form, tied to the browser that asks for it.
    func form(_ fields: HTTPFields, _ visit: ClientConnection, _ notice: LoginPage.Notice? = nil) -> Response {
        let known = WebCookie.form.token(in: fields, isSecure: visit.isSecure)
        let token = known ?? SecretToken()
        var response = pages.html("Log in") { page in
            LoginPage(notice: notice, formToken: token.formToken).append(to: &page)
        }
        if known == nil {
            response.headers[values: .setCookie] = [
                WebCookie.form.keeping(token, isSecure: visit.isSecure)
            ]
        }
        return response
    }

    func logIn(_ request: Request, _ visit: ClientConnection) async throws -> Response {
        guard OriginCheck.allows(request.headers, of: visit) else { return foreignForm(visit) }
        guard let body = await body(of: request) else { return tooLarge() }
        guard let token = WebCookie.form.token(in: request.headers, isSecure: visit.isSecure),
            token.matches(formToken: body["token"].utf8)
        else {
            var response = form(request.headers, visit, .tryAgain)
            response.status = .forbidden
            return response
        }
        let outcome = try await desk.logIn(
            name: body["user"], password: body["password"], from: visit.address)
        switch outcome {
        case .welcome(let user, let id): return try await welcome(user, id, request.headers, visit)
        case .wrong:
            // The name is not written down: people type passwords into the wrong field.
            logger.notice("A login failed.", metadata: ["address": "\(visit.address?.description ?? "?")"])
            return form(request.headers, visit, .wrong)
        case .wait(let wait): return later(form(request.headers, visit, .wait(wait)), wait)
        case .busy: return later(form(request.headers, visit, .busy), .seconds(5))
        }
    }

    func logOut(_ request: Request, _ visit: ClientConnection) async throws -> Response {
        guard OriginCheck.allows(request.headers, of: visit) else { return foreignForm(visit) }
        guard let body = await body(of: request) else { return tooLarge() }
        guard let id = WebCookie.session.token(in: request.headers, isSecure: visit.isSecure) else {
            return pages.redirect("/login")
        }
        guard id.matches(formToken: body["token"].utf8) else { return foreignForm(visit) }
        try await sessions.end(id.hash)
        var response = pages.redirect("/login")
        response.headers[values: .setCookie] = [WebCookie.session.removing(isSecure: visit.isSecure)]
        return response
    }

    private func welcome(
        _ user: UserName, _ id: SecretToken, _ fields: HTTPFields, _ visit: ClientConnection
    ) async throws -> Response {
        if let old = WebCookie.session.token(in: fields, isSecure: visit.isSecure) {
            try await sessions.end(old.hash)
        }
        logger.info(
            "Logged in.",
            metadata: ["user": "\(user)", "address": "\(visit.address?.description ?? "?")"])
        var response = pages.redirect("/jobs")
        response.headers[values: .setCookie] = [
            WebCookie.session.keeping(id, isSecure: visit.isSecure),
            WebCookie.form.removing(isSecure: visit.isSecure),
        ]
        return response
    }

    /// The form's fields; none if it is no form, nil if it is too large.
    private func body(of request: Request) async -> FormBody? {
        guard let bytes = try? await request.body.collect(upTo: bodyBytesMax) else { return nil }
        return FormBody(bytes.readableBytesView) ?? FormBody([])
    }

    private func later(_ response: Response, _ wait: Duration) -> Response {
        var response = response
        response.status = .tooManyRequests
        response.headers[.retryAfter] = String(Int((wait / .seconds(1)).rounded(.up)))
        return response
    }

    private func tooLarge() -> Response {
        var response = pages.message(.contentTooLarge, "That is too much for this form.")
        // The rest is not worth reading.
        response.headers[.connection] = "close"
        return response
    }

    private func foreignForm(_ visit: ClientConnection) -> Response {
        notices.write("A form from elsewhere was refused.", visit)
        return pages.message(.forbidden, "That form was not sent by this page. Go back and load it again.")
    }
}
