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
        self.init(
            status: status,
            headers: lines.dropFirst().map { line in
                let name = line.prefix { $0 != ":" }
                let value = line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
                return (String(name), value)
            }, bytes: Array(bytes[end.upperBound...]))
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
