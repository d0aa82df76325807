package import Foundation

/// A month of the Gregorian calendar in UTC.
package struct CalendarMonth: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let year: Int
    /// 1 to 12.
    package let month: Int

    /// The month in which `date` lies; `UTCTime` says which dates there are.
    package init(_ date: Date) {
        let time = UTCTime(date)
        (year, month) = (time.year, time.month)
    }

    /// The month written as `text`, or nil unless it has the form `2026-11`.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[4] == UInt8(ascii: "-"), let year = Self.number(bytes[..<4]),
            let month = Self.number(bytes[5...]), (1...12).contains(month)
        else { return nil }
        self.year = year
        self.month = month
    }

    private init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    package var next: CalendarMonth {
        month == 12
            ? CalendarMonth(year: year + 1, month: 1) : CalendarMonth(year: year, month: month + 1)
    }

    /// `2026-11`.
    package var description: String { "\(Self.padded(year, to: 4))-\(Self.padded(month, to: 2))" }

    /// `202611`, with which the times of this month begin in `UTCTime.compact`.
    package var compact: String { Self.padded(year, to: 4) + Self.padded(month, to: 2) }

    /// `November 2026`.
    package var name: String { "\(Self.names[month - 1]) \(year)" }

    package static func < (a: CalendarMonth, b: CalendarMonth) -> Bool {
        (a.year, a.month) < (b.year, b.month)
    }

    private static func padded(_ value: Int, to count: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }

    /// The number of these decimal digits; nil if there are other bytes among them.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        digits.reduce(0 as Int?) { number, digit in
            guard let number, (0x30...0x39).contains(digit) else { return nil }
            return 10 * number + Int(digit - 0x30)
        }
    }

    private static let names = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
}
