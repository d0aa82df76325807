package import Foundation
package import Model

/// Journal entry of one request. It names the user, never the key.
package struct JournalEntry: Hashable, Sendable {
    /// What the path asked for.
    package enum Endpoint: String, Hashable, Sendable {
        case files
        case user
        case overallQuotas = "overall_quotas"
        case apiUsage = "api_usage"
        case other
    }

    /// Counted from 1.
    package var sequence: Int
    /// By the simulator's clock.
    package var time: Date
    /// The account of the request's key; nil for a missing or a wrong key.
    package var user: String?
    /// As it was sent, for example `GET`.
    package var method: String
    /// What the path asked for.
    package var endpoint: Endpoint
    /// The hash that was asked for, or nil where the path holds none.
    package var hash: FileHash?
    /// The status that was sent, or nil if nothing was.
    package var status: Int?
    /// The fault that was done to the answer, if any.
    package var fault: Fault.Kind?

    /// The entry as one line of JSON, without the line's end.
    package var jsonLine: String {
        var json = JSONWriter()
        json.object { line in
            line.member("sequence", sequence)
            line.member("time", time.formatted(Self.timeFormat))
            Self.write(user, "user", to: &line)
            line.member("method", method)
            line.member("endpoint", endpoint.rawValue)
            Self.write(hash?.hexadecimal, "hash", to: &line)
            line.key("status")
            if let status { line.number(status) } else { line.null() }
            Self.write(fault?.rawValue, "fault", to: &line)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private static func write(_ value: String?, _ name: String, to json: inout JSONWriter) {
        json.key(name)
        if let value { json.string(value) } else { json.null() }
    }
}
