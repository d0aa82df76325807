package import Foundation

/// A day of the Gregorian calendar in UTC, by arithmetic: a formatter a row would cost more than the row.
///
/// Source of the arithmetic: Howard Hinnant, https://howardhinnant.github.io/date_algorithms.html; years
/// counted from March, so that a leap day is a year's last day.
package struct CivilDate: Hashable, Sendable, Comparable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that begins so many days after 1970-01-01; not before 0000-03-01.
    package init(daysSince1970: Int) {
        let days = daysSince1970 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The day in which `date` lies.
    package init(_ date: Date) { self.init(daysSince1970: date.daysSince1970) }

    /// The first day of this day's month.
    package var monthStart: CivilDate { CivilDate(year: year, month: month, day: 1) }

    /// The first day of the next month.
    package var nextMonthStart: CivilDate {
        month == 12
            ? CivilDate(year: year + 1, month: 1, day: 1) : CivilDate(year: year, month: month + 1, day: 1)
    }

    package var daysSince1970: Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package static func < (a: CivilDate, b: CivilDate) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }

    /// Midnight at its beginning, UTC.
    package var start: Date { Date(timeIntervalSince1970: Double(daysSince1970) * 86_400) }
}

extension Date {
    /// The UTC day in which the date lies, counted from 1970-01-01.
    package var daysSince1970: Int { Int((timeIntervalSince1970 / 86_400).rounded(.down)) }

    package static func + (date: Date, duration: Duration) -> Date {
        date.addingTimeInterval(duration.seconds)
    }
    package static func - (date: Date, duration: Duration) -> Date {
        date.addingTimeInterval(-duration.seconds)
    }
}
