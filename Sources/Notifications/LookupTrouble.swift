import Foundation
package import Model
import Support

/// What keeps all hashes from being asked, with a sentence that says so.
package enum LookupTrouble: Hashable, Sendable {
    /// The requests of a day or a month are used up.
    case quota(QuotaPeriod, String)
    /// VirusTotal refuses the key.
    case key(String)
    /// Something else, which is told only of lists that wait for long.
    case other(String)

    package var reason: String {
        switch self {
        case .quota(_, let reason), .key(let reason), .other(let reason): reason
        }
    }

    /// By which a second one of the same day is known: `day-2026-11-28`. Nil for what administrators are not
    /// told of.
    func subject(at now: Date) -> String? {
        var day: [UInt8] = []
        UTCTime(now).appendISO8601(to: &day)
        return name.map { "\($0)-\(String(decoding: day.prefix(10), as: UTF8.self))" }
    }

    private var name: String? {
        switch self {
        case .quota(let period, _): period.rawValue
        case .key: "key"
        case .other: nil
        }
    }
}
