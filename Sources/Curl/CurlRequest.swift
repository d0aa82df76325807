import CCurl

/// A GET request, or a POST if it has a body.
///
/// Header values may be secrets: neither `description` nor `dump` shows them.
package struct CurlRequest: Sendable {
    /// An `http` or `https` URL without user name and password.
    package var url: String
    /// Names and values; a name that libcurl sends by itself, such as `User-Agent`, replaces its line.
    package var headers: [(String, String)]
    /// Sent by POST, as the content type that the headers name; nil for GET.
    package var body: [UInt8]?

    package init(url: String, headers: [(String, String)] = [], body: [UInt8]? = nil) {
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// The request's URL in its parts, or why the request cannot be sent.
    ///
    /// A line break inside a header would let its value add headers or a second request.
    func validated() throws(CurlError) -> CurlURL {
        let url = try CurlURL(url)
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
                throw CurlError(.invalidRequest, "a header's name has a character that HTTP does not allow")
            }
            guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                throw CurlError(
                    .invalidRequest, "the value of the header \(name) has a control character or line break")
            }
        }
        return url
    }

    /// RFC 9110, 5.6.2: what a header's name consists of.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension CurlRequest: CustomStringConvertible, CustomReflectable {
    package var description: String {
        "\(body == nil ? "GET" : "POST") \(url), headers \(headers.map(\.0))"
    }

    package var customMirror: Mirror {
        Mirror(self, children: ["url": url, "headerNames": headers.map(\.0)])
    }
}
