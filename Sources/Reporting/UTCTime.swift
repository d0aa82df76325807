import Foundation

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
        (year, month, day) = Self.civil(daysSince1970: seconds / 86_400)
        hour = seconds % 86_400 / 3_600
        minute = seconds % 3_600 / 60
        second = seconds % 60
    }

    // Howard Hinnant's days-to-civil calendar: years counted from March, so that a leap day is a year's last
    // day. https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    private static func civil(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSince1970 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Appends `2026-11-23T19:50:45Z`.
    func appendISO8601(to bytes: inout [UInt8]) {
        appendDay(to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        appendClock(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(second, to: &bytes)
        bytes.append(UInt8(ascii: "Z"))
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
