import HTTPTypes
import Reporting

/// Security headers of the responses.
enum SecurityHeaders {
    /// Kind of a response, on which its headers depend.
    enum Kind: Hashable {
        /// A page: it may load the page's style sheet and script, and send forms to the page.
        case page
        /// A report: it may run and be styled by what this hashdrop's reports have ever had, by their
        /// digests. Its own policy (a `meta` element) says the same of its own two, and cannot be the only
        /// one: it stands in the file that it guards.
        case report(ReportContentPolicy)
        /// Neither page nor report: nothing in it may do anything.
        case data
        /// Style sheet and script, the same for all users.
        case asset
    }

    static func fields(_ kind: Kind) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] = policy(kind)
        fields[.xContentTypeOptions] = "nosniff"
        fields[HTTPField.Name("referrer-policy")!] = "no-referrer"
        // For browsers that do not know frame-ancestors.
        fields[HTTPField.Name("x-frame-options")!] = "DENY"
        fields[HTTPField.Name("cross-origin-opener-policy")!] = "same-origin"
        fields[HTTPField.Name("cross-origin-resource-policy")!] = "same-origin"
        fields[HTTPField.Name("permissions-policy")!] =
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        // Nothing that belongs to a user stays in a shared browser or a proxy.
        fields[.cacheControl] = kind == .asset ? "public, max-age=31536000, immutable" : "no-store"
        return fields
    }

    /// HTTP Strict Transport Security: for a year the browser asks this host over TLS only. Not for a
    /// browser's own machine: other programs there have the same name and no TLS.
    static func requireTLS(_ fields: inout HTTPFields, for connection: ClientConnection) {
        guard connection.isSecure, connection.host != "localhost" else { return }
        fields[.strictTransportSecurity] = "max-age=31536000"
    }

    private static func policy(_ kind: Kind) -> String {
        switch kind {
        case .page:
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        case .report(let known): "\(known.directives); frame-ancestors 'none'"
        case .data: "default-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
        case .asset: "default-src 'none'; frame-ancestors 'none'"
        }
    }
}
