package import Foundation

/// UTC calendar time of a `Date`, to the second, by arithmetic: a date formatter a row would cost more than
/// the row.
///
/// Dates before 1970 or after 9999, which only a faulty source gives, become the first or last second of that
/// range.
package struct UTCTime: Hashable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int

    package init(_ date: Date) {
        let latest = 253_402_300_799.0
        let seconds = Int(min(max(date.timeIntervalSince1970, 0), latest))
        let date = CivilDate(daysSince1970: seconds / 86_400)
        (year, month, day) = (date.year, date.month, date.day)
        hour = seconds % 86_400 / 3_600
        minute = seconds % 3_600 / 60
        second = seconds % 60
    }

    /// Appends `2026-11-23T19:50:45Z`.
    package func appendISO8601(to bytes: inout [UInt8]) {
        appendSeconds(separator: UInt8(ascii: "T"), to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends `2026-11-23T19:50Z`.
    package func appendMinuteISO8601(to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendClock(to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends `2026-11-23 19:50:45`, or another separator than the space.
    package func appendSeconds(separator: UInt8 = UInt8(ascii: " "), to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(separator)
        appendClock(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(second, to: &bytes)
    }

    /// Appends `2026-11-23 19:50`.
    package func appendMinute(to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(UInt8(ascii: " "))
        appendClock(to: &bytes)
    }

    /// `2026-11-23 19:50`.
    package var minuteText: String {
        var bytes: [UInt8] = []
        appendMinute(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `20261123-195045`, which sorts by time.
    package var compact: String {
        var bytes: [UInt8] = []
        for pair in [year / 100, year % 100, month, day] { Self.append(pair, to: &bytes) }
        bytes.append(UInt8(ascii: "-"))
        for pair in [hour, minute, second] { Self.append(pair, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `Mon, 23 Nov 2026 19:50:45 GMT`, as HTTP's headers have it (RFC 9110, 5.6.7).
    package var httpDate: String {
        let weekday = (CivilDate(year: year, month: month, day: day).daysSince1970 + 4) % 7
        var bytes = Array("\(Self.weekdays[weekday]), ".utf8)
        Self.append(day, to: &bytes)
        bytes += " \(Self.months[month - 1]) ".utf8
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
        bytes += " \(clockTime) GMT".utf8
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `19:50:45`.
    package var clockTime: String {
        var bytes: [UInt8] = []
        appendClock(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(second, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func appendDay(to bytes: inout [UInt8]) {
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(month, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(day, to: &bytes)
    }

    private func appendClock(to bytes: inout [UInt8]) {
        Self.append(hour, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(minute, to: &bytes)
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0") + UInt8(value / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
