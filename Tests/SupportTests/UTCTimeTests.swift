import Foundation
import Support
import Testing

struct UTCTimeTests {
    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (1e18, "9999-12-31T23:59:59Z"), (-5, "1970-01-01T00:00:00Z"),
    ])
    func datesFollowTheCalendar(seconds: Double, text: String) {
        var bytes: [UInt8] = []
        UTCTime(Date(timeIntervalSince1970: seconds)).appendISO8601(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        (0.0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (1_798_675_200, "Thu, 31 Dec 2026 00:00:00 GMT"),
    ])
    func headersOfHTTPHaveTheDayOfTheWeek(seconds: Double, text: String) {
        #expect(UTCTime(Date(timeIntervalSince1970: seconds)).httpDate == text)
    }

    @Test func theShortFormsAreWrittenInTwoDigits() {
        let time = UTCTime(Date(timeIntervalSince1970: 1_767_323_045))
        #expect(time.compact == "20260102-030405")
        #expect(time.clockTime == "03:04:05")
    }
}
