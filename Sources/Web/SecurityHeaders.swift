import HTTPTypes

/// The headers that make a browser an ally.
enum SecurityHeaders {
    /// What a response is, as far as its headers care.
    enum Kind {
        /// A page of ours: it may load our style sheet and script, and send forms to us.
        case page
        /// A report: its own policy (a `meta` element) allows its one style and script by their digests; this one
        /// adds what a `meta` element cannot.
        case report
        /// Neither page nor report: nothing in it may do anything.
        case data
        /// Style sheet and script, the same for everybody.
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
        // Nothing that belongs to somebody stays in a shared browser or a proxy.
        fields[.cacheControl] = kind == .asset ? "public, max-age=31536000, immutable" : "no-store"
        return fields
    }

    private static func policy(_ kind: Kind) -> String {
        switch kind {
        case .page:
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        case .report:
            "connect-src 'none'; font-src 'none'; media-src 'none'; object-src 'none'; frame-src 'none'; "
                + "worker-src 'none'; manifest-src 'none'; img-src data:; form-action 'none'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        case .data: "default-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
        case .asset: "default-src 'none'; frame-ancestors 'none'"
        }
    }
}
