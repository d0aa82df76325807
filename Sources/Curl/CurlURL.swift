import CCurl

/// An `http` or `https` URL, or a mail server's `smtp` or `smtps` one, taken apart by libcurl's own parser.
///
/// What checks a URL and what sends the request must not read it differently, so there is only one parser.
package struct CurlURL: Hashable, Sendable {
    /// In lower case.
    package let scheme: String
    /// Lower case, without brackets around an IPv6 address; an IPv4 address in its usual form.
    package let host: String
    /// As written, or nil for the scheme's own.
    package let port: Int?
    /// At least `/`.
    package let path: String
    package let query: String?
    package let fragment: String?

    /// Throws `invalidRequest`, without repeating the URL, if it is none, holds a control character, a space,
    /// a user name or a password, or has another scheme than HTTP's.
    package init(_ text: String) throws(CurlError) { try self.init(text, schemes: ["http", "https"]) }

    init(_ text: String, schemes: [String]) throws(CurlError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CurlError(.invalidRequest, "the URL has a space, a control character or non-ASCII text")
        }
        guard let handle = curl_url() else { throw CurlError(.other, "out of memory") }
        defer { curl_url_cleanup(handle) }
        let code = curl_url_set(handle, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else {
            throw CurlError(.invalidRequest, "not a URL: \(String(cString: curl_url_strerror(code)))")
        }
        func part(_ part: CURLUPart) -> String? {
            var value: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &value, 0) == CURLUE_OK, let value else { return nil }
            defer { curl_free(value) }
            return String(cString: value)
        }
        guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
            throw CurlError(.invalidRequest, "the URL holds a user name or password, which may leak")
        }
        guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), schemes.contains(scheme),
            let host = part(CURLUPART_HOST)?.lowercased(), let path = part(CURLUPART_PATH)
        else {
            let schemes = schemes.map { "\($0)://" }.joined(separator: " or ")
            throw CurlError(.invalidRequest, "the URL is not one of \(schemes)")
        }
        self.scheme = scheme
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        port = part(CURLUPART_PORT).flatMap { Int($0) }
        self.path = path
        query = part(CURLUPART_QUERY)
        fragment = part(CURLUPART_FRAGMENT)
    }

    /// Whether the host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
    ///
    /// libcurl resolves `localhost` to these addresses by itself, whatever the name server says (since 7.78).
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
