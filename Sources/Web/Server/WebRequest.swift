import HTTPTypes

/// What a request's address says beside the path.
struct WebQuery: Hashable, Sendable {
    /// Which page of a list; the first is 1.
    var page = 1
    /// Whether a page loads itself again.
    var isLive = false

    /// What is to be read in `text`, the part after the `?`; everything else is left alone.
    init(_ text: Substring = "") {
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1)
            switch pair.first {
            case "live": isLive = true
            case "page": page = min(max(pair.dropFirst().first.flatMap { Int($0) } ?? 1, 1), Self.pageMax)
            default: break
            }
        }
    }

    /// Default 100,000; also more than there can be.
    private static let pageMax = 100_000
}

/// Whether a person asks for a page, or a page that loads itself again. Only the first keeps a session alive: a
/// forgotten window must not.
///
/// Pages of ours say so in the address. A report does not (it does the same in a folder); browsers mark what a
/// person did with `Sec-Fetch-User` (Fetch Metadata, section 2.4).
enum SessionActivity {
    static func isUse(_ route: WebRoute, _ query: WebQuery, _ fields: HTTPFields) -> Bool {
        if fields[fetchUser] == "?1" { return true }
        if case .file(_, .html) = route { return false }
        return !query.isLive
    }

    private static let fetchUser = HTTPField.Name("sec-fetch-user")!
}
