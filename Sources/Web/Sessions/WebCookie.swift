import HTTPTypes

/// Cookies of the page.
///
/// Over TLS their names begin with `__Host-`: a browser then takes them only with `Secure`, for the whole
/// host, and from the host itself alone (RFC 6265bis, section 4.1.3.2).
enum WebCookie: String {
    /// The session's id.
    case session = "hashdrop-session"
    /// Ties the login form to the browser that asked for it.
    case form = "hashdrop-form"
    /// By which a browser is known that a user has logged in from; worth no login.
    case device = "hashdrop-device"

    private func name(isSecure: Bool) -> String { isSecure ? "__Host-\(rawValue)" : rawValue }

    /// The token in the request's cookie of this name; nil if there is none, or if there are several: then
    /// another site has planted one.
    func token(in fields: HTTPFields, isSecure: Bool) -> SecretToken? {
        let start = name(isSecure: isSecure) + "="
        // A request may have one line of cookies or several.
        let values = fields[values: .cookie].flatMap { $0.split(separator: ";") }
            .map { $0.drop { $0 == " " } }.filter { $0.hasPrefix(start) }.map { $0.dropFirst(start.count) }
        return values.count == 1 ? SecretToken(cookieValue: values[0]) : nil
    }

    /// The header's value that keeps `token` in the browser: until it is closed, a device's for half a year.
    func keeping(_ token: SecretToken, isSecure: Bool) -> String {
        let age = self == .device ? "Max-Age=15552000; " : ""
        return "\(name(isSecure: isSecure))=\(token.cookieValue); \(age)\(attributes(isSecure: isSecure))"
    }

    /// The header's value that removes the cookie.
    func removing(isSecure: Bool) -> String {
        "\(name(isSecure: isSecure))=; Max-Age=0; \(attributes(isSecure: isSecure))"
    }

    private func attributes(isSecure: Bool) -> String {
        "Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }
}
