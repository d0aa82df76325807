import Curl
import Model

/// Where the API is: VirusTotal itself, a gateway to it, or a simulator on this machine.
package struct VirusTotalEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// In one form for one place: lower-case host, no standard port, no `/` and no `/api/v3` at the end.
    package let baseURL: String
    /// Whether the host is this machine, so that no key travels.
    package let isLoopback: Bool

    /// VirusTotal's own address (API v3, "API overview").
    package static let standardURL = "https://www.virustotal.com"

    /// Throws `VirusTotalEndpointError`, which says why, unless `text` is an `https` URL without query,
    /// fragment and credentials; `http` is for loopback hosts alone, because the key is in every request.
    package init(_ text: String = standardURL) throws(VirusTotalEndpointError) {
        let url: CurlURL
        do throws(CurlError) { url = try CurlURL(text) } catch {
            throw VirusTotalEndpointError(sentence: "The endpoint is not usable: \(error.sentence).")
        }
        guard url.scheme == "https" || url.isLoopback else {
            throw VirusTotalEndpointError(
                sentence: "The endpoint http://\(url.host) would send the API key unencrypted; use https. "
                    + "Plain http is for localhost, 127.0.0.0/8 and ::1 only.")
        }
        guard url.query == nil, url.fragment == nil else {
            throw VirusTotalEndpointError(
                sentence: "The endpoint must end before '?' and '#': \(Self.standardURL) is the usual one.")
        }
        let host = url.host.contains(":") ? "[\(url.host)]" : url.host
        let standardPort = url.scheme == "https" ? 443 : 80
        let port = url.port.flatMap { $0 == standardPort ? nil : ":\($0)" } ?? ""
        baseURL = "\(url.scheme)://\(host)\(port)\(Self.prefix(of: url.path))"
        isLoopback = url.isLoopback
    }

    package var description: String { baseURL }

    /// Where a file's object is asked for: `GET /files/{id}` (API v3, "Get a file report").
    func fileURL(_ hash: FileHash) -> String { "\(baseURL)/api/v3/files/\(hash.hexadecimal)" }

    /// Where an account's usage is asked for: `GET /users/{id}/overall_quotas`.
    func overallQuotasURL(user: String) -> String {
        "\(baseURL)/api/v3/users/\(Self.escape(user))/overall_quotas"
    }

    private static func prefix(of path: String) -> String {
        var path = path[...]
        func trim() { while path.hasSuffix("/") { path.removeLast() } }
        trim()
        if path.hasSuffix("/api/v3") {
            path.removeLast("/api/v3".count)
            trim()
        }
        return String(path)
    }

    /// RFC 3986: everything but unreserved characters is written as `%XX`.
    private static func escape(_ segment: String) -> String {
        segment.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// Error of an endpoint's text, for the operator who wrote it.
package struct VirusTotalEndpointError: Error, Hashable, Sendable, CustomStringConvertible {
    package let sentence: String
    package var description: String { sentence }
}
