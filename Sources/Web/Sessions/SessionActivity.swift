import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Query of a page's address; all that is not known of it is ignored.
struct WebQuery: Hashable, Sendable {
    /// The page of a list; the first is 1.
    let page: Int
    /// Whether a page loads itself again.
    let isLive: Bool

    init(_ uri: URI) {
        let parameters = uri.queryParameters
        page = min(max(parameters.get("page", as: Int.self) ?? 1, 1), Self.pageMax)
        isLive = parameters.has("live")
    }

    /// Default 100,000; also more than there can be.
    private static let pageMax = 100_000
}

/// Distinction between a user's request and that of a page that loads itself again. Only the first keeps a
/// session alive: a forgotten window must not.
///
/// The pages say so in their address. A report does not (it does the same in a folder); browsers mark what a
/// user did with `Sec-Fetch-User` (Fetch Metadata, section 2.4).
enum SessionActivity {
    static func isUse(_ request: Request, _ context: WebContext) -> Bool {
        if request.headers[fetchUser] == "?1" { return true }
        if context.parameters.get("file") == JobFile.html.path { return false }
        return !WebQuery(request.uri).isLive
    }

    private static let fetchUser = HTTPField.Name("sec-fetch-user")!
}
