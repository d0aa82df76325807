import Foundation

/// Answer to an HTTP request, whatever client received it.
package struct HTTPAnswer: Sendable {
    package let status: Int
    /// Names in lower case; of a name that comes several times, all values.
    package let headers: [String: [String]]
    package let bytes: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)], bytes: [UInt8]) {
        self.status = status
        self.headers = Dictionary(
            headers.map { ($0.name.lowercased(), [$0.value]) }, uniquingKeysWith: { $0 + $1 })
        self.bytes = bytes
    }

    /// The answer as it came over a connection.
    init(bytes: [UInt8]) throws {
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) ?? bytes.endIndex..<bytes.endIndex
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw URLError(.badServerResponse)
        }
        let headers: [(name: String, value: String)] = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            let value = line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
            return (name: String(name), value: value)
        }
        let isChunked = headers.contains {
            $0.name.lowercased() == "transfer-encoding" && $0.value.lowercased() == "chunked"
        }
        let body = bytes[end.upperBound...]
        self.init(
            status: status, headers: headers, bytes: isChunked ? Self.content(ofChunks: body) : Array(body))
    }

    /// What chunks hold (RFC 9112, section 7.1), as far as they came. A proxy sends them for a body whose
    /// length it does not know, such as one that it has decompressed.
    private static func content(ofChunks bytes: ArraySlice<UInt8>) -> [UInt8] {
        var content: [UInt8] = []
        var rest = bytes
        while let end = rest.firstRange(of: Array("\r\n".utf8)) {
            let size = String(decoding: rest[..<end.lowerBound], as: UTF8.self).prefix { $0.isHexDigit }
            guard let count = Int(size, radix: 16), count > 0 else { break }
            let chunk = rest[end.upperBound...].prefix(count)
            content += chunk
            rest = rest[chunk.endIndex...].dropFirst(2)
        }
        return content
    }

    package subscript(name: String) -> String? { headers[name]?.first }

    package var body: String { String(decoding: bytes, as: UTF8.self) }

    /// Everything but the date and the cookies, to compare answers byte by byte.
    package var comparable: String {
        let kept = headers.filter { $0.key != "date" && $0.key != "set-cookie" }
        return "\(status)\n\(kept.map { "\($0.key): \($0.value)" }.sorted())\n\(body)"
    }

    /// The value of each cookie that is set.
    package var cookies: [String: String] {
        Dictionary(
            (headers["set-cookie"] ?? []).compactMap { line in
                let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
                return pair.count == 2 ? (String(pair[0]), String(pair[1])) : nil
            }, uniquingKeysWith: { $1 })
    }

    /// The value of the page's hidden form field.
    package var formToken: String? {
        body.components(separatedBy: "name=token value=\"").dropFirst().first
            .map { String($0.prefix { $0 != "\"" }) }
    }
}
