import Foundation
import Model
import Support

/// A moment as UTC calendar digits, by arithmetic: a date formatter per row would cost more than the row.
///
/// Moments before 1970 or after 9999 (a source's nonsense) are held at those ends.
struct UTCTime {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int

    init(_ date: Date) {
        let latest = 253_402_300_799.0
        let seconds = Int(min(max(date.timeIntervalSince1970, 0), latest))
        let date = CivilDate(daysSince1970: seconds / 86_400)
        (year, month, day) = (date.year, date.month, date.day)
        hour = seconds % 86_400 / 3_600
        minute = seconds % 3_600 / 60
        second = seconds % 60
    }

    /// Appends `2026-11-23T19:50:45Z`.
    func appendISO8601(to bytes: inout [UInt8]) {
        appendSeconds(separator: UInt8(ascii: "T"), to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends `2026-11-23T19:50Z`.
    func appendMinuteISO8601(to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendClock(to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// Appends `2026-11-23 19:50:45`, or another separator than the space.
    func appendSeconds(separator: UInt8 = UInt8(ascii: " "), to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(separator)
        appendClock(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(second, to: &bytes)
    }

    /// Appends `2026-11-23 19:50`.
    func appendMinute(to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(UInt8(ascii: " "))
        appendClock(to: &bytes)
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
