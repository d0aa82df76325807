import Hummingbird

/// Middleware that lets users in and sends everyone else to the login.
///
/// Without a session a client learns nothing, not even which pages there are. A user gets the same answer for
/// what is not there and for another user's.
struct SessionMiddleware: RouterMiddleware {
    let sessions: SessionManager
    let responses: ResponseBuilder

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let isUse = SessionActivity.isUse(request, context)
        guard let user = try await sessions.user(of: request.headers, context.connection, isUse: isUse) else {
            return responses.redirect(.login)
        }
        var context = context
        context.user = user
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return responses.missing(user)
        }
    }
}
