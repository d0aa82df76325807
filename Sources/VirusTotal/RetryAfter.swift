import Curl
import Foundation

/// The `Retry-After` header: how long a server wants to be left alone.
enum RetryAfter {
    /// However long a server asks for, it is asked again after this: a wrong date must not stop a daemon for
    /// a year.
    static let durationMax = Duration.seconds(3600)

    /// The wait that `headers` ask for, from zero to `durationMax`, or nil if they ask for none that can be
    /// read.
    ///
    /// Both forms of RFC 9110, 10.2.3: seconds, or a date, which is compared with the answer's own `Date`
    /// (the two come from one clock) or else with `now`.
    static func duration(in headers: CurlHeaders, now: Date) -> Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than an integer holds: far above the limit.
            return Int64(text).map { min(.seconds($0), durationMax) } ?? durationMax
        }
        guard let date = CurlHeaders.date(from: text) else { return nil }
        let wait = date.timeIntervalSince(headers.date("Date") ?? now)
        return .seconds(min(max(wait, 0), Double(durationMax.components.seconds)))
    }
}
