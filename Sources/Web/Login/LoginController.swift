import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MetricNames
import Model

/// Controller of the login and the log-out form.
struct LoginController: Sendable {
    let authenticator: Authenticator
    let sessions: SessionManager
    let responses: ResponseBuilder
    let bodyBytesMax: Int
    let rejections: RejectionLog
    let logger: Logger
    private let refusals = LabelledCounter<LoginRefusal>(.loginsRefused)

    /// The fields of both forms; a field that is missing is empty.
    private struct Fields: Decodable {
        var user: String?
        var password: String?
        var token: String?
    }

    @Sendable func form(_ request: Request, _ context: WebContext) async throws -> Response {
        let user = try await sessions.user(of: request.headers, context.connection, isUse: true)
        return user == nil ? form(request.headers, context.connection) : responses.redirect(.jobs)
    }

    /// The login form, tied to the browser that asks for it.
    private func form(
        _ fields: HTTPFields, _ connection: ClientConnection, _ notice: LoginPage.Notice? = nil
    ) -> Response {
        let known = WebCookie.form.token(in: fields, isSecure: connection.isSecure)
        let token = known ?? SecretToken()
        var response = responses.html("Log in") { page in
            LoginPage(notice: notice, formToken: token.formToken).append(to: &page)
        }
        if known == nil {
            response.headers[values: .setCookie] = [
                WebCookie.form.keeping(token, isSecure: connection.isSecure)
            ]
        }
        return response
    }

    @Sendable func logIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let connection = context.connection
        guard OriginCheck.allows(request.headers, of: connection) else { return foreignForm(connection) }
        guard let fields = await fields(of: request) else { return tooLarge() }
        guard let token = WebCookie.form.token(in: request.headers, isSecure: connection.isSecure),
            token.matches(formToken: (fields.token ?? "").utf8)
        else {
            var response = form(request.headers, connection, .tryAgain)
            response.status = .forbidden
            return response
        }
        let outcome = try await authenticator.logIn(
            name: fields.user ?? "", password: fields.password ?? "", from: connection.address,
            device: WebCookie.device.token(in: request.headers, isSecure: connection.isSecure))
        switch outcome {
        case .success(let user, let id): return try await loggedIn(user, id, request.headers, connection)
        case .wrong:
            refusals.increment(.wrong)
            // The name is not written down: passwords are typed into the wrong field.
            logger.notice(
                "A login failed.", metadata: ["address": "\(connection.address?.description ?? "?")"])
            return form(request.headers, connection, .wrong)
        case .wait(let wait):
            refusals.increment(.early)
            return later(form(request.headers, connection, .wait(wait)), wait)
        case .busy:
            refusals.increment(.busy)
            return later(form(request.headers, connection, .busy), .seconds(5))
        }
    }

    @Sendable func logOut(_ request: Request, _ context: WebContext) async throws -> Response {
        let connection = context.connection
        guard OriginCheck.allows(request.headers, of: connection) else { return foreignForm(connection) }
        guard let fields = await fields(of: request) else { return tooLarge() }
        guard let id = WebCookie.session.token(in: request.headers, isSecure: connection.isSecure) else {
            return responses.redirect(.login)
        }
        guard id.matches(formToken: (fields.token ?? "").utf8) else { return foreignForm(connection) }
        try await sessions.end(id)
        var response = responses.redirect(.login)
        response.headers[values: .setCookie] = [WebCookie.session.removing(isSecure: connection.isSecure)]
        return response
    }

    /// The session has an id that did not exist before the login: an id that was planted in the browser is
    /// worth nothing.
    private func loggedIn(
        _ user: UserName, _ id: SecretToken, _ fields: HTTPFields, _ connection: ClientConnection
    ) async throws -> Response {
        if let old = WebCookie.session.token(in: fields, isSecure: connection.isSecure) {
            try await sessions.end(old)
        }
        logger.info(
            "Logged in.",
            metadata: ["user": "\(user)", "address": "\(connection.address?.description ?? "?")"])
        let device = WebCookie.device.token(in: fields, isSecure: connection.isSecure) ?? SecretToken()
        try await sessions.noteDevice(device, of: user)
        var response = responses.redirect(.jobs)
        response.headers[values: .setCookie] = [
            WebCookie.session.keeping(id, isSecure: connection.isSecure),
            WebCookie.form.removing(isSecure: connection.isSecure),
            WebCookie.device.keeping(device, isSecure: connection.isSecure),
        ]
        return response
    }

    /// The form's fields; none if it is no form, nil if it is too large.
    private func fields(of request: Request) async -> Fields? {
        guard let body = try? await request.body.collect(upTo: bodyBytesMax) else { return nil }
        return (try? URLEncodedFormDecoder().decode(Fields.self, from: String(buffer: body))) ?? Fields()
    }

    private func later(_ response: Response, _ wait: Duration) -> Response {
        var response = response
        response.status = .tooManyRequests
        response.headers[.retryAfter] = String(Int((wait / .seconds(1)).rounded(.up)))
        return response
    }

    private func tooLarge() -> Response {
        var response = responses.message(.contentTooLarge, "That is too much for this form.")
        // The rest is not worth reading.
        response.headers[.connection] = "close"
        return response
    }

    private func foreignForm(_ connection: ClientConnection) -> Response {
        rejections.write("A form of another site was rejected.", connection)
        return responses.message(
            .forbidden, "That form was not sent by this page. Go back and load it again.")
    }
}
