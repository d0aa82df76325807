package import Foundation
package import Model

/// Numbers, sizes and durations in words.
package enum Wording {
    /// `1234567` as `1,234,567`.
    package static func number(_ value: Int) -> String {
        let digits = String(value.magnitude)
        guard digits.utf8.count > 3 else { return String(value) }
        var out = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.utf8.count - index).isMultiple(of: 3) { out.append(",") }
            out.append(digit)
        }
        return out
    }

    /// `1 hash`, `1,204 hashes`.
    package static func count(_ value: Int, _ one: String, _ many: String) -> String {
        "\(number(value)) \(value == 1 ? one : many)"
    }

    /// `4 requests a minute, 500 a day and 15,500 a month`; without those that are none.
    package static func limits(_ limits: QuotaLimits) -> String {
        let all = [
            (limits.requestsPerMinuteLimit, "minute"), (limits.requestsPerDayLimit, "day"),
            (limits.requestsPerMonthLimit, "month"),
        ].filter { $0.0 > 0 }
        guard let first = all.first else { return "no limits" }
        let texts =
            ["\(count(first.0, "request", "requests")) a \(first.1)"]
            + all.dropFirst().map { "\(number($0.0)) a \($0.1)" }
        return texts.count == 1
            ? texts[0] : texts.dropLast().joined(separator: ", ") + " and " + texts[texts.count - 1]
    }

    /// `217088` as `212 KiB`; exact below 1,024 bytes, three figures above.
    package static func size(_ bytes: Int64) -> String {
        guard bytes >= 1_024 else { return count(Int(max(bytes, 0)), "byte", "bytes") }
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        // 1,023.5 of a unit would be written as 1,024 of it; it is 1.0 of the next.
        var tenths = (Double(bytes) / 102.4).rounded()
        var unit = 0
        while tenths >= 10_235 && unit < units.count - 1 {
            tenths = (tenths / 1_024).rounded()
            unit += 1
        }
        let whole = Int(tenths / 10)
        let isRound = whole >= 100 || Int(tenths) % 10 == 0
        let figures = isRound ? number(Int((tenths / 10).rounded())) : "\(whole).\(Int(tenths) % 10)"
        return "\(figures) \(units[unit])"
    }

    /// A duration in its greatest unit, rounded: `45 seconds`, `25 minutes`, `3 hours`, `12 days`.
    package static func duration(_ seconds: TimeInterval) -> String {
        let value = Int(min(max(seconds, 0), 3_153_600_000).rounded())
        switch value {
        case ..<90: return count(value, "second", "seconds")
        case ..<5_400: return count((value + 30) / 60, "minute", "minutes")
        case ..<172_800: return count((value + 1_800) / 3_600, "hour", "hours")
        default: return count((value + 43_200) / 86_400, "day", "days")
        }
    }

    /// How old an answer of `date` is at `now`: `new` below a minute and a half, else `3 hours old`.
    package static func age(since date: Date, now: Date) -> String {
        let seconds = now.timeIntervalSince(date)
        return seconds < 90 ? "new" : "\(duration(seconds)) old"
    }

    /// When something is expected, seen from `now`: `any moment now`, `in about 25 minutes`.
    package static func expectation(_ date: Date, now: Date) -> String {
        let seconds = date.timeIntervalSince(now)
        return seconds < 5 ? "any moment now" : "in about \(duration(seconds))"
    }

    /// A share in whole percent; 0 only for nothing, 100 only for everything.
    package static func percent(_ part: Int, of whole: Int) -> Int {
        guard whole > 0, part > 0 else { return 0 }
        guard part < whole else { return 100 }
        return min(99, max(1, Int((Double(part) / Double(whole) * 100).rounded())))
    }
}
