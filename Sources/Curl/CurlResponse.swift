import CCurl
package import Foundation

/// A complete answer, whatever its status.
package struct CurlResponse: Sendable {
    /// The final HTTP status.
    package var status: Int
    package var headers: CurlHeaders
    /// Decompressed.
    package var body: [UInt8]
    package var timing: CurlTiming

    package init(
        status: Int, headers: CurlHeaders = CurlHeaders(), body: [UInt8] = [],
        timing: CurlTiming = CurlTiming()
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.timing = timing
    }
}

/// The header lines of an answer in their order; names are compared without regard to case.
package struct CurlHeaders: Hashable, Sendable {
    /// Names as they came, values without surrounding space.
    package var lines: [Line]

    package struct Line: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package init(_ lines: [(String, String)] = []) {
        self.lines = lines.map { Line(name: $0.0, value: $0.1) }
    }

    /// The first value of `name`.
    package subscript(name: String) -> String? {
        let wanted = name.lowercased()
        return lines.first { $0.name.lowercased() == wanted }?.value
    }

    /// The first value of `name` as an HTTP date, in any of the three forms that RFC 9110, 5.6.7, asks
    /// clients to read; nil if there is none or it is not a date.
    package func date(_ name: String) -> Date? {
        self[name].flatMap(CurlHeaders.date(from:))
    }

    /// `text` as an HTTP date, or nil. A locale-dependent formatter would read these English names wrongly.
    package static func date(from text: String) -> Date? {
        // libcurl reads a bare number as a date too (20261123 or an hour), which HTTP does not know.
        guard text.contains(" ") else { return nil }
        let seconds = curl_getdate(text, nil)
        return seconds < 0 ? nil : Date(timeIntervalSince1970: Double(seconds))
    }
}

/// How long the parts of a request took.
package struct CurlTiming: Hashable, Sendable {
    /// Until the connection was ready, TLS included; zero on a connection that was open already.
    package var connected: Duration
    /// Until the answer's first byte.
    package var firstByte: Duration
    package var total: Duration
    /// Whether a connection of an earlier request was used.
    package var isConnectionReused: Bool

    package init(
        connected: Duration = .zero, firstByte: Duration = .zero, total: Duration = .zero,
        isConnectionReused: Bool = false
    ) {
        self.connected = connected
        self.firstByte = firstByte
        self.total = total
        self.isConnectionReused = isConnectionReused
    }
}
