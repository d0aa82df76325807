import Hummingbird
import Logging
import Reporting

/// Routes of the page, and the middlewares before them.
///
/// A path chooses among these routes and names at most a job and one of its files (`JobFile`): nothing of it
/// ever becomes the name of a file.
struct WebRouter {
    let options: WebOptions
    let responses: ResponseBuilder
    let pages: PageController
    let logins: LoginController
    let sessions: SessionManager
    let rejections: RejectionLog
    let logger: Logger

    func responder() -> RouterResponder<WebContext> {
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            ConnectionMiddleware(trustedProxies: options.trustedAddresses)
            ErrorMiddleware(responses: responses, logger: logger)
            RejectionMiddleware(
                hosts: HostAllowlist(options), isForProxiesOnly: options.isForProxiesOnly,
                responses: responses, log: rejections)
            ReadOnlyMiddleware(responses: responses)
        }
        router.get("style.css") { request, _ in responses.asset(.style, request) }
        router.get("page.js") { request, _ in responses.asset(.script, request) }
        router.get("login", use: logins.form)
        router.post("login", use: logins.logIn)
        router.post("logout", use: logins.logOut)
        // A middleware holds for the routes after it, and for all that is no route.
        router.addMiddleware {
            SessionMiddleware(sessions: sessions, responses: responses)
            PathMiddleware()
        }
        addUserRoutes(to: router.group(context: UserContext.self))
        return router.buildResponder()
    }

    private func addUserRoutes(to router: RouterGroup<UserContext>) {
        router.get { _, _ in responses.redirect(.jobs) }
        // Where a report's link to its user's index leads.
        router.get("jobs/\(ReportWriter.FileName.index)") { _, _ in responses.redirect(.jobs) }
        router.get("jobs", use: pages.jobs)
        router.get("jobs/:id", use: pages.job)
        router.get("jobs/:id/:file", use: pages.file)
        router.get("jobs/:id/\(ReportWriter.FileName.lists)/:list", use: pages.workList)
        router.get("everybody", use: pages.everybody)
        router.get("operations", use: pages.operations)
    }
}
