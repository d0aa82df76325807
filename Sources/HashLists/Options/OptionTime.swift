package import Foundation
import Support

/// Parser of times as ISO 8601 writes them, UTC where no zone is named.
package enum OptionTime {
    /// `2026-12-01T08:00Z`, also with seconds, a space in place of the T, an offset such as `+01:00`, or
    /// nothing behind the day, which then counts to its end; nil for anything else.
    package static func date(_ text: String) -> Date? {
        let parts = text.uppercased().split(maxSplits: 1, omittingEmptySubsequences: false) {
            $0 == "T" || $0 == " "
        }
        guard let first = parts.first, let day = civilDate(first) else { return nil }
        guard parts.count == 2 else { return day.start + .seconds(86_400) }
        guard let (clock, offset) = zone(parts[1]), let seconds = secondsOfDay(clock) else { return nil }
        return day.start + .seconds(seconds - offset)
    }

    private static func civilDate(_ text: Substring) -> CivilDate? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], digits: 4), (1970...9998).contains(year),
            let month = number(parts[1], digits: 2), (1...12).contains(month),
            let day = number(parts[2], digits: 2), (1...31).contains(day)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        // The 31st of a month with 30 days would be the first of the next.
        return CivilDate(daysSince1970: date.daysSince1970) == date ? date : nil
    }

    /// The time of day, and what its zone is ahead of UTC, in seconds.
    private static func zone(_ text: Substring) -> (clock: Substring, offset: Int)? {
        if text.last == "Z" { return (text.dropLast(), 0) }
        guard let sign = text.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return (text, 0) }
        let digits = text[text.index(after: sign)...].filter { $0 != ":" }
        guard digits.count == 2 || digits.count == 4, let hours = number(digits.prefix(2), digits: 2),
            let minutes = digits.count == 2 ? 0 : number(digits.suffix(2), digits: 2), hours <= 14,
            minutes < 60
        else { return nil }
        let offset = hours * 3_600 + minutes * 60
        return (text[..<sign], text[sign] == "-" ? -offset : offset)
    }

    private static func secondsOfDay(_ clock: Substring) -> Int? {
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { number($0, digits: 2) }
        guard (2...3).contains(parts.count), numbers.count == parts.count, numbers[0] < 24,
            numbers.dropFirst().allSatisfy({ $0 < 60 })
        else { return nil }
        return numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }

    private static func number(_ text: some StringProtocol, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
