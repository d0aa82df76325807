import Compression
import HTTPTypes
import Reporting

/// Compression of what the page sends: only report files and assets, never a page with a form.
///
/// A compressed length tells how much two parts of a text resemble each other. Where one of them is secret
/// and the other of an attacker's choice, asking often enough finds out the secret (the BREACH attack). The
/// pages carry the log-out form's token beside names of others; a report carries no secret of the session.
enum ContentCoding {
    /// Smaller ones fit into one packet anyway.
    static let bytesMin = 1_024

    /// Whether the client takes gzip (RFC 9110, section 12.5.3).
    static func acceptsGzip(_ fields: HTTPFields) -> Bool {
        fields[values: .acceptEncoding].flatMap { $0.split(separator: ",") }.contains { coding in
            let parts = coding.lowercased().filter { $0 != " " }.split(separator: ";")
            // A weight of nought refuses it.
            let isRefused = parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
            return parts.first == "gzip" && !isRefused
        }
    }
}

/// Asset of the page, compressed once and for all.
struct WebAsset: Sendable {
    let type: String
    let bytes: [UInt8]
    let gzip: [UInt8]

    init(_ asset: PageAsset, type: String) {
        self.type = type
        bytes = asset.bytes
        gzip = GzipStream.compress(bytes, .smallest)
    }

    static let style = WebAsset(WebFrame.style, type: "text/css; charset=utf-8")
    static let script = WebAsset(WebFrame.script, type: "text/javascript; charset=utf-8")
}
