import Cryptography
import Foundation
import Model
import Support

/// Identifiers of STIX objects: the same thing has the same one in every report.
enum STIXIdentifier {
    /// For cyber-observable objects. Source: STIX 2.1, section 2.9.
    private static let observables = UUID(uuidString: "00ABEDB4-AA42-466C-9C01-FED23315A9B7")!
    /// For everything else: drawn at random once, for hashdrop.
    private static let own = UUID(uuidString: "5D1A63A8-0F5E-4B0C-9A39-2F8F1C6E7B21")!

    /// `type--` and a UUID made of `parts`.
    static func of(_ type: String, _ parts: [String]) -> String {
        // Parts are hashdrop's own words or hashes: only the last one may hold the separator.
        "\(type)--\(uuid(named: Array(([type] + parts).joined(separator: "|").utf8), in: own))"
    }

    /// A file's, by the rule that every producer follows (STIX 2.1, sections 2.9 and 6.7): of the file's
    /// hashes the one that comes first of MD5, SHA-1 and SHA-256, and the name, in canonical JSON (RFC 8785).
    static func ofFile(hash: FileHash, name: String?) -> String {
        var json: [UInt8] = []
        json += Array("{\"hashes\":{\"\(hash.kind.stixName)\":\"\(hash.hexadecimal)\"}".utf8)
        if let name {
            json += Array(",\"name\":".utf8)
            JSONText.appendCanonical(name, to: &json)
        }
        json += Array("}".utf8)
        return "file--\(uuid(named: json, in: observables))"
    }

    /// UUID version 5: the first bytes of a SHA-1. Source: RFC 9562, section 5.5.
    private static func uuid(named name: [UInt8], in namespace: UUID) -> String {
        let digest = MessageDigest(.sha1)
        withUnsafeBytes(of: namespace.uuid) { digest.update($0) }
        digest.update(name)
        var bytes = Array(digest.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = FileHash(bytes: bytes)!.hexadecimal
        var out = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { out.append("-") }
            out.append(digit)
        }
        return out
    }
}

extension FileHash.Kind {
    /// The name in STIX's hash dictionary.
    var stixName: String { self == .md5 ? "MD5" : name }
}
