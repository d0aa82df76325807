import Foundation
import Support
import Testing

struct CivilDateTests {
    @Test(arguments: [
        ("2026-11-30T23:59:59Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("2024-02-29T12:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
        ("1969-12-31T23:59:59Z", "1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ])
    func aMonthBeginsAndEndsAtMidnightUTC(text: String, first: String, next: String) throws {
        func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }
        let day = CivilDate(try date(text))
        #expect(day.monthStart.start == (try date(first)))
        #expect(day.nextMonthStart.start == (try date(next)))
        #expect(CivilDate(daysSince1970: day.daysSince1970) == day)
        #expect(day.monthStart <= day && day < day.nextMonthStart)
    }
}
