import Foundation
import Support
import Testing

struct CalendarMonthTests {
    @Test(arguments: [
        ("2026-11-30T23:59:59Z", "2026-11", "November 2026", "2026-12"),
        ("2026-12-01T00:00:00Z", "2026-12", "December 2026", "2027-01"),
        ("1970-01-01T00:00:00Z", "1970-01", "January 1970", "1970-02"),
    ])
    func aDateLiesInItsMonth(text: String, written: String, name: String, next: String) throws {
        let month = CalendarMonth(try Date(text, strategy: .iso8601))
        #expect(month.description == written && month.name == name)
        #expect(month.compact == written.replacing("-", with: ""))
        #expect(month.next.description == next && month < month.next)
        #expect(CalendarMonth(written) == month)
    }

    @Test(arguments: [
        "", "2026", "2026-", "2026-1", "2026-00", "2026-13", "2026-001", "26-11", "2026/11", "20a6-11",
        "2026-11-01", " 2026-11", "２０２６-11", "-026-11", "2026-+1",
    ])
    func anotherFormIsNoMonth(text: String) {
        #expect(CalendarMonth(text) == nil)
    }
}
